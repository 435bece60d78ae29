package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.compression.CompressionPool;
import io.github.websocketcontroller.compression.MessageDeflater;
import io.github.websocketcontroller.compression.MessageInflater;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import io.github.websocketcontroller.transport.Transport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a message costs in the codec, without a socket. In the codec's own package, to
 * reach what nobody else may.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CodecBenchmark {

	private static final int BUFFER_SIZE = 2048;

	private static final int MAX_MESSAGE_SIZE = 1 << 20;

	private static final int KEY = 0x3d21fa37;

	private static final byte TEXT = (byte) 0x81;

	private static final byte COMPRESSED_TEXT = (byte) 0xC1;

	/** What is agreed on by default: each message for itself. */
	private static final PerMessageDeflate DEFLATE = new PerMessageDeflate(true, true, 0, 0);

	private static final int LEVEL = 6;

	/** Bytes of the message's payload. */
	@Param({ "64", "1024", "8192" })
	int size;

	/** Whether all characters are ASCII, or every fourth takes two bytes. */
	@Param({ "ascii", "mixed" })
	String characters = "ascii";

	private String text = "";

	private byte[] payload = {};

	private final CompressionPool pool = new CompressionPool();

	private final Transport nowhere = new LoopTransport(new byte[1]);

	private final MessageWriter writer = new MessageWriter(this.nowhere, BUFFER_SIZE, null);

	private final MessageWriter deflatingWriter = new MessageWriter(this.nowhere, BUFFER_SIZE,
			new Compression(new MessageDeflater(DEFLATE, LEVEL, this.pool), 1));

	private MessageReader reader = reader(new byte[1], null);

	private MessageReader inflatingReader = this.reader;

	/**
	 * Prepares a message and the frames that a client would send it in.
	 */
	@Setup
	public void prepare() {
		this.text = this.characters.equals("ascii") ? json(this.size)
				: everyFourthTwoBytes(json(this.size / 5 * 4)) + json(this.size % 5);
		this.payload = this.text.getBytes(StandardCharsets.UTF_8);
		this.reader = reader(maskedFrame(TEXT, this.payload), null);
		byte[] compressed = new MessageDeflater(DEFLATE, LEVEL, this.pool).compressAlone(this.payload);
		this.inflatingReader = reader(maskedFrame(COMPRESSED_TEXT, compressed),
				new MessageInflater(DEFLATE, this.pool));
	}

	private static String json(int length) {
		StringBuilder json = new StringBuilder("[");
		for (int i = 0; json.length() < length; i++) {
			json.append("{\"id\":%d,\"user\":\"user-%d\",\"online\":%b},".formatted(i, i * 7919 % 1000, i % 3 == 0));
		}
		return json.substring(0, length);
	}

	private static String everyFourthTwoBytes(String text) {
		char[] characters = text.toCharArray();
		for (int i = 3; i < characters.length; i += 4) {
			characters[i] = '\u00fc';
		}
		return new String(characters);
	}

	private static MessageReader reader(byte[] frame, MessageInflater inflater) {
		return new MessageReader(new LoopTransport(frame), BUFFER_SIZE, MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE, () -> {
		}, inflater);
	}

	private static byte[] maskedFrame(byte first, byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
		frame.put(first);
		if (payload.length < 126) {
			frame.put((byte) (0x80 | payload.length));
		}
		else {
			frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
		}
		byte[] masked = payload.clone();
		Mask.apply(masked, 0, masked.length, KEY, 0);
		frame.putInt(Integer.reverseBytes(KEY)).put(masked);
		byte[] bytes = new byte[frame.flip().remaining()];
		frame.get(bytes);
		return bytes;
	}

	/**
	 * Reads a text message: header, mask, check of UTF-8, string.
	 * @return the text
	 * @throws IOException never
	 */
	@Benchmark
	public String read() throws IOException {
		this.reader.next(0);
		return this.reader.text();
	}

	/**
	 * Writes a text message: header, encoding, one write.
	 * @throws IOException never
	 */
	@Benchmark
	public void write() throws IOException {
		this.writer.text(this.text);
	}

	/**
	 * Reads a text message that is compressed.
	 * @return the text
	 * @throws IOException never
	 */
	@Benchmark
	public String inflate() throws IOException {
		this.inflatingReader.next(0);
		return this.inflatingReader.text();
	}

	/**
	 * Writes a text message compressed.
	 * @throws IOException never
	 */
	@Benchmark
	public void deflate() throws IOException {
		this.deflatingWriter.text(this.text);
	}

	/**
	 * Unmasks a payload, which masks it the next time.
	 * @return the payload
	 */
	@Benchmark
	public byte[] unmask() {
		Mask.apply(this.payload, 0, this.payload.length, KEY, 0);
		return this.payload;
	}

	/**
	 * Checks that a payload is UTF-8.
	 * @return the state at its end
	 */
	@Benchmark
	public int checkUtf8() {
		return Utf8Validator.validate(Utf8Validator.COMPLETE, this.payload, 0, this.payload.length);
	}

}
