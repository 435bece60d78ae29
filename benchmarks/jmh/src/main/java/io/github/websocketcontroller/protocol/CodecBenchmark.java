package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

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

	private static final int KEY = 0x3d21fa37;

	/** Bytes of the message's payload. */
	@Param({ "64", "1024", "8192" })
	int size;

	/** Whether all characters are ASCII, or every fourth takes two bytes. */
	@Param({ "ascii", "mixed" })
	String characters = "ascii";

	private String text = "";

	private byte[] payload = {};

	private MessageReader reader = new MessageReader(new LoopTransport(new byte[1]), BUFFER_SIZE, 1, 0, () -> {
	});

	private MessageWriter writer = new MessageWriter(new LoopTransport(new byte[1]), BUFFER_SIZE);

	/**
	 * Prepares a message and the frame that a client would send it in.
	 */
	@Setup
	public void prepare() {
		this.text = this.characters.equals("ascii") ? "abcd".repeat(this.size / 4)
				: "abcü".repeat(this.size / 5) + "a".repeat(this.size % 5);
		this.payload = this.text.getBytes(StandardCharsets.UTF_8);
		LoopTransport transport = new LoopTransport(maskedFrame(this.payload));
		this.reader = new MessageReader(transport, BUFFER_SIZE, 1 << 20, 0, () -> {
		});
		this.writer = new MessageWriter(transport, BUFFER_SIZE);
	}

	private static byte[] maskedFrame(byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
		frame.put((byte) 0x81);
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
