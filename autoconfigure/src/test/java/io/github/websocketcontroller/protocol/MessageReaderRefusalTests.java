package io.github.websocketcontroller.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a peer must not send. Keys are 00000000 where nothing depends on them, so that
 * payloads can be read. After the bytes the peer is silent: the reader must not wait for
 * more before it refuses.
 */
class MessageReaderRefusalTests {

	@ParameterizedTest(name = "{0}")
	@CsvSource(textBlock = """
			# header
			unmasked text,                        1002, 81 05 48656c6c6f
			unmasked empty text,                  1002, 81 00
			unmasked ping,                        1002, 89 00
			RSV1,                                 1002, c1 80
			RSV2,                                 1002, a1 80
			RSV3,                                 1002, 91 80
			RSV1 on a continuation,               1002, 01 80 00000000 c0 80
			RSV1 on a ping,                       1002, c9 80
			reserved opcode 3,                    1002, 83 80
			reserved opcode 7,                    1002, 87 80
			reserved opcode B,                    1002, 8b 80
			reserved opcode F,                    1002, 8f 80
			fragmented ping,                      1002, 09 80
			fragmented pong,                      1002, 0a 80
			fragmented close,                     1002, 08 80
			ping of 126 bytes,                    1002, 89 fe
			pong with a 64-bit length,            1002, 8a ff
			close of 126 bytes,                   1002, 88 fe
			64-bit length with the top bit,       1002, 82 ff 8000000000000001 00000000
			64-bit length of -1,                  1002, 82 ff ffffffffffffffff 00000000
			125 in 16 bits,                       1002, 82 fe 007d 00000000
			0 in 16 bits,                         1002, 82 fe 0000 00000000
			125 in 64 bits,                       1002, 82 ff 000000000000007d 00000000
			65535 in 64 bits,                     1002, 82 ff 000000000000ffff 00000000
			# sequence
			continuation of nothing,              1002, 80 80 00000000
			unfinished continuation of nothing,   1002, 00 80 00000000
			continuation after a whole message,   1002, 81 80 00000000 80 80 00000000
			continuation after the last fragment, 1002, 01 80 00000000 80 80 00000000 80 80 00000000
			text within a text,                   1002, 01 80 00000000 81 80 00000000
			binary within a text,                 1002, 01 80 00000000 82 80 00000000
			text within a binary,                 1002, 02 80 00000000 01 80 00000000
			text within a text after a ping,      1002, 01 80 00000000 89 80 00000000 81 80 00000000
			# close
			close with one byte,                  1002, 88 81
			close code 0,                         1002, 88 82 00000000 0000
			close code 999,                       1002, 88 82 00000000 03e7
			close code 1004,                      1002, 88 82 00000000 03ec
			close code 1005,                      1002, 88 82 00000000 03ed
			close code 1006,                      1002, 88 82 00000000 03ee
			close code 1015,                      1002, 88 82 00000000 03f7
			close code 1016,                      1002, 88 82 00000000 03f8
			close code 2999,                      1002, 88 82 00000000 0bb7
			close code 5000,                      1002, 88 82 00000000 1388
			close code 65535,                     1002, 88 82 00000000 ffff
			close code 1005 before its reason,    1002, 88 90 00000000 03ed
			close reason not UTF-8,               1007, 88 84 00000000 03e8 c328
			close reason cut off,                 1007, 88 83 00000000 03e8 c3
			close reason not UTF-8 so far,        1007, 88 90 00000000 03e8 41 ff
			bad close reason amid a text,         1007, 01 81 00000000 e2 88 83 00000000 03e8 82
			# UTF-8
			impossible byte,                      1007, 81 85 00000000 48 ff
			continuation byte first,              1007, 81 85 00000000 80
			overlong in two bytes,                1007, 81 85 00000000 c0
			overlong in three bytes,              1007, 81 85 00000000 e0 9f
			overlong in four bytes,               1007, 81 85 00000000 f0 8f
			surrogate,                            1007, 81 85 00000000 ed a0
			above U+10FFFF,                       1007, 81 85 00000000 f4 90
			five-byte form,                       1007, 81 85 00000000 f8
			ASCII within a character,             1007, 81 85 00000000 e2 82 41
			character cut off at the end,         1007, 81 82 00000000 e2 82
			cut off at the end of fragments,      1007, 01 81 00000000 e2 80 81 00000000 82
			cut off at an empty last fragment,    1007, 01 81 00000000 e2 80 80 00000000
			broken across fragments,              1007, 01 81 00000000 e2 80 85 00000000 41
			broken after a ping,                  1007, 01 81 00000000 e2 89 80 00000000 80 85 00000000 41
			bad byte in a large frame,            1007, 81 fe 03e8 00000000 41 ff
			bad byte in a fragment,               1007, 01 85 00000000 41 ff
			# size; at most 1000 bytes
			1001 bytes,                           1009, 82 fe 03e9 00000000
			1001 bytes of text,                   1009, 81 fe 03e9 00000000
			1001 bytes in a first fragment,       1009, 02 fe 03e9 00000000
			largest length there is,              1009, 82 ff 7fffffffffffffff 00000000
			4 GB and a byte,                      1009, 82 ff 0000000100000001 00000000
			fragments together,                   1009, 02 81 00000000 00 80 fe 03e8 00000000
			""")
	void whenPeerBreaksTheRulesThenReadingFailsAtOnce(String rule, int code, String hex) throws IOException {
		byte[] stream = Frames.hex(hex);
		for (int split = 0; split <= stream.length; split++) {
			byte[] silence = {};
			MessageReader reader = reader(Arrays.copyOf(stream, split),
					Arrays.copyOfRange(stream, split, stream.length), silence, silence, silence);
			assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> readUntilSilence(reader))
				.satisfies((ex) -> assertThat(ex.getCloseStatus().getCode()).isEqualTo(code))
				.satisfies((ex) -> assertThat(ex.getStackTrace()).isEmpty())
				.satisfies((ex) -> assertThat(ex.getCloseStatus().getReason()).isNotBlank().hasSizeLessThan(50));
		}
	}

	private static void readUntilSilence(MessageReader reader) throws IOException {
		int silent = 0;
		while (silent < 4) {
			silent += (reader.next(1_000_000_000) == null) ? 1 : 0;
		}
	}

	@Test
	void whenReadingHasFailedThenItFailsTheSameWayAgain() {
		MessageReader reader = reader(Frames.hex("c1 80 00000000"), Frames.text("fine"));
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> reader.next(0))
				.withMessage("Reserved bit is set");
		}
	}

	@Test
	void whenStreamEndsThenReadingFailsWithEofAgainAndAgain() {
		MessageReader reader = reader();
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reader.next(0));
		}
	}

	@Test
	void whenStreamEndsWithinAFrameThenReadingFailsWithEof() {
		byte[] frame = Frames.text("hello");
		for (int length = 0; length < frame.length; length++) {
			assertThat(Transcript.of(Arrays.copyOf(frame, length))).containsExactly("EOF");
		}
	}

	@Test
	void whenMessagesBeforeTheFaultAreFineThenTheyAreRead() {
		assertThat(Transcript.of(Frames.text("one"), Frames.text("two"), Frames.hex("83 80")))
			.isEqualTo(List.of("TEXT one", "TEXT two", "1002"));
	}

	@Test
	void whenMessageIsAsLongAsAllowedThenItIsRead() throws IOException {
		MessageReader reader = reader(Frames.binary(Frames.bytes(1000)), Frames.masked(0x2, Frames.bytes(999)),
				Frames.masked(Frames.FIN, new byte[1]));
		assertThat(reader.next(0)).isEqualTo(Opcode.BINARY);
		assertThat(reader.binary()).isEqualTo(Frames.bytes(1000));
		assertThat(reader.next(0)).isEqualTo(Opcode.BINARY);
		assertThat(reader.binary()).hasSize(1000);
	}

	private static MessageReader reader(byte[]... chunks) {
		return new MessageReader(new ScriptedTransport(chunks), 128, 1000, 1000, Frames.NOTHING_TO_FLUSH, null);
	}

}
