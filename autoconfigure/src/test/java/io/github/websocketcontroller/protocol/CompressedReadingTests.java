package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.github.websocketcontroller.compression.CountedPool;
import io.github.websocketcontroller.compression.MessageInflater;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages that the client has compressed.
 */
class CompressedReadingTests {

	private static final byte[] TIMEOUT = {};

	private static final int MAX_MESSAGE_SIZE = 1000;

	private static final int MAX_STREAMED_SIZE = 40_000;

	private final CountedPool counted = new CountedPool();

	private final Compressed client = new Compressed();

	private final Random random = new Random(4711);

	@AfterEach
	void closeThePool() {
		this.counted.pool().close();
		assertThat(this.counted.living()).isZero();
	}

	private MessageReader reader(boolean takeover, List<byte[]> chunks) {
		return new MessageReader(new ScriptedTransport(chunks), 256, MAX_MESSAGE_SIZE, MAX_STREAMED_SIZE,
				Frames.NOTHING_TO_FLUSH,
				new MessageInflater(new PerMessageDeflate(!takeover, !takeover, 0, 0), this.counted.pool()));
	}

	private List<String> read(boolean takeover, byte[]... chunks) {
		return read(takeover, 0, Arrays.asList(chunks));
	}

	private List<String> read(boolean takeover, long timeout, List<byte[]> chunks) {
		MessageReader reader = reader(takeover, chunks);
		List<String> lines = Transcript.of(reader, timeout);
		reader.release();
		return lines;
	}

	private List<String> readParts(boolean takeover, long timeout, boolean mixed, List<byte[]> chunks) {
		MessageReader reader = reader(takeover, chunks);
		List<String> lines = Transcript.ofParts(reader, timeout, mixed);
		reader.release();
		return lines;
	}

	private static byte[] text(String text) {
		return Frames.masked(Frames.FIN | Compressed.RSV1 | 0x1, Compressed.alone(Frames.utf8(text)));
	}

	private static byte[] binary(byte[] payload) {
		return Frames.masked(Frames.FIN | Compressed.RSV1 | 0x2, Compressed.alone(payload));
	}

	@Test
	void whenTheExampleOfTheRfcArrivesThenItIsHello() {
		// RFC 7692, 7.2.3.1 and 7.2.3.2
		byte[] hello = Frames.hex("f248cdc9c90700");
		byte[] again = Frames.hex("f200110000");
		assertThat(read(true, Frames.masked(0xC1, hello), Frames.masked(0xC1, again))).containsExactly("TEXT Hello",
				"TEXT Hello", "EOF");
		assertThat(read(false, Frames.masked(0x41, Arrays.copyOf(hello, 3)),
				Frames.masked(0x80, Arrays.copyOfRange(hello, 3, 7)), Frames.masked(0xC1, hello)))
			.containsExactly("TEXT Hello", "TEXT Hello", "EOF");
	}

	@Test
	void whenNothingIsCompressedThenItIsEmpty() {
		assertThat(read(true, text("a"), Frames.masked(0xC1, Frames.hex("00")), Frames.masked(0xC2, new byte[0]),
				text("b")))
			.containsExactly("TEXT a", "TEXT ", "BINARY ", "TEXT b", "EOF");
	}

