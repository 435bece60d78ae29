package io.github.websocketcontroller.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever arrives, reading ends in messages, a refusal or the end of the stream, and
 * takes no more memory than what has arrived justifies. Seeded: a failure comes back.
 */
class MessageReaderFuzzTests {

	private static final int BUFFER_SIZE = 256;

	private static final int MAX_MESSAGE_SIZE = 20_000;

	private static final int PART_SIZE = 16 * 1024;

	private final Random random = new Random(20260101);

	@Test
	@Timeout(60)
	void whenBytesAreRandomThenReadingEnds() {
		for (int round = 0; round < 20_000; round++) {
			byte[] stream = new byte[this.random.nextInt(400)];
			this.random.nextBytes(stream);
			read(stream);
		}
	}

	@Test
	@Timeout(60)
	void whenHeadersAreNearlyRightThenReadingEnds() {
		for (int round = 0; round < 20_000; round++) {
			byte[][] frames = new byte[1 + this.random.nextInt(10)][];
			Arrays.setAll(frames, (i) -> randomFrame());
			read(Frames.concat(frames));
		}
	}

	@Test
	@Timeout(60)
	void whenAValidStreamIsDamagedThenReadingEnds() {
		byte[] stream = Frames.concat(Frames.text("h\u00e9llo"), Frames.masked(0x01, Frames.utf8("\u20ac")),
				Frames.masked(0x89, Frames.bytes(20)), Frames.masked(0x80, Frames.utf8("x".repeat(500))),
				Frames.binary(Frames.bytes(3000)), Frames.masked(0x02, Frames.bytes(126)),
				Frames.masked(0x80, Frames.bytes(1)), Frames.masked(0x88, Frames.hex("03e8 6f6b")));
		for (int round = 0; round < 20_000; round++) {
			byte[] damaged = stream.clone();
			for (int i = this.random.nextInt(4); i >= 0; i--) {
				damaged[this.random.nextInt(damaged.length)] ^= (byte) (1 << this.random.nextInt(8));
			}
			read(Arrays.copyOf(damaged, damaged.length - this.random.nextInt(2) * this.random.nextInt(100)));
		}
	}

	private byte[] randomFrame() {
		int[] opcodes = { 0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, this.random.nextInt(256) };
		byte[] payload = new byte[this.random.nextBoolean() ? this.random.nextInt(5) : this.random.nextInt(2000)];
		Arrays.fill(payload, (byte) this.random.nextInt(256));
		return Frames.masked(opcodes[this.random.nextInt(opcodes.length)], payload);
	}

	private void read(byte[] stream) {
		MessageBuffer message = new MessageBuffer(BUFFER_SIZE);
		ScriptedTransport transport = new ScriptedTransport(chunks(stream)) {

			@Override
			public int read(ByteBuffer target, long timeout) {
				assertThat(message.capacity()).isLessThanOrEqualTo(MAX_MESSAGE_SIZE)
					.isLessThanOrEqualTo(4 * this.delivered + Math.max(BUFFER_SIZE, PART_SIZE));
				return super.read(target, timeout);
			}

		};
		MessageReader reader = new MessageReader(new ReadBuffer(transport, BUFFER_SIZE, Frames.NOTHING_TO_FLUSH),
				message, MAX_MESSAGE_SIZE, MAX_MESSAGE_SIZE, null);
		long timeout = this.random.nextBoolean() ? 0 : 1_000_000_000;
		List<String> lines = this.random.nextBoolean() ? Transcript.of(reader, timeout)
				: Transcript.ofParts(reader, timeout, this.random.nextBoolean());
		assertThat(lines.get(lines.size() - 1)).isIn("EOF", "1002", "1007", "1009");
		assertThat(message.capacity()).isZero();
	}

	private List<byte[]> chunks(byte[] stream) {
		List<byte[]> chunks = new ArrayList<>();
		int most = 1 + this.random.nextInt(600);
		for (int position = 0; position < stream.length;) {
			int end = Math.min(stream.length, position + this.random.nextInt(most + 1));
			chunks.add(Arrays.copyOfRange(stream, position, end));
			position = end;
		}
		return chunks;
	}

}
