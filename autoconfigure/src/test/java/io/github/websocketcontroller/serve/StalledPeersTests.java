package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A thousand connections, of which a hundred do not take what the server sends: the
 * others are served meanwhile, and the hundred lose nothing.
 */
@OnEveryTransport
@ExtendWith(OutputCaptureExtension.class)
class StalledPeersTests {

	private static final int STALLED = 100;

	private static final int OTHERS = 900;

	private static final int MESSAGES = 10;

	private static final byte[] PAYLOAD = new byte[50_000];

	/** More messages than the system has room for. */
	private static final int FLOOD = 160;

	private static final int SMALL_BUFFER = 32 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class, FloodController.class)
		.properties("server.tomcat.accept-count=1000", "websocket-controller.write-timeout=60s",
				"websocket-controller.close-timeout=60s");

	@Test
	void whenAHundredOfAThousandStallThenNobodyLosesAnything(CapturedOutput output) throws Exception {
		new Random(1).nextBytes(PAYLOAD);
		List<Stalled> stalled = new ArrayList<>();
		try {
			for (int i = 0; i < STALLED; i++) {
				stalled.add(new Stalled(server.connect(SMALL_BUFFER).upgrade("/flood")));
			}
			othersEcho();
			assertThat(server.bean(FloodController.class).done).hasValue(0);
			for (Stalled peer : stalled) {
				peer.resume();
			}
		}
		finally {
			for (Stalled peer : stalled) {
				peer.client().close();
			}
		}
		assertThat(output.getAll()).doesNotContain(" ERROR ");
	}

	private void othersEcho() throws Exception {
		HttpClient client = HttpClient.newBuilder().sslContext(SelfSignedKeyStore.trust()).build();
		List<Other> others = new ArrayList<>();
		List<CompletableFuture<WebSocket>> opened = new ArrayList<>();
		for (int i = 0; i < OTHERS; i++) {
			Other other = new Other();
			others.add(other);
			opened.add(client.newWebSocketBuilder().buildAsync(URI.create(server.uri("/echo")), other));
		}
		for (int i = 0; i < OTHERS; i++) {
			others.get(i).socket = opened.get(i).get(120, TimeUnit.SECONDS);
		}
		OpenConnections connections = server.bean(OpenConnections.class);
		await().until(() -> connections.count() == STALLED + OTHERS);
		others.forEach(Other::start);
		for (Other other : others) {
			other.done.get(120, TimeUnit.SECONDS);
		}
	}

	/** Has the server send, and reads only when it is told to. */
	private record Stalled(RawClient client) {

		void resume() throws IOException {
			for (int i = 0; i < FLOOD; i++) {
				assertThat(Arrays.equals(this.client.read().payload(), PAYLOAD)).isTrue();
			}
			assertThat(this.client.read().closeCode()).isEqualTo(1000);
			this.client.close(1000);
			assertThat(this.client.isAtEnd()).isTrue();
		}

	}

	/** Sends one message after the other, each when the last one has come back. */
	private static final class Other implements WebSocket.Listener {

		final CompletableFuture<Void> done = new CompletableFuture<>();

		private final ByteBuffer received = ByteBuffer.allocate(20_000);

		private int sent;

		private @Nullable WebSocket socket;

		@Override
		public void onOpen(WebSocket socket) {
			// Not before all are open.
		}

		void start() {
			WebSocket opened = Objects.requireNonNull(this.socket);
			sendNext(opened);
			opened.request(1);
		}

		private void sendNext(WebSocket socket) {
			check(socket.sendBinary(next(), true));
		}

		private void check(CompletableFuture<WebSocket> sending) {
			CompletableFuture<WebSocket> ignored = sending.whenComplete((socket, failure) -> {
				if (failure != null) {
					this.done.completeExceptionally(failure);
				}
			});
		}

		private ByteBuffer next() {
			return ByteBuffer.wrap(PAYLOAD, this.sent, 1 + 1900 * this.sent);
		}

		@Override
		public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
			this.received.put(data);
			socket.request(1);
			if (last) {
				if (!this.received.flip().equals(next())) {
					this.done.completeExceptionally(new AssertionError("Other bytes have come back"));
				}
				this.received.clear();
				this.sent++;
				if (this.sent < MESSAGES) {
					sendNext(socket);
				}
				else {
					check(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
				}
			}
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
			if (this.sent == MESSAGES && code == WebSocket.NORMAL_CLOSURE) {
				this.done.complete(null);
			}
			this.done.completeExceptionally(new AssertionError("Closed with " + code + " after " + this.sent));
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable error) {
			this.done.completeExceptionally(error);
		}

	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/flood")
	static class FloodController {

		final AtomicInteger done = new AtomicInteger();

		void serve(WebsocketConnection connection) {
			for (int i = 0; i < FLOOD; i++) {
				connection.sendBinary(PAYLOAD);
			}
			this.done.incrementAndGet();
		}

	}

}
