package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.ForeignClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.eclipse.jetty.websocket.api.exceptions.UpgradeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Heartbeat, limits, timeouts and forked threads, as clients see them that others wrote.
 * What differs is set by path.
 */
@ExtendWith(OutputCaptureExtension.class)
class EndsOfForeignClientsTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, EchoController.class, FloodController.class)
		.properties("websocket-controller.paths[/small].max-message-size=1KB",
				"websocket-controller.paths[/rated].limits.messages-per-second=5",
				"websocket-controller.paths[/idle].limits.idle-time=3s",
				"websocket-controller.paths[/script].heartbeat.interval=100ms",
				"websocket-controller.paths[/flood].write-timeout=500ms",
				"websocket-controller.limits.connections-per-address=2");

	private final Scripts scripts = server.bean(Scripts.class);

	private static ForeignClient open(ForeignClient.Kind kind, String path) throws Exception {
		return kind.open(URI.create(server.uri(path)));
	}

	private ForeignClient open(ForeignClient.Kind kind, Scripts.Script script) throws Exception {
		return open(kind, this.scripts.path(script));
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(20, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@EnumSource
	void whenAClientAnswersPingsThenTheRoundTripIsKnown(ForeignClient.Kind kind) throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		try (ForeignClient client = open(kind, (connection) -> {
			opened.complete(connection);
			connection.messages().forEach(connection::send);
		})) {
			WebsocketConnection connection = get(opened);
			await().untilAsserted(() -> assertThat(connection.getRoundTripTime()).isNotNull().isPositive());
			client.sendText("still here");
			assertThat(client.next()).isEqualTo(new TextMessage("still here"));
			client.close(CloseStatus.NORMAL);
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAClientPingsAndClosesThenTheHandlersAreTold(ForeignClient.Kind kind) throws Exception {
		CompletableFuture<PingMessage> pinged = new CompletableFuture<>();
		CompletableFuture<PongMessage> ponged = new CompletableFuture<>();
		CompletableFuture<CloseStatus> closed = new CompletableFuture<>();
		try (ForeignClient client = open(kind, (connection) -> {
			connection.setPingHandler((ping) -> {
				pinged.complete(ping);
				connection.pong((byte) 7, (byte) 8);
			});
			connection.setPongHandler((pong) -> {
				if (pong.getPayloadLength() == 1) { // not that of the heartbeat
					ponged.complete(pong);
				}
			});
			connection.setCloseHandler(closed::complete);
			connection.ping((byte) 9);
			assertThat(connection.messages()).isEmpty();
		})) {
			client.ping(new byte[] { 7, 8 });
			assertThat(client.next()).isEqualTo(new PongMessage(ByteBuffer.wrap(new byte[] { 7, 8 })));
			assertThat(get(pinged).getPayload().array()).containsExactly(7, 8);
			assertThat(get(ponged)).isEqualTo(new PongMessage(ByteBuffer.wrap(new byte[] { 9 })));
			client.close(new CloseStatus(3456, "enough"));
			assertThat(get(closed)).isEqualTo(new CloseStatus(3456, "enough"));
			assertThat(client.closed()).isEqualTo(new CloseStatus(3456, "enough"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAMessageIsTooBigThen1009(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/small")) {
			client.sendText("x".repeat(1024));
			assertThat(client.next()).isEqualTo(new TextMessage("x".repeat(1024)));
			client.sendText("x".repeat(1025));
			assertThat(client.closed().getCode()).isEqualTo(1009);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenThereAreTooManyMessagesThen1008(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/rated")) {
			TextMessage message = new TextMessage("x");
			for (int i = 0; i < 20 && message.equals(sendAndReceive(client, message)); i++) {
				// Within the rate.
			}
			assertThat(client.closed()).isEqualTo(new CloseStatus(1008, "Too many messages"));
		}
	}

	private static @Nullable WebSocketMessage<?> sendAndReceive(ForeignClient client, TextMessage message)
			throws Exception {
		client.sendText(message.getPayload());
		return client.nextUntilClosed();
	}

	@ParameterizedTest
	@EnumSource
	void whenNothingIsSaidThen1001(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/idle")) {
			client.sendText("x");
			assertThat(client.next()).isEqualTo(new TextMessage("x"));
			assertThat(client.closed()).isEqualTo(new CloseStatus(1001, "Idle"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAnAddressHasTooManyConnectionsThen503(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient first = open(kind, "/small"); ForeignClient second = open(kind, "/small")) {
			// Each is counted once it is served.
			for (ForeignClient client : List.of(first, second)) {
				client.sendText("x");
				assertThat(client.next()).isEqualTo(new TextMessage("x"));
			}
			assertThatThrownBy(() -> open(kind, "/small"))
				.satisfies((refusal) -> assertThat(status(refusal)).isEqualTo(503));
			first.close(CloseStatus.NORMAL);
			assertThat(first.closed().getCode()).isEqualTo(1000);
			await().ignoreExceptions().untilAsserted(() -> {
				try (ForeignClient third = open(kind, "/small")) {
					third.close(CloseStatus.NORMAL);
					assertThat(third.closed().getCode()).isEqualTo(1000);
				}
			});
			second.close(CloseStatus.NORMAL);
			assertThat(second.closed().getCode()).isEqualTo(1000);
		}
	}

	private static int status(@Nullable Throwable refusal) {
		if (refusal instanceof WebSocketHandshakeException handshake) {
			return handshake.getResponse().statusCode();
		}
		if (refusal instanceof UpgradeException upgrade) {
			return upgrade.getResponseStatusCode();
		}
		// Tomcat's client has the status in its message only.
		if (refusal == null || refusal.toString().contains("[503]")) {
			return (refusal != null) ? 503 : 0;
		}
		return status(refusal.getCause());
	}

	@ParameterizedTest
	@EnumSource
	void whenAClientTakesNothingThenTheWriteTimesOut(ForeignClient.Kind kind) throws Exception {
		FloodController controller = server.bean(FloodController.class);
		controller.ended = new CompletableFuture<>();
		try (ForeignClient client = open(kind, "/flood")) {
			client.sendText("go");
			assertThat(get(controller.ended)).isEqualTo(new CloseStatus(1011, "Write timed out"));
			if (kind == ForeignClient.Kind.JDK) {
				// It does not always see the end behind what was in the buffers.
				await().untilAsserted(
						() -> assertThatThrownBy(() -> client.ping(new byte[0])).hasCauseInstanceOf(IOException.class));
				return;
			}
			while (client.nextUntilClosed() != null) {
				// What was in the buffers.
			}
			assertThat(client.closed().getCode()).isEqualTo(1006);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAForkedThreadThrowsThen1011(ForeignClient.Kind kind, CapturedOutput output) throws Exception {
		try (ForeignClient client = open(kind, (connection) -> {
			connection.fork(() -> {
				throw new IllegalStateException("Thrown by a fork for " + kind);
			});
			connection.messages().forEach(connection::send);
		})) {
			assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "Internal server error"));
		}
		await().untilAsserted(() -> assertThat(output).contains("Thrown by a fork for " + kind));
	}

	@ParameterizedTest
	@EnumSource
	void whenAClientGoesThenForkedThreadsAreInterrupted(ForeignClient.Kind kind) throws Exception {
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		try (ForeignClient client = open(kind, (connection) -> {
			connection.fork(() -> {
				try {
					connection.sendText("forked");
					interrupted.complete(new CountDownLatch(1).await(20, TimeUnit.SECONDS));
				}
				catch (InterruptedException ex) {
					interrupted.complete(true);
				}
			});
			assertThat(connection.messages()).isEmpty();
		})) {
			assertThat(client.next()).isEqualTo(new TextMessage("forked"));
			client.close(CloseStatus.NORMAL);
			assertThat(get(interrupted)).isTrue();
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	@WebsocketController({ "/small", "/rated", "/idle" })
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/flood")
	static class FloodController {

		private volatile CompletableFuture<CloseStatus> ended = new CompletableFuture<>();

		void serve(WebsocketConnection connection) {
			connection.receive();
			try {
				while (true) {
					connection.sendBinary(new byte[16 * 1024]);
				}
			}
			catch (ConnectionClosedException ex) {
				this.ended.complete(ex.getCloseStatus());
			}
		}

	}

}
