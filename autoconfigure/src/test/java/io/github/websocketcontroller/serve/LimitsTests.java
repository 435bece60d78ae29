package io.github.websocketcontroller.serve;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How the limits of a path end a connection.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class LimitsTests {

	private static final int MESSAGES_PER_SECOND = 5;

	@RegisterExtension
	static final TestServer server = TestServer
		.with(FastController.class, IdleController.class, UnlimitedController.class)
		.properties("websocket-controller.limits.messages-per-second=" + MESSAGES_PER_SECOND,
				"websocket-controller.limits.idle-time=0", "websocket-controller.paths[/idle].limits.idle-time=500ms",
				"websocket-controller.paths[/unlimited].limits.messages-per-second=0",
				"logging.level.io.github.websocketcontroller=debug");

	/** How much of the output is that of the application's start. */
	private int started;

	@BeforeEach
	void forget(CapturedOutput output) {
		this.started = output.getAll().length();
	}

	private void assertOneDebugLine(CapturedOutput output, int code) {
		await().untilAsserted(() -> assertThat(output.getAll().substring(this.started).lines())
			.filteredOn((line) -> line.contains("ended with CloseStatus[code=" + code))
			.hasSize(1));
		assertThat(output.getAll().substring(this.started).lines())
			.noneMatch((line) -> line.contains("websocketcontroller") && !line.contains(" DEBUG "))
			.noneMatch((line) -> line.startsWith("\tat "));
	}

	/** So many that they can't all be within the rate, in one go. */
	private static byte[] messages(int count) {
		ByteArrayOutputStream messages = new ByteArrayOutputStream();
		for (int i = 0; i < count; i++) {
			messages.writeBytes(RawClient.bytes(0x81, "hello".getBytes(StandardCharsets.UTF_8)));
		}
		return messages.toByteArray();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenTooManyMessagesComeThenThePeerIsToldAndReceiveThrows(boolean ignored, CapturedOutput output)
			throws Exception {
		FastController controller = server.bean(FastController.class);
		controller.next = new CompletableFuture<>();
		try (RawClient client = server.open("/fast?ignored=" + ignored)) {
			client.send(messages(1000));
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1008);
			assertThat(close.closeReason()).isEqualTo("Too many messages");
			client.send(messages(1000)).close(1008);
			assertThat(client.isAtEnd()).isTrue();
		}
		Received received = controller.next.get(20, TimeUnit.SECONDS);
		assertThat(received.status().getCode()).isEqualTo(1008);
		if (!ignored) {
			assertThat(received.count()).isBetween(MESSAGES_PER_SECOND, 999);
		}
		assertOneDebugLine(output, 1008);
	}

	@Test
	void whenMessagesAreFragmentedOrPingsThenOnlyWholeMessagesCount() throws Exception {
		FastController controller = server.bean(FastController.class);
		controller.next = new CompletableFuture<>();
		try (RawClient client = server.open("/fast?ignored=false")) {
			client.frame(0x01, new byte[] { 'a' });
			for (int i = 0; i < 100; i++) {
				client.frame(0x00, new byte[] { 'b' }).frame(0x89, new byte[0]);
			}
			client.frame(0x80, new byte[0]).close(1000);
			for (int i = 0; i < 100; i++) {
				assertThat(client.read().firstByte()).isEqualTo(0x8A);
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		assertThat(controller.next.get(20, TimeUnit.SECONDS)).isEqualTo(new Received(1, CloseStatus.NORMAL));
	}

	@Test
	void whenAPathHasNoLimitThenThatOfAllPathsDoesNotHold() throws Exception {
		try (RawClient client = server.open("/unlimited")) {
			client.send(messages(1000)).close(1000);
			for (int i = 0; i < 1000; i++) {
				assertThat(client.read().text()).isEqualTo("hello");
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "receive", "ignore", "work" })
	void whenAConnectionIsIdleThenItIsClosedWhateverServeDoes(String serve, CapturedOutput output) throws Exception {
		IdleController controller = server.bean(IdleController.class);
		controller.next = new CompletableFuture<>();
		try (RawClient client = server.open("/idle?serve=" + serve)) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1001);
			assertThat(close.closeReason()).isEqualTo("Idle");
			client.close(1001);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(controller.next.get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.GOING_AWAY.withReason("Idle"));
		assertOneDebugLine(output, 1001);
	}

	@Test
	void whenThereAreOnlyPingsThenAConnectionIsIdle() throws Exception {
		IdleController controller = server.bean(IdleController.class);
		controller.next = new CompletableFuture<>();
		try (RawClient client = server.open("/idle?serve=receive")) {
			RawClient.Frame answer = client.frame(0x89, new byte[0]).read();
			while (answer.firstByte() == 0x8A) {
				answer = client.frame(0x89, new byte[0]).read();
			}
			assertThat(answer.closeCode()).isEqualTo(1001);
			client.close(1001);
		}
		assertThat(controller.next.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(1001);
	}

	record Received(int count, CloseStatus status) {
	}

	@WebsocketController("/fast")
	static class FastController {

		private volatile CompletableFuture<Received> next = new CompletableFuture<>();

		void serve(WebsocketConnection connection, @RequestParam boolean ignored) throws Exception {
			int count = 0;
			try {
				if (ignored) {
					connection.ignoreIncoming();
					connection.closed().get();
				}
				while (true) {
					connection.receive();
					count++;
				}
			}
			catch (ConnectionClosedException ex) {
				this.next.complete(new Received(count, ex.getCloseStatus()));
				throw ex;
			}
			catch (InterruptedException ex) {
				this.next.complete(new Received(count, connection.closed().get()));
			}
		}

	}

	@WebsocketController("/unlimited")
	static class UnlimitedController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/idle")
	static class IdleController {

		private volatile CompletableFuture<CloseStatus> next = new CompletableFuture<>();

		void serve(WebsocketConnection connection, @RequestParam String serve) throws Exception {
			try {
				switch (serve) {
					case "receive" -> connection.receive();
					case "ignore" -> {
						connection.ignoreIncoming();
						Thread.sleep(60_000);
					}
					default -> this.next.complete(connection.closed().get());
				}
			}
			catch (ConnectionClosedException ex) {
				this.next.complete(ex.getCloseStatus());
				throw ex;
			}
			catch (InterruptedException ex) {
				this.next.complete(connection.closed().get());
			}
		}

	}

}
