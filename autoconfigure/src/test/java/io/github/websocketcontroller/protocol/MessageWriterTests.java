package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.websocketcontroller.PreparedMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class MessageWriterTests {

	private static final int BUFFER_SIZE = 2048;

	private final ScriptedTransport transport = new ScriptedTransport();

	private final MessageWriter writer = new MessageWriter(this.transport, BUFFER_SIZE, null);

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 124, 125, 126, 127, 2043, 2044, 2045, 2048, 65535, 65536, 100_000 })
	void whenMessageIsWrittenThenItIsOneUnmaskedFrame(int size) throws IOException {
		for (int mostPerWrite : new int[] { Integer.MAX_VALUE, 1, 3, 1000 }) {
			if (mostPerWrite == 1 && size > 70_000) {
				continue;
			}
			this.transport.mostPerWrite = mostPerWrite;
			byte[] bytes = Frames.bytes(size);
			this.writer.binary(bytes);
			checkWritten(0x82, bytes);
			this.writer.binary(ByteBuffer.wrap(bytes));
			checkWritten(0x82, bytes);
			this.writer.text("x".repeat(size));
			checkWritten(0x81, Frames.utf8("x".repeat(size)));
			this.writer.text("\u20ac".repeat(size));
			checkWritten(0x81, Frames.utf8("\u20ac".repeat(size)));
			this.writer.text(Frames.utf8("\u00e9" + "x".repeat(size)));
			checkWritten(0x81, Frames.utf8("\u00e9" + "x".repeat(size)));
			this.writer.prepared(PreparedMessage.text("\u00e9" + "x".repeat(size)));
			checkWritten(0x81, Frames.utf8("\u00e9" + "x".repeat(size)));
			this.writer.prepared(PreparedMessage.binary(bytes));
			checkWritten(0x82, bytes);
		}
	}

	@Test
	void whenFrameFitsIntoTheBufferThenItIsOneWrite() throws IOException {
		this.writer.text("x".repeat(BUFFER_SIZE - 4));
		this.writer.binary(new byte[BUFFER_SIZE - 4]);
		this.writer.control(Opcode.PING, new byte[125]);
		assertThat(this.transport.writes).isEqualTo(3);
	}

	@Test
	void whenFramesMayWaitThenTheyLeaveWhenTheBufferIsFull() throws IOException {
		this.writer.setAutoFlush(false);
		byte[] message = Frames.bytes(98);
		for (int i = 0; i < 20; i++) {
			this.writer.binary(message);
		}
		assertThat(this.transport.writes).isZero();
		assertThat(this.writer.hasUnflushed()).isTrue();
		this.writer.binary(message);
		assertThat(this.transport.writes).isEqualTo(1);
		this.writer.flush();
		assertThat(this.transport.writes).isEqualTo(2);
		assertThat(this.writer.hasUnflushed()).isFalse();
		this.writer.flush();
		assertThat(this.transport.writes).isEqualTo(2);
		byte[][] frames = new byte[21][];
		Arrays.fill(frames, Frames.unmasked(0x82, message));
		assertThat(this.transport.written()).isEqualTo(Frames.concat(frames));
	}

	@Test
	void whenAPayloadCannotBeCopiedThenNothingIsLeftOfItsFrame() throws IOException {
		this.writer.setAutoFlush(false);
		this.writer.text("before");
		assertThatExceptionOfType(IndexOutOfBoundsException.class)
			.isThrownBy(() -> this.writer.fragment(Opcode.BINARY, true, new byte[3], 2, 5));
		this.writer.text("after");
		this.writer.flush();
		assertThat(this.transport.written()).isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("before")),
				Frames.unmasked(0x81, Frames.utf8("after"))));
	}

	@Test
	void whenNothingIsWrittenForAWhileThenThereIsNoBuffer() throws IOException {
		assertThat(this.writer.hasBuffer()).isFalse();
		this.writer.text("before");
		this.writer.trim();
		assertThat(this.writer.hasBuffer()).as("written since the last look").isTrue();
		this.writer.trim();
		assertThat(this.writer.hasBuffer()).isFalse();
		this.writer.flush();
		this.writer.text("after");
		assertThat(this.writer.hasBuffer()).isTrue();
		assertThat(this.transport.written()).isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("before")),
				Frames.unmasked(0x81, Frames.utf8("after"))));
	}

	@Test
	void whenASmallMessageIsPreparedThenItNeedsNoBufferAndOneWrite() throws IOException {
		PreparedMessage message = PreparedMessage.binary(Frames.bytes(BUFFER_SIZE - 4));
		this.writer.prepared(message);
		this.writer.prepared(message);
		assertThat(this.writer.hasBuffer()).isFalse();
		assertThat(this.transport.writes).isEqualTo(2);
	}

	@Test
	void whenFramesMayWaitThenAPreparedMessageWaitsInItsTurn() throws IOException {
		this.writer.setAutoFlush(false);
		this.writer.text("a");
		this.writer.prepared(PreparedMessage.text("b"));
		assertThat(this.transport.writes).isZero();
		this.writer.prepared(PreparedMessage.binary(new byte[BUFFER_SIZE]));
		this.writer.prepared(PreparedMessage.text("c"));
		assertThat(this.writer.hasUnflushed()).isTrue();
		this.writer.flush();
		assertThat(this.transport.written())
			.isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("a")), Frames.unmasked(0x81, Frames.utf8("b")),
					Frames.unmasked(0x82, new byte[BUFFER_SIZE]), Frames.unmasked(0x81, Frames.utf8("c"))));
	}

	@Test
	void whenMoreFollowsThenFramesWaitUntilNothingDoes() throws IOException {
		this.writer.setMore(true);
		this.writer.text("a");
		this.writer.prepared(PreparedMessage.text("b"));
		assertThat(this.transport.writes).isZero();
		assertThat(this.writer.hasUnflushed()).isTrue();
		this.writer.setMore(false);
		assertThat(this.transport.writes).isZero();
		this.writer.text("c");
		assertThat(this.transport.writes).isEqualTo(1);
		assertThat(this.writer.hasUnflushed()).isFalse();
		assertThat(this.transport.written()).isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("a")),
				Frames.unmasked(0x81, Frames.utf8("b")), Frames.unmasked(0x81, Frames.utf8("c"))));
	}

	@Test
	void whenFramesWaitThenAPreparedMessageTakesThemAlong() throws IOException {
		this.writer.setMore(true);
		this.writer.text("a");
		this.writer.setMore(false);
		this.writer.prepared(PreparedMessage.text("b"));
		assertThat(this.writer.hasUnflushed()).isFalse();
		assertThat(this.transport.written())
			.isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("a")), Frames.unmasked(0x81, Frames.utf8("b"))));
	}

	@Test
	void whenFramesWaitThenTheirBufferStays() throws IOException {
		this.writer.setAutoFlush(false);
		this.writer.text("waits");
		this.writer.trim();
		this.writer.trim();
		assertThat(this.writer.hasUnflushed()).isTrue();
		this.writer.flush();
		assertThat(this.transport.written()).isEqualTo(Frames.unmasked(0x81, Frames.utf8("waits")));
	}

	@Test
	void whenFramesWaitThenAControlFrameOrALargeOneTakesThemAlong() throws IOException {
		this.writer.setAutoFlush(false);
		this.writer.text("a");
		this.writer.text("\u00e4");
		this.writer.control(Opcode.PONG, new byte[0]);
		this.writer.text("b");
		this.writer.binary(new byte[10_000]);
		assertThat(this.transport.writes).isEqualTo(2);
		this.writer.text("c");
		this.writer.setAutoFlush(true);
		assertThat(this.transport.writes).isEqualTo(3);
		assertThat(this.transport.written()).isEqualTo(
				Frames.concat(Frames.unmasked(0x81, Frames.utf8("a")), Frames.unmasked(0x81, Frames.utf8("\u00e4")),
						Frames.unmasked(0x8A, new byte[0]), Frames.unmasked(0x81, Frames.utf8("b")),
						Frames.unmasked(0x82, new byte[10_000]), Frames.unmasked(0x81, Frames.utf8("c"))));
	}

	@Test
	void whenAMessageIsWrittenInFragmentsThenOnlyTheLastEndsIt() throws IOException {
		byte[] payload = Frames.bytes(5000);
		this.writer.fragment(Opcode.BINARY, false, payload, 10, 20);
		checkWritten(0x02, Arrays.copyOfRange(payload, 10, 30));
		this.writer.fragment(Opcode.CONTINUATION, false, payload, 0, 5000);
		checkWritten(0x00, payload);
		this.writer.control(Opcode.PING, new byte[1]);
		checkWritten(0x89, new byte[1]);
		this.writer.fragment(Opcode.CONTINUATION, true, payload, 0, 0);
		checkWritten(0x80, new byte[0]);
	}

	@Test
	void whenFrameIsLargerThanTheBufferThenHeaderAndPayloadGoOutTogether() throws IOException {
		this.writer.binary(new byte[100_000]);
		assertThat(this.transport.writes).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 10, 5000 })
	void whenPayloadIsABufferThenItIsLeftAsItWas(int size) throws IOException {
		byte[] bytes = Frames.bytes(size);
		ByteBuffer part = ByteBuffer.wrap(Frames.concat(new byte[7], bytes, new byte[9]), 7, size);
		ByteBuffer direct = ByteBuffer.allocateDirect(size + 5).put(3, bytes).position(3).limit(3 + size);
		List<ByteBuffer> payloads = List.of(part, part.slice(), part.asReadOnlyBuffer(), direct,
				direct.asReadOnlyBuffer(), part.duplicate().order(ByteOrder.LITTLE_ENDIAN));
		for (ByteBuffer payload : payloads) {
			int position = payload.position();
			int limit = payload.limit();
			this.writer.binary(payload);
			checkWritten(0x82, bytes);
			assertThat(payload.position()).isEqualTo(position);
			assertThat(payload.limit()).isEqualTo(limit);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "\u007f", "\u0080", "abc\u00e9", "\u20ac", "\ud83d\ude00", "plain \u0000 text" })
	void whenTextIsWrittenThenItsUtf8Is(String text) throws IOException {
		this.writer.text(text);
		checkWritten(0x81, Frames.utf8(text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\ud83d", "a\ude00", "a\ude00\ud83d" })
	void whenTextHasUnpairedSurrogatesThenTheyBecomeQuestionMarks(String text) throws IOException {
		this.writer.text(text);
		checkWritten(0x81, Frames.utf8("a" + "?".repeat(text.length() - 1)));
	}

	@Test
	void whenControlFrameIsWrittenThenItIsThatFrame() throws IOException {
		this.writer.control(Opcode.PING, Frames.bytes(125));
		checkWritten(0x89, Frames.bytes(125));
		this.writer.control(Opcode.PONG, new byte[0]);
		checkWritten(0x8A, new byte[0]);
	}

	@Test
	void whenControlFrameCannotBeThenItIsRefusedAndNothingWritten() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.control(Opcode.PING, new byte[126]));
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.control(Opcode.CLOSE, new byte[0]));
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.control(Opcode.TEXT, new byte[0]));
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.close(CloseStatus.NO_CLOSE_FRAME));
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.close(CloseStatus.TLS_HANDSHAKE_FAILURE));
		assertThatIllegalArgumentException().isThrownBy(() -> this.writer.close(new CloseStatus(2500)));
		assertThat(this.transport.written()).isEmpty();
	}

	@Test
	void whenStatusIsWrittenThenItIsCodeAndReason() throws IOException {
		this.writer.close(CloseStatus.NORMAL);
		checkWritten(0x88, Frames.hex("03e8"));
		this.writer.close(new CloseStatus(4999, "b\u00fc"));
		checkWritten(0x88, Frames.hex("1387 62c3bc"));
		this.writer.close(new CloseStatus(1000, ""));
		checkWritten(0x88, Frames.hex("03e8"));
		this.writer.close(CloseStatus.NO_STATUS_CODE);
		checkWritten(0x88, new byte[0]);
	}

	@Test
	void whenReasonIsTooLongThenItIsCutAfterACharacter() throws IOException {
		for (String character : List.of("x", "\u00fc", "\u20ac", "\ud83d\ude00")) {
			int size = Frames.utf8(character).length;
			for (int ahead = 0; ahead < 4; ahead++) {
				this.writer.close(new CloseStatus(1011, "y".repeat(ahead) + character.repeat(500)));
				String kept = "y".repeat(ahead) + character.repeat((123 - ahead) / size);
				checkWritten(0x88, Frames.concat(Frames.hex("03f3"), Frames.utf8(kept)));
			}
		}
		this.writer.close(new CloseStatus(1011, "z".repeat(123)));
		checkWritten(0x88, Frames.concat(Frames.hex("03f3"), Frames.utf8("z".repeat(123))));
	}

	@Test
	void whenTransportTakesBytesThenProgressChanges() throws IOException {
		List<Long> seen = new ArrayList<>();
		this.transport.beforeWrite = () -> seen.add(this.writer.progress());
		this.transport.mostPerWrite = 1000;
		assertThat(this.writer.progress()).isZero();
		this.writer.text("small");
		assertThat(this.writer.progress()).isZero();
		this.writer.binary(new byte[5000]);
		this.writer.text("x".repeat(2000));
		assertThat(this.writer.progress()).isZero();
		assertThat(seen).hasSize(10).doesNotContain(0L).doesNotHaveDuplicates();
	}

	@Test
	void whenWritingFailsThenNoWriteIsUnderWay() {
		this.transport.beforeWrite = () -> {
			throw new IllegalStateException("broken");
		};
		assertThatIllegalStateException().isThrownBy(() -> this.writer.text("small"));
		assertThat(this.writer.progress()).isZero();
		MessageWriter another = new MessageWriter(this.transport, BUFFER_SIZE, null);
		assertThatIllegalStateException().isThrownBy(() -> another.binary(new byte[5000]));
		assertThat(another.progress()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 5000 })
	void whenAFrameWasBrokenOffThenNothingFollowsIt(int length) {
		this.transport.beforeWrite = () -> {
			throw new IllegalStateException("no memory");
		};
		assertThatIllegalStateException().isThrownBy(() -> this.writer.binary(new byte[length]));
		this.transport.beforeWrite = () -> {
		};
		assertThatIOException().isThrownBy(() -> this.writer.text("next"));
		assertThatIOException().isThrownBy(() -> this.writer.binary(new byte[5000]));
		assertThatIOException().isThrownBy(() -> this.writer.close(CloseStatus.NORMAL));
		assertThat(this.transport.written()).isEmpty();
	}

	private void checkWritten(int first, byte[] payload) {
		assertThat(this.transport.written()).isEqualTo(Frames.unmasked(first, payload));
		this.transport.clearWritten();
	}

}
