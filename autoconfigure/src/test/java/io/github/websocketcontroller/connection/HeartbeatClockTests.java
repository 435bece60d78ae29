package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.testing.FakeTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The heartbeat as the watchdog's clock goes, with the times of an application that sets
 * none.
 */
class HeartbeatClockTests {

	private static final int PING = 0x89;

	private static final int CLOSE = 0x88;

	private static final long ROUND = Duration.ofMillis(250).toNanos();

	private static final int ROUNDS_PER_SECOND = 4;

	private final SilentTransport transport = new SilentTransport();

	private final CompletableFuture<CloseStatus> ended = new CompletableFuture<>();

	private long now = System.nanoTime();

	@AfterEach
	void close() {
		this.transport.close();
	}

	private OpenConnection receive(Executor helpers) throws Exception {
		CompletableFuture<OpenConnection> opened = new CompletableFuture<>();
		new Thread(() -> {
			OpenConnection connection = new OpenConnection("id", proxy(UpgradeRequest.class), Agreement.NONE,
					WebsocketSettings.DEFAULTS, this.transport, new SharedResources(proxy(JsonCodec.class), helpers));
			opened.complete(connection);
			try {
				connection.receive();
			}
			catch (ConnectionClosedException ex) {
				this.ended.complete(ex.getCloseStatus());
			}
		}).start();
		assertThat(this.transport.reading.await(20, TimeUnit.SECONDS)).isTrue();
		return opened.get(20, TimeUnit.SECONDS);
	}

	private static <T> T proxy(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> null));
	}

	private void watch(OpenConnection connection, int seconds) {
		for (int i = 0; i < seconds * ROUNDS_PER_SECOND; i++) {
			watchAfter(connection, ROUND);
		}
	}

	private void watchAfter(OpenConnection connection, long nanos) {
		this.now += nanos;
		connection.watch(this.now);
	}

	@Test
	void whenNothingComesThenThePingIsDueAfterTheIntervalAndThePongAfterTheTimeout() throws Exception {
		OpenConnection connection = receive(Runnable::run);
		connection.watch(this.now);
		watch(connection, 30);
		assertThat(this.transport.written).isEmpty();
		watchAfter(connection, ROUND);
		assertThat(this.transport.written).containsExactly(PING);
		watch(connection, 10);
		assertThat(connection.isOpen()).isTrue();
		watchAfter(connection, ROUND);
		assertThat(this.transport.written).containsExactly(PING, CLOSE);
		assertThat(this.ended.get(20, TimeUnit.SECONDS)).isEqualTo(Heartbeat.NO_PONG);
	}

	@Test
	void whenTheMachineWasHaltedThenThePeerIsNotToBlame() throws Exception {
		OpenConnection connection = receive(Runnable::run);
		connection.watch(this.now);
		watchAfter(connection, Duration.ofHours(1).toNanos());
		watch(connection, 29);
		assertThat(this.transport.written).isEmpty();
		watchAfter(connection, ROUND);
		assertThat(this.transport.written).containsExactly(PING);
		watchAfter(connection, Duration.ofHours(1).toNanos());
		assertThat(connection.isOpen()).isTrue();
	}

	@Test
	void whenThereIsNoThreadToPingWithThenThePeerIsNotToBlame() throws Exception {
		OpenConnection connection = receive((task) -> {
			throw new RejectedExecutionException("no thread");
		});
		connection.watch(this.now);
		watch(connection, 100);
		assertThat(this.transport.written).isEmpty();
		assertThat(connection.isOpen()).isTrue();
	}

	@Test
	void whenThePingIsNotWrittenYetThenNoPongIsDue() throws Exception {
		List<Runnable> tasks = new CopyOnWriteArrayList<>();
		OpenConnection connection = receive(tasks::add);
		connection.watch(this.now);
		watch(connection, 100);
		assertThat(tasks).hasSize(1);
		assertThat(connection.isOpen()).isTrue();
		tasks.get(0).run();
		assertThat(this.transport.written).containsExactly(PING);
		watch(connection, 10);
		assertThat(connection.isOpen()).isTrue();
		watchAfter(connection, ROUND);
		assertThat(connection.getCloseStatus()).isEqualTo(Heartbeat.NO_PONG);
	}

	/**
	 * Has nothing to read, and takes all that is written.
	 */
	private static final class SilentTransport extends FakeTransport {

		final CountDownLatch reading = new CountDownLatch(1);

		/** The first byte of each frame. */
		final List<Integer> written = new CopyOnWriteArrayList<>();

		private final CountDownLatch closed = new CountDownLatch(1);

		@Override
		public int read(ByteBuffer target, long timeout) throws IOException {
			this.reading.countDown();
			try {
				this.closed.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			throw new ClosedChannelException();
		}

		@Override
		public int write(ByteBuffer source) {
			int count = source.remaining();
			this.written.add(source.get(source.position()) & 0xFF);
			source.position(source.limit());
			return count;
		}

		@Override
		public void close() {
			super.close();
			this.closed.countDown();
		}

	}

}
