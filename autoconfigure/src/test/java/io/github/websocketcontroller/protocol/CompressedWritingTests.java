package io.github.websocketcontroller.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.compression.CountedPool;
import io.github.websocketcontroller.compression.MessageDeflater;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Messages that the client has to expand.
 */
class CompressedWritingTests {

	private static final int THRESHOLD = 100;

	private final CountedPool counted = new CountedPool();

	private final ScriptedTransport transport = new ScriptedTransport();

	private final Compressed client = new Compressed();

	@AfterEach
	void closeThePool() {
		this.counted.pool().close();
		assertThat(this.counted.living()).isZero();
	}

	private MessageWriter writer(boolean takeover) {
		return new MessageWriter(this.transport, 2048,
				new Compression(
						new MessageDeflater(new PerMessageDeflate(!takeover, !takeover, 0, 0), 6, this.counted.pool()),
						THRESHOLD));
	}

	private List<Frame> frames() {
		List<Frame> frames = new ArrayList<>();
		ByteBuffer bytes = ByteBuffer.wrap(this.transport.written());
		while (bytes.hasRemaining()) {
			int first = bytes.get() & 0xFF;
			int length = bytes.get();
			length = (length == 126) ? bytes.getShort() & 0xFFFF : (length == 127) ? (int) bytes.getLong() : length;
			byte[] payload = new byte[length];
			bytes.get(payload);
			frames.add(new Frame(first, payload));
		}
		this.transport.clearWritten();
		return frames;
	}

	private byte[] expand(List<Frame> frames) {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		frames.forEach((frame) -> compressed.writeBytes(frame.payload));
		return this.client.inflate(compressed.toByteArray());
	}

