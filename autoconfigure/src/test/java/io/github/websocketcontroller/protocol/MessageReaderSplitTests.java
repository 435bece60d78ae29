package io.github.websocketcontroller.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However a stream is cut into pieces, the messages are the same.
 */
class MessageReaderSplitTests {

	private static final byte[] TIMEOUT = {};

	private static final int MAX_MESSAGE_SIZE = 100_000;

	static Stream<Arguments> streams() {
		return Stream
			.of(stream("one of each", List.of("TEXT hello", "BINARY 0001", "PING 0203", "PONG ", "CLOSE 1000 bye"),
					Frames.text("hello"), Frames.binary(Frames.hex("0001")), Frames.masked(0x89, Frames.hex("0203")),
					Frames.masked(0x8A, Frames.hex("")), Frames.masked(0x88, Frames.hex("03e8 627965"))),
					stream("empty ones", List.of("TEXT ", "BINARY ", "PING ", "TEXT ", "BINARY ", "CLOSE 1005 null"),
							Frames.text(""), Frames.binary(new byte[0]), Frames.masked(0x89, new byte[0]),
							Frames.masked(0x01, new byte[0]), Frames.masked(0x00, new byte[0]),
							Frames.masked(0x80, new byte[0]), Frames.masked(0x02, new byte[0]),
							Frames.masked(0x80, new byte[0]), Frames.masked(0x88, new byte[0])),
					stream("fragments with control frames between",
							List.of("PING 01", "PONG 02", "TEXT Hello", "TEXT x"),
							Frames.masked(0x01, Frames.utf8("Hel")), Frames.masked(0x89, Frames.hex("01")),
							Frames.masked(0x00, new byte[0]), Frames.masked(0x8A, Frames.hex("02")),
							Frames.masked(0x80, Frames.utf8("lo")), Frames.text("x")),
					stream("Close amid a fragmented text", List.of("CLOSE 3000 \u00fc", "TEXT \u20ac"),
							Frames.masked(0x01, Frames.hex("e2 82")), Frames.masked(0x88, Frames.hex("0bb8 c3bc")),
							Frames.masked(0x80, Frames.hex("ac"))),
					stream("characters of all sizes", List.of("TEXT a\u00e9\u20ac\ud83d\ude00z", "TEXT \ud83d\ude00"),
							Frames.text("a\u00e9\u20ac\ud83d\ude00z"), Frames.masked(0x01, Frames.hex("f0")),
							Frames.masked(0x00, Frames.hex("9f98")), Frames.masked(0x80, Frames.hex("80"))),
					sizes(1, 125, 126), sizes(127, 255, 256), sizes(257, 300, 1000), sizes(65535), sizes(65536),
					largeText(), manySmallFragments());
	}

	private static Arguments sizes(int... sizes) {
		List<String> lines = new ArrayList<>();
		List<byte[]> frames = new ArrayList<>();
		for (int size : sizes) {
			byte[] payload = Frames.bytes(size);
			lines.add("BINARY " + ((size > 50) ? size + "#" + Arrays.hashCode(payload) : "07"));
			frames.add(Frames.binary(payload));
		}
		return stream("sizes " + Arrays.toString(sizes), lines, frames.toArray(byte[][]::new));
	}

	private static Arguments largeText() {
		String text = "\u00e4\u20ac\ud83d\ude00 and so on ".repeat(100);
		return stream("large text in fragments", List.of("PING 05", "TEXT " + Transcript.shorten(text + text)),
				Frames.masked(0x01, Frames.utf8(text)), Frames.masked(0x89, Frames.hex("05")),
				Frames.masked(0x80, Frames.utf8(text)));
	}

	private static Arguments manySmallFragments() {
		byte[][] frames = new byte[300][];
		Arrays.setAll(frames, (i) -> Frames.masked((i == 0) ? 0x01 : (i == 299) ? 0x80 : 0x00, Frames.utf8("ab")));
		return stream("many small fragments", List.of("TEXT " + Transcript.shorten("ab".repeat(300))), frames);
	}

	private static Arguments stream(String name, List<String> lines, byte[]... frames) {
		List<String> expected = new ArrayList<>(lines);
		expected.add("EOF");
		return Arguments.of(Named.of(name, Frames.concat(frames)), expected);
	}

	@ParameterizedTest
	@MethodSource("streams")
	void whenStreamIsSplitAnywhereThenMessagesAreTheSame(byte[] stream, List<String> expected) {
		assertThat(read(0, stream)).isEqualTo(expected);
		Arrays.stream(splits(stream)).parallel().forEach((split) -> {
			byte[] head = Arrays.copyOf(stream, split);
			byte[] tail = Arrays.copyOfRange(stream, split, stream.length);
			if (split > 0) {
				assertThat(read(0, head, tail)).as("split at %d", split).isEqualTo(expected);
			}
			assertThat(read(1_000_000_000, head, TIMEOUT, tail)).as("time-out at %d", split).isEqualTo(expected);
		});
	}

	@ParameterizedTest
	@MethodSource("streams")
	void whenBytesArriveOneByOneThenMessagesAreTheSame(byte[] stream, List<String> expected) {
		List<byte[]> chunks = new ArrayList<>();
		List<byte[]> withTimeouts = new ArrayList<>();
		for (byte octet : stream) {
			chunks.add(new byte[] { octet });
			withTimeouts.add(new byte[] { octet });
			withTimeouts.add(TIMEOUT);
		}
		assertThat(read(0, chunks.toArray(byte[][]::new))).isEqualTo(expected);
		assertThat(read(1_000_000_000, withTimeouts.toArray(byte[][]::new))).isEqualTo(expected);
	}

	private static List<String> read(long timeout, byte[]... chunks) {
		List<String> whole = Transcript.of(reader(chunks), timeout);
		assertThat(Transcript.ofParts(reader(chunks), timeout, false)).isEqualTo(whole);
		assertThat(Transcript.ofParts(reader(chunks), timeout, true)).isEqualTo(whole);
		return whole;
	}

	private static MessageReader reader(byte[]... chunks) {
		return new MessageReader(new ScriptedTransport(chunks), 256, MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE,
				Frames.NOTHING_TO_FLUSH, null);
	}

	/**
	 * All places; among the short tests, of a large stream only its ends and a sample of
	 * what is between.
	 */
	private static int[] splits(byte[] stream) {
		boolean all = Boolean.getBoolean("test.long");
		return IntStream.rangeClosed(0, stream.length)
			.filter((i) -> all || stream.length < 5000 || i < 300 || i > stream.length - 30 || i % 257 == 0)
			.toArray();
	}

}
