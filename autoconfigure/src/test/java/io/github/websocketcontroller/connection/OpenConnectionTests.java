package io.github.websocketcontroller.connection;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.testing.FakeTransport;
import io.github.websocketcontroller.testing.RawClient;
import org.junit.jupiter.api.Test;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a peer on a socket does only by chance.
 */
class OpenConnectionTests {

	private final FloodingTransport transport = new FloodingTransport();

	private OpenConnection connect() {
		return new OpenConnection("id", proxy(UpgradeRequest.class), Agreement.NONE, WebsocketSettings.DEFAULTS,
				this.transport, new SharedResources(proxy(JsonCodec.class), (task) -> new Thread(task).start()));
	}

	private static <T> T proxy(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> null));
	}

	@Test
	void whenAPeerNeverStopsToPingThenATimedReceiveReturnsAllTheSame() throws Exception {
		CompletableFuture<Object> received = new CompletableFuture<>();
		Thread serving = new Thread(() -> {
			OpenConnection connection = connect();
			Object message = connection.receive(Duration.ofMillis(20));
			received.complete((message != null) ? message : "nothing");
		});
		serving.start();
		try {
			assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("nothing");
			assertThat(this.transport.answers).hasPositiveValue();
		}
		finally {
			this.transport.close();
			serving.join(20_000);
		}
	}

	@Test
	void whenAPeerNeverStopsToPingThenTheWatchdogEndsTheClosingHandshake() throws Exception {
		OpenConnection connection = connect();
		connection.close(CloseStatus.GOING_AWAY);
		connection.watch(System.nanoTime());
		assertThat(connection.closed()).isNotDone();
		connection.watch(System.nanoTime() + WebsocketSettings.DEFAULTS.closeTimeout().toNanos());
		assertThat(connection.closed().get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.GOING_AWAY);
	}

	@Test
	void whenThereIsNoThreadToForkThenNothingIsLeftOfIt() throws Exception {
		AtomicBoolean none = new AtomicBoolean(true);
		OpenConnection connection = new OpenConnection("id", proxy(UpgradeRequest.class), Agreement.NONE,
				WebsocketSettings.DEFAULTS, this.transport, new SharedResources(proxy(JsonCodec.class), (task) -> {
					if (none.get()) {
						throw new RejectedExecutionException("no thread");
					}
					new Thread(task).start();
				}));
		assertThatExceptionOfType(WebsocketException.class).isThrownBy(() -> connection.fork(() -> none.set(false)))
			.withMessageContaining("No thread")
			.withRootCauseInstanceOf(RejectedExecutionException.class);
		assertThat(none).isTrue();
		none.set(false);
		CompletableFuture<Void> run = new CompletableFuture<>();
		connection.fork(() -> run.complete(null));
		run.get(20, TimeUnit.SECONDS);
		this.transport.close();
		connection.finish(CloseStatus.NORMAL);
		assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(() -> connection.fork(() -> {
		}));
	}

	/**
	 * Has a Ping for every read.
	 */
	private static final class FloodingTransport extends FakeTransport {

		private static final byte[] PING = RawClient.bytes(0x89, new byte[0]);

		private final AtomicInteger answers = new AtomicInteger();

		@Override
		public int read(ByteBuffer target, long timeout) {
			if (!isOpen()) {
				return -1;
			}
			target.put(PING);
			return PING.length;
		}

		@Override
		public int write(ByteBuffer source) {
			int count = source.remaining();
			source.position(source.limit());
			this.answers.incrementAndGet();
			return count;
		}

	}

}
