package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.connection.Agreement;
import io.github.websocketcontroller.connection.JsonCodec;
import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A connection that does not come about does not count.
 */
@ExtendWith(OutputCaptureExtension.class)
class AdmissionEndTests {

	private final OpenConnections connections = new OpenConnections(1, 1);

	private final ServeCall call = new ServeCall("/path", fake(UpgradeRequest.class), WebsocketSettings.DEFAULTS,
			(connection) -> {
			}, null);

	private boolean serve(Executor threads, PendingTransport pending) {
		return new ConnectionServer(this.connections, threads, fake(JsonCodec.class)).serve(this.call, Agreement.NONE,
				pending);
	}

	private void assertRoom() {
		assertThat(this.connections.limits().total()).isZero();
		assertThat(this.connections.limits().addresses()).isZero();
		assertThat(this.connections.isEmpty()).isTrue();
	}

	@Test
	void whenThereIsNoThreadThenTheConnectionDoesNotCount() {
		assertThat(serve((task) -> {
			assertThat(this.connections.limits().total()).isOne();
			throw new RejectedExecutionException("no thread");
		}, new FailingTransport(new IOException()))).isFalse();
		assertRoom();
	}

	@Test
	void whenThereIsNoMemoryForAThreadThenTheConnectionDoesNotCount() {
		assertThat(serve((task) -> {
			throw new OutOfMemoryError("as it should");
		}, new FailingTransport(new IOException()))).isFalse();
		assertRoom();
	}

	@Test
	void whenItCannotBeTakenOverThenTheConnectionDoesNotCount() {
		FailingTransport lost = new FailingTransport(new IOException("lost"));
		assertThat(serve(Runnable::run, lost)).isTrue();
		assertThat(lost.closed).isTrue();
		assertRoom();
		FailingTransport broken = new FailingTransport(new IllegalStateException("as it should"));
		assertThat(serve(Runnable::run, broken)).isTrue();
		assertThat(broken.closed).isTrue();
		assertRoom();
	}

	@Test
	void whenThereIsNoThreadOnceTheServerHasLetGoThenTheConnectionIsClosedAndDoesNotCount() {
		FailingTransport pending = new FailingTransport(new IOException(), true);
		assertThat(serve((task) -> {
			throw new RejectedExecutionException("no thread");
		}, pending)).isTrue();
		assertThat(pending.closed).isFalse();
		assertThat(this.connections.isEmpty()).isFalse();
		pending.then.run();
		assertThat(pending.closed).isTrue();
		assertRoom();
	}

	@Test
	void whenTheServerDoesNotLetGoInTimeThenTheConnectionIsServedOnce() {
		FailingTransport pending = new FailingTransport(new IOException("lost"), true);
		AtomicInteger started = new AtomicInteger();
		assertThat(serve((task) -> {
			started.incrementAndGet();
			task.run();
		}, pending)).isTrue();
		Serving serving = this.connections.expected().iterator().next();
		serving.watch(System.nanoTime());
		assertThat(started).hasValue(0);
		serving.watch(System.nanoTime() + this.call.settings().handshakeTimeout().toNanos());
		assertThat(started).hasValue(1);
		assertRoom();
		pending.then.run();
		assertThat(started).hasValue(1);
	}

	@Test
	void whenThereIsNoMemoryToHaveTheServerLetGoThenTheConnectionDoesNotCount() {
		AtomicInteger started = new AtomicInteger();
		List<Serving> expected = new ArrayList<>();
		PendingTransport pending = new FailingTransport(new IOException()) {

			@Override
			public boolean release(Runnable then) {
				super.release(then);
				expected.addAll(AdmissionEndTests.this.connections.expected());
				throw new OutOfMemoryError("as it should");
			}

		};
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> serve((task) -> started.incrementAndGet(), pending));
		assertRoom();
		expected
			.forEach((serving) -> serving.watch(System.nanoTime() + this.call.settings().handshakeTimeout().toNanos()));
		assertThat(expected).hasSize(1);
		assertThat(started).hasValue(0);
	}

	private static <T> T fake(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "getRemoteAddress" -> InetSocketAddress.createUnresolved("192.0.2.1", 1234);
					case "getUri" -> URI.create("ws://localhost/path");
					default -> throw new UnsupportedOperationException(method.getName());
				}));
	}

	private static class FailingTransport implements PendingTransport {

		private final Exception failure;

		private final boolean releasing;

		private Runnable then = () -> {
		};

		private boolean closed;

		FailingTransport(Exception failure) {
			this(failure, false);
		}

		FailingTransport(Exception failure, boolean releasing) {
			this.failure = failure;
			this.releasing = releasing;
		}

		@Override
		public boolean release(Runnable then) {
			this.then = then;
			return this.releasing;
		}

		@Override
		public Transport open() throws IOException {
			if (this.failure instanceof IOException ex) {
				throw ex;
			}
			throw (RuntimeException) this.failure;
		}

		@Override
		public void close() {
			this.closed = true;
		}

	}

}