	@Test
	void whenAMessageIsSmallThenItIsNotCompressed() throws IOException {
		MessageWriter writer = writer(true);
		byte[] small = Frames.bytes(THRESHOLD - 1);
		writer.text("a".repeat(THRESHOLD - 1));
		writer.text(small);
		writer.binary(small);
		writer.binary(ByteBuffer.wrap(small));
		writer.prepared(PreparedMessage.binary(small));
		assertThat(frames()).hasSize(5).allSatisfy((frame) -> {
			assertThat(frame.first).isIn(0x81, 0x82);
			assertThat(frame.payload).hasSize(THRESHOLD - 1);
		});
		assertThat(this.counted.made()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAMessageIsLargeEnoughThenItIsCompressed(boolean takeover) throws IOException {
		MessageWriter writer = writer(takeover);
		String ascii = "a".repeat(THRESHOLD);
		String euros = "\u20ac".repeat(THRESHOLD - 1);
		byte[] bytes = Frames.bytes(5000);
		writer.text(ascii);
		assertThat(single(0xC1, takeover)).isEqualTo(Frames.utf8(ascii));
		writer.text(euros);
		assertThat(single(0xC1, takeover)).isEqualTo(Frames.utf8(euros));
		writer.text(Frames.utf8(ascii));
		assertThat(single(0xC1, takeover)).isEqualTo(Frames.utf8(ascii));
		writer.binary(bytes);
		assertThat(single(0xC2, takeover)).isEqualTo(bytes);
		ByteBuffer buffer = ByteBuffer.wrap(bytes, 7, 1000).asReadOnlyBuffer();
		writer.binary(buffer);
		assertThat(single(0xC2, takeover)).isEqualTo(Arrays.copyOfRange(bytes, 7, 1007));
		assertThat(buffer.remaining()).isEqualTo(1000);
		writer.release();
	}

	private byte[] single(int first, boolean takeover) {
		List<Frame> frames = frames();
		assertThat(frames).hasSize(1);
		assertThat(frames.get(0).first).isEqualTo(first);
		byte[] expanded = expand(frames);
		if (!takeover) {
			this.client.forget();
		}
		return expanded;
	}

	@Test
	void whenWhatIsCompressedIsLargeThenItIsInFragments() throws IOException {
		MessageWriter writer = writer(true);
		byte[] bytes = new byte[20_000];
		new Random(4711).nextBytes(bytes);
		writer.binary(bytes);
		List<Frame> frames = frames();
		assertThat(frames).extracting((frame) -> frame.first).containsExactly(0x42, 0x00, 0x80);
		assertThat(expand(frames)).isEqualTo(bytes);
		writer.release();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAMessageIsWrittenInFragmentsThenItIsOneToExpand(boolean takeover) throws IOException {
		MessageWriter writer = writer(takeover);
		byte[] bytes = Frames.bytes(3000);
		writer.fragment(Opcode.BINARY, false, bytes, 0, 1000);
		writer.control(Opcode.PING, Frames.hex("07"));
		writer.fragment(Opcode.CONTINUATION, false, bytes, 1000, 0);
		writer.fragment(Opcode.CONTINUATION, false, bytes, 1000, 2000);
		writer.fragment(Opcode.CONTINUATION, true, bytes, 0, 0);
		List<Frame> frames = frames();
		assertThat(frames).extracting((frame) -> frame.first).containsExactly(0x42, 0x89, 0x00, 0x00, 0x80);
		frames.remove(1);
		assertThat(expand(frames)).isEqualTo(bytes);
		writer.release();
	}

	@Test
	void whenCompressionIsSwitchedOffThenTheNextMessageIsPlain() throws IOException {
		MessageWriter writer = writer(false);
		byte[] bytes = Frames.bytes(1000);
		writer.setCompression(false);
		writer.binary(bytes);
		writer.fragment(Opcode.BINARY, false, bytes, 0, 500);
		writer.setCompression(true);
		writer.fragment(Opcode.CONTINUATION, true, bytes, 500, 500);
		writer.binary(bytes);
		assertThat(frames()).extracting((frame) -> frame.first).containsExactly(0x82, 0x02, 0x80, 0xC2);
	}

	@Test
	void whenAMessageIsPreparedThenItIsCompressedOnce() throws IOException {
		PreparedMessage message = PreparedMessage.text("news ".repeat(100));
		for (int i = 0; i < 3; i++) {
			MessageWriter writer = writer(true);
			this.client.forget();
			for (int round = 0; round < 2; round++) {
				writer.prepared(message);
				assertThat(single(0xC1, true)).isEqualTo(Frames.utf8("news ".repeat(100)));
				writer.text("news ".repeat(100));
				assertThat(single(0xC1, true)).isEqualTo(Frames.utf8("news ".repeat(100)));
			}
			writer.release();
		}
		byte[] compressed = message.encoded(
				new MessageDeflater(new PerMessageDeflate(true, true, 0, 0), 6, this.counted.pool()).form(),
				(payload) -> {
					throw new AssertionError("Compressed twice");
				});
		assertThat(compressed).hasSizeLessThan(50);
	}

	@Test
	void whenNothingWasAgreedOnThenAPreparedMessageIsPlain() throws IOException {
		MessageWriter writer = new MessageWriter(this.transport, 2048, null);
		writer.setCompression(true);
		writer.prepared(PreparedMessage.text("h\u00e9llo"));
		writer.prepared(PreparedMessage.binary(Frames.bytes(5000)));
		assertThat(this.transport.written()).isEqualTo(Frames.concat(Frames.unmasked(0x81, Frames.utf8("h\u00e9llo")),
				Frames.unmasked(0x82, Frames.bytes(5000))));
	}

	@Test
	void whenAPreparedMessageIsBeingCompressedThenAPeerWithoutCompressionDoesNotWait() throws Exception {
		CountDownLatch compressing = new CountDownLatch(20);
		CountDownLatch written = new CountDownLatch(1);
		List<PreparedMessage> messages = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			PreparedMessage message = PreparedMessage.text("news");
			messages.add(message);
			new Thread(() -> message.encoded(new Object(), (payload) -> {
				compressing.countDown();
				await(written);
				return payload;
			})).start();
		}
		assertThat(compressing.await(10, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
			MessageWriter writer = new MessageWriter(this.transport, 2048, null);
			messages.forEach((message) -> assertThatNoException().isThrownBy(() -> writer.prepared(message)));
		});
		try {
			writing.get(10, TimeUnit.SECONDS);
		}
		finally {
			written.countDown();
		}
		assertThat(frames()).hasSize(20);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenNoContextIsKeptThenNothingIsHeldWhileTheLastFrameIsWritten() throws IOException {
		MessageWriter writer = writer(false);
		this.transport.beforeWrite = this.counted.pool()::close;
		writer.binary(Frames.bytes(5000));
		assertThat(this.counted.made()).isOne();
		assertThat(this.counted.living()).isZero();
	}

	private static final class Frame {

		private final int first;

		private final byte[] payload;

		Frame(int first, byte[] payload) {
			this.first = first;
			this.payload = payload;
		}

	}

}
