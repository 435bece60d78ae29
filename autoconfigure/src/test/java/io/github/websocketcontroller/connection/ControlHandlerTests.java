package io.github.websocketcontroller.connection;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What an application may want to know of the peer's control frames.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class ControlHandlerTests {

	private static final int PING = 0x89;

	private static final int PONG = 0x8A;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class).properties("websocket-controller.close-timeout=2s");

	private final Scripts scripts = server.bean(Scripts.class);

	private int started;

	@BeforeEach
	void forget(CapturedOutput output) {
		this.started = output.getAll().length();
	}

	private String log(CapturedOutput output) {
		return output.getAll().substring(this.started);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Test
	void whenThereIsAPingHandlerThenItAnswersAndNobodyElse() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			Thread receiver = Thread.currentThread();
			connection.setPingHandler((ping) -> {
				assertThat(Thread.currentThread()).isSameAs(receiver);
				connection.pong(utf8("pong of " + new String(ping.getPayload().array(), StandardCharsets.UTF_8)));
			});
			connection.sendText(connection.receiveText());
			connection.setPingHandler(null);
			connection.sendText(connection.receiveText());
		})) {
			client.frame(PING, utf8("a")).text("b");
			assertThat(client.read().text()).isEqualTo("pong of a");
			assertThat(client.read().text()).isEqualTo("b");
			client.frame(PING, utf8("c")).text("d");
			RawClient.Frame pong = client.read();
			assertThat(pong.firstByte()).isEqualTo(PONG);
			assertThat(pong.text()).isEqualTo("c");
			assertThat(client.read().text()).isEqualTo("d");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThereIsAPongHandlerThenItIsToldOfAllPongs(boolean ignored) throws Exception {
		CompletableFuture<Void> done = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setPongHandler((pong) -> connection.sendBinary(pong.getPayload()));
			connection.ping(utf8("asked for"));
			if (ignored) {
				connection.ignoreIncoming();
				done.get();
			}
			else {
				connection.receive();
			}
		})) {
			assertThat(client.read().firstByte()).isEqualTo(PING);
			client.frame(PONG, utf8("asked for")).frame(PONG, new byte[0]);
			assertThat(client.read().text()).isEqualTo("asked for");
			assertThat(client.read().payload()).isEmpty();
			done.complete(null);
			client.text("done");
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenThePeerClosesThenTheCloseHandlerHasTheLastWord() throws Exception {
		CompletableFuture<Boolean> open = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setCloseHandler((status) -> {
				open.complete(connection.isOpen());
				connection.sendText("bye, " + status.getCode());
			});
			connection.receive();
		})) {
			client.close(3000);
			assertThat(client.read().text()).isEqualTo("bye, 3000");
			assertThat(client.read().closeCode()).isEqualTo(3000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(open).isCompletedWithValue(true);
	}

	@Test
	void whenTheCloseHandlerClosesThenItsStatusIsTheAnswer() throws Exception {
		CompletableFuture<CloseStatus> thrown = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setCloseHandler((status) -> connection.close(CloseStatus.POLICY_VIOLATION));
			try {
				connection.receive();
			}
			catch (ConnectionClosedException ex) {
				thrown.complete(ex.getCloseStatus());
			}
		})) {
			client.sendHex("88 80 00000000");
			assertThat(client.read().closeCode()).isEqualTo(1008);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(thrown.get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.POLICY_VIOLATION);
	}

	@Test
	void whenTheServerClosesThenTheAnswerIsNotTheHandlers() throws Exception {
		List<Object> told = new CopyOnWriteArrayList<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setCloseHandler(told::add);
			connection.setPongHandler(told::add);
			connection.setPingHandler(told::add);
			connection.close();
			assertThat(connection.messages()).isEmpty();
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.frame(PING, utf8("a")).frame(PONG, utf8("b")).close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(told).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ping", "pong", "close" })
	void whenAHandlerReceivesThenItIsToldThatItMustNot(String kind) throws Exception {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			set(connection, kind, () -> {
				assertThatIllegalStateException().isThrownBy(() -> connection.receive(Duration.ofMillis(1)));
				assertThatIllegalStateException().isThrownBy(connection::receiveText)
					.satisfies(thrown::complete)
					.withMessageContaining("handler");
			});
			connection.messages(String.class).forEach(connection::sendText);
		})) {
			control(client, kind);
			assertThat(thrown.get(20, TimeUnit.SECONDS)).isNotNull();
			if (!kind.equals("close")) {
				assertThat(client.text("usable").read().text()).isEqualTo("usable");
				client.close(1000);
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ping", "pong", "close" })
	void whenAHandlerThrowsThenThatLeavesServe(String kind, CapturedOutput output) throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			set(connection, kind, () -> {
				throw new IllegalStateException("mine");
			});
			connection.receive();
		})) {
			control(client, kind);
			assertThat(client.read().closeCode()).isEqualTo(kind.equals("close") ? 1000 : 1011);
		}
		await().untilAsserted(() -> assertThat(log(output)).contains("IllegalStateException: mine"));
		assertThat(log(output).lines()).filteredOn((line) -> line.contains(" ERROR ")).hasSize(1);
	}

	@Test
	void whenServeCatchesWhatAHandlerThrowsThenTheConnectionStaysUsable() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setPongHandler((pong) -> {
				throw new IllegalStateException("mine");
			});
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(connection::receive).withMessage("mine");
			connection.sendText(connection.receiveText());
		})) {
			client.frame(PONG, utf8("x")).text("usable");
			assertThat(client.read().text()).isEqualTo("usable");
		}
	}

	private static void set(WebsocketConnection connection, String kind, Runnable handler) {
		Consumer<PongMessage> pong = (message) -> handler.run();
		switch (kind) {
			case "ping" -> connection.setPingHandler((message) -> handler.run());
			case "pong" -> connection.setPongHandler(pong);
			default -> connection.setCloseHandler((status) -> handler.run());
		}
	}

	private static void control(RawClient client, String kind) throws Exception {
		switch (kind) {
			case "ping" -> client.frame(PING, utf8("x"));
			case "pong" -> client.frame(PONG, utf8("x"));
			default -> client.close(1000);
		}
	}

}