	@Test
	void whenMessagesArePlainThenTheyNeedNothing() {
		assertThat(read(true, Frames.text("plain"), Frames.masked(0x01, Frames.utf8("pla")),
				Frames.masked(0x80, Frames.utf8("in"))))
			.containsExactly("TEXT plain", "TEXT plain", "EOF");
		assertThat(this.counted.made()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "5000, 1009", "500, 0" })
	void whenAMessageWasBegunAsAStreamThenItMustNotBeLongerThanAWholeMessage(int begun, int code) throws IOException {
		String text = "a".repeat(begun) + this.random.ints(100, 'a', 'z' + 1)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
		byte[] frame = text(text);
		// What expands to the repetition and a part of the rest.
		int middle = frame.length - 40;
		MessageReader reader = reader(true,
				List.of(Arrays.copyOf(frame, middle), TIMEOUT, Arrays.copyOfRange(frame, middle, frame.length)));
		assertThat(reader.begin(1_000_000_000)).isNull();
		if (code == 0) {
			assertThat(reader.next(0)).isEqualTo(Opcode.TEXT);
			assertThat(reader.text()).isEqualTo(text);
		}
		else {
			assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> reader.next(0))
				.satisfies((ex) -> assertThat(ex.getCloseStatus().getCode()).isEqualTo(code));
		}
		reader.release();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAStreamIsSplitAnywhereThenMessagesAreTheSame(boolean takeover) {
		List<byte[]> frames = new ArrayList<>();
		List<String> expected = new ArrayList<>();
		for (String text : List.of("h\u00e9llo \u20ac", "\ud83d\ude00 and so on, ".repeat(30), "h\u00e9llo \u20ac")) {
			byte[] compressed = this.client.deflate(Frames.utf8(text));
			int middle = compressed.length / 2;
			frames.add(Frames.masked(0x41, Arrays.copyOf(compressed, middle)));
			frames.add(Frames.masked(0x89, Frames.hex("07")));
			frames.add(Frames.masked(0x00, new byte[0]));
			frames.add(Frames.masked(0x80, Arrays.copyOfRange(compressed, middle, compressed.length)));
			frames.add(Frames.text("plain"));
			expected.addAll(List.of("PING 07", "TEXT " + Transcript.shorten(text), "TEXT plain"));
			if (!takeover) {
				this.client.forget();
			}
		}
		byte[] large = new byte[MAX_MESSAGE_SIZE];
		this.random.nextBytes(large);
		frames.add(Frames.masked(0xC2, this.client.deflate(large)));
		expected.addAll(List.of("BINARY 1000#" + Arrays.hashCode(large), "EOF"));
		byte[] stream = Frames.concat(frames.toArray(byte[][]::new));
		for (int split = 1; split < stream.length; split++) {
			byte[] head = Arrays.copyOf(stream, split);
			byte[] tail = Arrays.copyOfRange(stream, split, stream.length);
			assertThat(read(takeover, head, tail)).as("split at %d", split).isEqualTo(expected);
			List<byte[]> pieces = List.of(head, TIMEOUT, tail);
			assertThat(read(takeover, 1_000_000_000, pieces)).as("time-out at %d", split).isEqualTo(expected);
			assertThat(readParts(takeover, 1_000_000_000, split % 2 == 0, pieces)).as("parts at %d", split)
				.isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@CsvSource({ "0", "1", "999", "1000" })
	void whenAMessageIsAsLargeAsItMayBeThenItIsRead(int size) {
		assertThat(read(false, binary(new byte[size]), text("next"))).last().isEqualTo("EOF");
	}

	@Test
	void whenAMessageExpandsToMoreThanItMayThenItIsTooBig() {
		assertThat(read(false, binary(new byte[MAX_MESSAGE_SIZE + 1]))).containsExactly("1009");
		byte[] compressed = Compressed.alone(new byte[100_000]);
		assertThat(compressed).hasSizeLessThan(200);
		assertThat(read(true, Frames.masked(0x42, compressed))).containsExactly("1009");
		assertThat(readParts(true, 0, false, List.of(binary(new byte[MAX_STREAMED_SIZE])))).hasSize(2)
			.last()
			.isEqualTo("EOF");
		assertThat(readParts(true, 0, false, List.of(binary(new byte[MAX_STREAMED_SIZE + 1])))).containsExactly("1009");
	}

	@Test
	void whenABombArrivesThenItCostsNoMoreThanTheLimit() throws IOException {
		byte[] bomb = Compressed.alone(new byte[100_000_000]);
		MessageBuffer message = new MessageBuffer(256);
		MessageReader reader = new MessageReader(
				new ReadBuffer(new ScriptedTransport(Frames.masked(0xC2, bomb)), 256, Frames.NOTHING_TO_FLUSH), message,
				MAX_MESSAGE_SIZE, MAX_STREAMED_SIZE,
				new MessageInflater(new PerMessageDeflate(true, true, 0, 0), this.counted.pool()));
		assertThat(reader.begin(0)).isEqualTo(Opcode.BINARY);
		assertThat(message.capacity()).isLessThanOrEqualTo(MAX_STREAMED_SIZE);
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> {
			while (true) {
				reader.nextPart(0);
				assertThat(message.capacity()).isLessThanOrEqualTo(MAX_STREAMED_SIZE);
			}
		}).satisfies((ex) -> assertThat(ex.getCloseStatus().getCode()).isEqualTo(1009));
		assertThat(message.capacity()).isZero();
		reader.release();
	}

	@Test
	void whenEmptyBlocksDoNotEndThenTheyCostNoMemory() {
		byte[] blocks = new byte[500_000];
		for (int i = 0; i + 5 <= blocks.length; i += 5) {
			blocks[i + 3] = -1;
			blocks[i + 4] = -1;
		}
		assertThat(read(false, Frames.masked(0x42, blocks), Frames.masked(0x80, Compressed.alone(new byte[] { 1 }))))
			.containsExactly("BINARY 01", "EOF");
	}

	@ParameterizedTest
	@CsvSource({ "C9", "CA", "C8" })
	void whenAControlFrameIsCompressedThenItIsAViolation(String first) {
		assertThat(read(true, Frames.masked(Integer.parseInt(first, 16), new byte[0]))).containsExactly("1002");
	}

	@ParameterizedTest
	@CsvSource({ "A1", "91", "F1", "E1" })
	void whenAnotherReservedBitIsSetThenItIsAViolation(String first) {
		assertThat(read(true, Frames.masked(Integer.parseInt(first, 16), new byte[0]))).containsExactly("1002");
	}

	@Test
	void whenAFurtherFragmentIsMarkedThenItIsAViolation() {
		byte[] hello = Compressed.alone(Frames.utf8("hello"));
		assertThat(read(true, Frames.masked(0x41, hello), Frames.masked(0xC0, new byte[0]))).containsExactly("1002");
		assertThat(read(true, Frames.masked(0x01, Frames.utf8("plain")), Frames.masked(0xC0, hello)))
			.containsExactly("1002");
	}

	@Test
	void whenItIsNotCompressedThenItIsInvalid() {
		assertThat(read(true, Frames.masked(0xC2, Frames.hex("ffffff")))).containsExactly("1007");
		assertThat(read(false, Frames.masked(0xC1, Frames.utf8("not compressed")))).containsExactly("1007");
	}

	@Test
	void whenItRefersToAContextThatIsNotKeptThenItIsInvalid() {
		byte[] first = this.client.deflate(Frames.utf8("hello hello"));
		byte[] second = this.client.deflate(Frames.utf8("hello hello"));
		assertThat(read(false, Frames.masked(0xC1, first), Frames.masked(0xC1, second)))
			.containsExactly("TEXT hello hello", "1007");
	}

	@Test
	void whenTextExpandsToNoUtf8ThenItIsInvalid() {
		assertThat(read(true, Frames.masked(0xC1, Compressed.alone(Frames.hex("61 ff"))))).containsExactly("1007");
		assertThat(read(true, Frames.masked(0xC1, Compressed.alone(Frames.hex("61 e282"))))).containsExactly("1007");
		assertThat(read(true, binary(Frames.hex("61 ff")))).containsExactly("BINARY 61ff", "EOF");
	}

	@Test
	void whenAValidStreamIsDamagedThenReadingEnds() {
		byte[] stream = Frames.concat(text("h\u00e9llo ".repeat(20)), Frames.masked(0x89, Frames.bytes(20)),
				binary(Frames.bytes(900)), Frames.text("plain"), text("x".repeat(MAX_MESSAGE_SIZE)),
				Frames.masked(0x88, Frames.hex("03e8 6f6b")));
		for (int round = 0; round < 20_000; round++) {
			byte[] damaged = stream.clone();
			for (int i = this.random.nextInt(4); i >= 0; i--) {
				damaged[this.random.nextInt(damaged.length)] ^= (byte) (1 << this.random.nextInt(8));
			}
			boolean takeover = this.random.nextBoolean();
			List<byte[]> chunks = List.of(damaged);
			List<String> lines = this.random.nextBoolean() ? read(takeover, 0, chunks)
					: readParts(takeover, 0, this.random.nextBoolean(), chunks);
			assertThat(lines).last().isIn("EOF", "1002", "1007", "1009");
		}
	}

	@Test
	void whenNoContextIsKeptThenNothingIsHeldBetweenMessages() throws IOException {
		MessageReader reader = reader(false, List.of(text("a"), text("b")));
		for (int i = 0; i < 2; i++) {
			assertThat(reader.next(0)).isEqualTo(Opcode.TEXT);
		}
		this.counted.pool().close();
		assertThat(this.counted.living()).isZero();
		assertThat(this.counted.made()).isOne();
	}

}
