package io.github.websocketcontroller.connection;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.Deflater;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.compression.CountedPool;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import io.github.websocketcontroller.outbox.Deliveries;
import io.github.websocketcontroller.testing.FakeTransport;
import io.github.websocketcontroller.testing.RawClient;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.util.unit.DataSize;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However a connection ends, the native memory that it has used for compression is freed.
 */
class CompressionEndTests {

	private static final String TEXT = "compressed ".repeat(100);

	private final CountedPool counted = new CountedPool();

	private final Peer peer = new Peer();

	static Stream<Arguments> endings() {
		return Stream
			.<Arguments>of(ending("serve returns", (connection) -> connection.sendText(connection.receiveText())),
					ending("the peer closes amid a message", (connection) -> {
						connection.receiveText();
						connection.sendText(TEXT);
						connection.receiveText();
					}), ending("a message is streamed and left", (connection) -> {
						connection.receiveText();
						connection.sendText(TEXT);
						connection.receiveStream();
					}), ending("a message is begun and left", (connection) -> {
						connection.sendStream();
						connection.fail(CloseStatus.SERVER_ERROR);
					}), ending("it is closed", (connection) -> {
						connection.receiveText();
						connection.sendText(TEXT);
						connection.close();
						connection.receiveText();
					}), ending("it is cut", (connection) -> {
						connection.receiveText();
						connection.sendText(TEXT);
						connection.cut();
					}), ending("incoming messages are ignored", (connection) -> {
						connection.receiveText();
						connection.sendText(TEXT);
						connection.ignoreIncoming();
						connection.closed().join();
					}))
			.flatMap((arguments) -> Stream.of(true, false)
				.map((takeover) -> Arguments.of(takeover, arguments.get()[0])));
	}

	private static Arguments ending(String name, Consumer<OpenConnection> serve) {
		return Arguments.of(Named.of(name, serve));
	}

	@ParameterizedTest
	@MethodSource("endings")
	void whenAConnectionEndsThenNothingIsLeft(boolean takeover, Consumer<OpenConnection> serve) throws Exception {
		Agreement agreement = new Agreement(null, new PerMessageDeflate(!takeover, !takeover, 0, 0));
		Executor threads = (task) -> new Thread(task).start();
		OpenConnection connection = new OpenConnection("id", proxy(UpgradeRequest.class), agreement,
				WebsocketSettings.builder().compressionThreshold(DataSize.ofBytes(1)).build(), this.peer,
				new SharedResources(proxy(JsonCodec.class), threads, this.counted.pool(), new Deliveries(threads)));
		try {
			serve.accept(connection);
		}
		catch (WebsocketException ex) {
			// The peer has ended it.
		}
		connection.finish(CloseStatus.NORMAL);
		connection.closed().join();
		this.counted.pool().close();
		assertThat(this.counted.made()).isPositive();
		assertThat(this.counted.living()).isZero();
	}

	private static <T> T proxy(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> null));
	}

	/**
	 * Sends a compressed message and half of another one, and then nothing more.
	 */
	private static final class Peer extends FakeTransport {

		private final Deque<ByteBuffer> frames = new ArrayDeque<>();

		Peer() {
			byte[] compressed = new byte[1000];
			Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
			deflater.setInput(TEXT.getBytes(StandardCharsets.UTF_8));
			int count = deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
			deflater.end();
			byte[] payload = new byte[count - 4];
			System.arraycopy(compressed, 0, payload, 0, payload.length);
			this.frames.add(ByteBuffer.wrap(RawClient.bytes(0xC1, payload)));
			this.frames.add(ByteBuffer.wrap(RawClient.bytes(0x41, payload)));
		}

		@Override
		public int read(ByteBuffer target, long timeout) {
			ByteBuffer frame = isOpen() ? this.frames.peek() : null;
			if (frame == null) {
				return -1;
			}
			int count = Math.min(frame.remaining(), target.remaining());
			target.put(frame.slice(frame.position(), count));
			frame.position(frame.position() + count);
			if (!frame.hasRemaining()) {
				this.frames.remove();
			}
			return count;
		}

	}

}
