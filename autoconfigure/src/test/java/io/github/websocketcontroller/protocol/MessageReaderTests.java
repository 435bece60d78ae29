package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class MessageReaderTests {

	private static final int BUFFER_SIZE = 2048;

	private static final int MAX_MESSAGE_SIZE = 64 * 1024;

	private final MessageBuffer message = new MessageBuffer(BUFFER_SIZE);

	@Test
	void whenFramesArriveTogetherThenTheyAreReadAtOnce() throws IOException {
		byte[][] frames = new byte[100][];
		Arrays.fill(frames, Frames.text("hello"));
		ScriptedTransport transport = new ScriptedTransport(Frames.concat(frames));
		MessageReader reader = reader(transport);
		for (int i = 0; i < 100; i++) {
			assertThat(reader.next(0)).isEqualTo(Opcode.TEXT);
			assertThat(reader.text()).isEqualTo("hello");
		}
		assertThat(transport.reads).isEqualTo(1);
		assertThat(this.message.capacity()).isZero();
	}

	@Test
	void whenMessageFitsIntoTheReadBufferThenNothingIsCollected() throws IOException {
		byte[] frame = Frames.binary(Frames.bytes(BUFFER_SIZE));
		MessageReader reader = reader(new ScriptedTransport(Arrays.copyOf(frame, 1000),
				Arrays.copyOfRange(frame, 1000, 1500), Arrays.copyOfRange(frame, 1500, frame.length)));
		assertThat(reader.next(0)).isEqualTo(Opcode.BINARY);
		assertThat(this.message.capacity()).isZero();
		assertThat(reader.binary()).isEqualTo(Frames.bytes(BUFFER_SIZE));
	}

	@Test
	void whenMessageIsLargeThenFewReadsTakeIt() throws IOException {
		ScriptedTransport transport = new ScriptedTransport(Frames.binary(Frames.bytes(8192)));
		assertThat(reader(transport).next(0)).isEqualTo(Opcode.BINARY);
		assertThat(transport.reads).isEqualTo(2);
		this.message.release();
		transport = new ScriptedTransport(Frames.binary(Frames.bytes(MAX_MESSAGE_SIZE)));
		assertThat(reader(transport).next(0)).isEqualTo(Opcode.BINARY);
		assertThat(transport.reads).isLessThanOrEqualTo(5);
	}

	@Test
	void whenHeaderAnnouncesMuchThenNothingIsAllocatedForIt() throws IOException {
		MessageReader reader = reader(
				new ScriptedTransport(Frames.hex("82 fe ea60 00000000"), new byte[0], new byte[1], new byte[0]));
		assertThat(reader.next(1000)).isNull();
		assertThat(reader.next(1000)).isNull();
		assertThat(this.message.capacity()).isLessThanOrEqualTo(2 * BUFFER_SIZE);
	}

	@Test
	void whenLargeMessageIsTakenThenItsMemoryIsReleased() throws IOException {
		MessageReader reader = reader(
				new ScriptedTransport(Frames.binary(Frames.bytes(50_000)), Frames.binary(Frames.bytes(50_000))));
		reader.next(0);
		assertThat(this.message.capacity()).isEqualTo(50_000);
		byte[] first = reader.binary();
		assertThat(this.message.capacity()).isZero();
		reader.next(0);
		Arrays.fill(first, (byte) 0);
		assertThat(reader.binary()).isEqualTo(Frames.bytes(50_000));
	}

	@Test
	void whenMessagesAreSomewhatLargerThanTheReadBufferThenEachTakesOneRead() throws IOException {
		byte[] payload = Frames.bytes(5 * BUFFER_SIZE);
		ScriptedTransport transport = new ScriptedTransport();
		MessageReader reader = reader(transport);
		for (int i = 0; i < 10; i++) {
			transport.add(Frames.binary(payload));
			reader.next(0);
			assertThat(reader.binary()).isEqualTo(payload);
		}
		assertThat(transport.reads).isEqualTo(11);
		assertThat(this.message.capacity()).isZero();
	}

	@Test
	void whenLargerMessagesCeaseThenTheReadBufferGoesBackToItsSize() throws IOException {
		ScriptedTransport transport = new ScriptedTransport(Frames.binary(Frames.bytes(8 * BUFFER_SIZE - 14)));
		MessageReader reader = reader(transport);
		reader.next(0);
		assertThat(reader.binary()).isEqualTo(Frames.bytes(8 * BUFFER_SIZE - 14));
		for (int i = 0; i < 4; i++) {
			transport.add(Frames.masked(0x8A, new byte[0]));
			assertThat(reader.next(0)).isEqualTo(Opcode.PONG);
			assertThat(transport.room).isEqualTo(8 * BUFFER_SIZE);
		}
		transport.add(Frames.text("small"));
		reader.next(0);
		assertThat(reader.text()).isEqualTo("small");
		assertThat(transport.room).isEqualTo(BUFFER_SIZE);
	}

	@Test
	void whenFragmentsFollowALargerMessageThenTheReadBufferGoesBackToItsSize() throws IOException {
		ScriptedTransport transport = new ScriptedTransport(Frames.binary(Frames.bytes(5 * BUFFER_SIZE)));
		MessageReader reader = reader(transport);
		reader.next(0);
		for (int i = 0; i < 5; i++) {
			transport.add(Frames.masked((i == 0) ? 0x02 : (i == 4) ? 0x80 : 0x00, Frames.bytes(10)));
		}
		reader.next(0);
		assertThat(reader.binary()).hasSize(50);
		assertThat(transport.room).isEqualTo(BUFFER_SIZE);
	}

	@Test
	void whenOnlyAHeaderAnnouncesALargerMessageThenTheReadBufferStaysAsItIs() throws IOException {
		byte[] frame = Frames.binary(Frames.bytes(5 * BUFFER_SIZE));
		ScriptedTransport transport = new ScriptedTransport(Arrays.copyOf(frame, 100), new byte[0],
				Arrays.copyOfRange(frame, 100, frame.length));
		MessageReader reader = reader(transport);
		assertThat(reader.next(1_000_000_000)).isNull();
		assertThat(transport.room).isLessThan(BUFFER_SIZE);
		reader.next(0);
		assertThat(reader.binary()).isEqualTo(Frames.bytes(5 * BUFFER_SIZE));
	}

	@Test
	void whenAFrameWasBegunAsAStreamThenItMustNotBeLongerThanAWholeMessage() throws IOException {
		byte[] frame = Frames.binary(new byte[MAX_MESSAGE_SIZE + 1]);
		ScriptedTransport transport = new ScriptedTransport(Arrays.copyOf(frame, 14), new byte[0],
				Arrays.copyOfRange(frame, 14, frame.length));
		MessageReader reader = new MessageReader(new ReadBuffer(transport, BUFFER_SIZE, Frames.NOTHING_TO_FLUSH),
				this.message, MAX_MESSAGE_SIZE, Long.MAX_VALUE, null);
		assertThat(reader.begin(1_000_000_000)).isNull();
		assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> reader.next(0))
			.satisfies((ex) -> assertThat(ex.getCloseStatus().getCode()).isEqualTo(1009));
	}

	@Test
	void whenAMessageIsMuchLargerThanTheReadBufferThenThatStaysAsItIs() throws IOException {
		ScriptedTransport transport = new ScriptedTransport(Frames.binary(Frames.bytes(8 * BUFFER_SIZE - 13)),
				Frames.text("small"));
		MessageReader reader = reader(transport);
		reader.next(0);
		assertThat(reader.binary()).isEqualTo(Frames.bytes(8 * BUFFER_SIZE - 13));
		reader.next(0);
		assertThat(transport.room).isEqualTo(BUFFER_SIZE);
	}

	@Test
	void whenAMessageIsReadInPartsThenTheReadBufferStaysAsItIs() throws IOException {
		byte[] frame = Frames.binary(Frames.bytes(5 * BUFFER_SIZE));
		ScriptedTransport transport = new ScriptedTransport(Arrays.copyOf(frame, 100),
				Arrays.copyOfRange(frame, 100, frame.length));
		MessageReader reader = reader(transport);
		assertThat(reader.begin(0)).isEqualTo(Opcode.BINARY);
		assertThat(reader.available()).isEqualTo(92);
		assertThat(reader.isAmidParts()).isTrue();
	}

	@Test
	void whenLargeMessageIsNotTakenThenItIsDroppedByTheNextRead() throws IOException {
		MessageReader reader = reader(
				new ScriptedTransport(Frames.binary(Frames.bytes(50_000)), new byte[0], Frames.text("next")));
		assertThat(reader.next(0)).isEqualTo(Opcode.BINARY);
		assertThat(reader.next(1000)).isNull();
		assertThat(this.message.capacity()).isZero();
		assertThat(reader.next(0)).isEqualTo(Opcode.TEXT);
		assertThat(reader.text()).isEqualTo("next");
	}

	@Test
	void whenReadingFailsThenWhatWasCollectedIsReleased() {
		MessageReader reader = reader(
				new ScriptedTransport(Frames.masked(0x02, Frames.bytes(50_000)), Frames.masked(0x02, Frames.bytes(5))));
		assertThat(Transcript.of(reader, 0)).containsExactly("1002");
		assertThat(this.message.capacity()).isZero();
	}

	@Test
	void whenBytesAreTakenThenTheyAreNotTheReadBuffer() throws IOException {
		MessageReader reader = reader(
				new ScriptedTransport(Frames.binary(Frames.bytes(BUFFER_SIZE)), Frames.binary(new byte[BUFFER_SIZE])));
		reader.next(0);
		byte[] bytes = reader.binary();
		reader.next(0);
		assertThat(bytes).isEqualTo(Frames.bytes(BUFFER_SIZE));
	}

	@Test
	void whenTextIsTakenAsBytesThenTheyAreItsUtf8() throws IOException {
		MessageReader reader = reader(new ScriptedTransport(Frames.text("\u20ac")));
		reader.next(0);
		assertThat(reader.binary()).isEqualTo(Frames.utf8("\u20ac"));
	}

	@Test
	void whenSomethingElseWasReadThenTakingFails() throws IOException {
		MessageReader reader = reader(new ScriptedTransport(Frames.binary(new byte[3]), Frames.text("twice")));
		assertThatIllegalStateException().isThrownBy(reader::binary);
		reader.next(0);
		assertThatIllegalStateException().isThrownBy(reader::text);
		assertThatIllegalStateException().isThrownBy(reader::controlPayload);
		assertThatIllegalStateException().isThrownBy(reader::closeStatus);
		reader.next(0);
		assertThat(reader.text()).isEqualTo("twice");
		assertThatIllegalStateException().isThrownBy(reader::text);
	}

	@Test
	@Timeout(10)
	void whenBytesTrickleInThenOneCallStillEndsInTime() throws IOException {
		ScriptedTransport transport = new EndlessTransport(Frames.masked(0x00, new byte[0]), 1);
		transport.add(Frames.masked(0x01, Frames.utf8("begun")));
		long begin = System.nanoTime();
		assertThat(reader(transport).next(TimeUnit.MILLISECONDS.toNanos(20))).isNull();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(20), Duration.ofSeconds(5));
		assertThat(transport.timeouts).isSortedAccordingTo((one, other) -> Long.compare(other, one))
			.allSatisfy((timeout) -> assertThat(timeout).isBetween(1L, TimeUnit.MILLISECONDS.toNanos(20)));
	}

	@Test
	@Timeout(10)
	void whenEmptyFragmentsNeverEndThenTheyTakeNoMemory() throws IOException {
		ScriptedTransport transport = new EndlessTransport(Frames.masked(0x00, new byte[0]), 2048);
		transport.add(Frames.masked(0x01, new byte[0]));
		assertThat(reader(transport).next(TimeUnit.MILLISECONDS.toNanos(50))).isNull();
		assertThat(transport.delivered).isGreaterThan(10_000);
		assertThat(this.message.capacity()).isZero();
	}

	@Test
	void whenPingsNeverEndThenTheyTakeNoMemory() throws IOException {
		MessageReader reader = reader(new EndlessTransport(Frames.masked(0x89, new byte[125]), 2048));
		for (int i = 0; i < 10_000; i++) {
			assertThat(reader.next(0)).isEqualTo(Opcode.PING);
		}
		assertThat(this.message.capacity()).isZero();
	}

	@Test
	void whenTheMessageIsThereThenTimeIsNoMatter() throws IOException {
		ScriptedTransport transport = new ScriptedTransport(Frames.concat(Frames.text("one"), Frames.text("two")));
		MessageReader reader = reader(transport);
		assertThat(reader.next(1)).isEqualTo(Opcode.TEXT);
		assertThat(reader.next(1)).isEqualTo(Opcode.TEXT);
		assertThat(reader.text()).isEqualTo("two");
	}

	private MessageReader reader(ScriptedTransport transport) {
		return new MessageReader(new ReadBuffer(transport, BUFFER_SIZE, Frames.NOTHING_TO_FLUSH), this.message,
				MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE, null);
	}

	/** Goes on for ever with one frame, a few bytes at a time, after what was added. */
	private static final class EndlessTransport extends ScriptedTransport {

		private final byte[] frame;

		private final int mostPerRead;

		private int next;

		private EndlessTransport(byte[] frame, int mostPerRead) {
			this.frame = frame;
			this.mostPerRead = mostPerRead;
		}

		@Override
		public int read(ByteBuffer target, long timeout) {
			int count = super.read(target, timeout);
			while (count < this.mostPerRead && target.hasRemaining()) {
				target.put(this.frame[this.next++ % this.frame.length]);
				count = Math.max(count, 0) + 1;
			}
			this.delivered += count;
			return count;
		}

	}

}
