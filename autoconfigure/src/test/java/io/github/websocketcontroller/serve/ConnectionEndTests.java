package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How a connection ends, row by row, seen by a client that hides nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class ConnectionEndTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, HookedController.class)
		.properties("websocket-controller.close-timeout=2s", "websocket-controller.write-timeout=1s",
				"logging.level.io.github.websocketcontroller=debug");

	private final Scripts scripts = server.bean(Scripts.class);

	private final HookedController hooked = server.bean(HookedController.class);

	/** How much of the output is that of the application's start. */
	private int started;

	@BeforeEach
	void forget(CapturedOutput output) {
		this.hooked.errors.clear();
		this.started = output.getAll().length();
	}

	private String log(CapturedOutput output) {
		return output.getAll().substring(this.started);
	}

	@Test
	void whenServeReturnsThenPeerReceives1000(CapturedOutput output) throws Exception {
		try (RawClient client = script((connection) -> {
		})) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1000);
			assertThat(close.closeReason()).isEqualTo("Server closed connection");
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1000, 1001, 1003, 1008, 1011, 3000, 4999 })
	void whenPeerClosesThenItsCodeIsEchoedAndNothingIsLogged(int code, CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> status = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			for (WebSocketMessage<?> message : connection.messages()) {
				connection.send(message);
			}
			status.complete(connection.getCloseStatus());
		})) {
			client.text("a").read();
			client.close(code);
			assertThat(client.read().closeCode()).isEqualTo(code);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status.get().getCode()).isEqualTo(code);
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ");
	}

	@Test
	void whenPeerClosesWithoutACodeThenSoDoesTheServer() throws Exception {
		CompletableFuture<CloseStatus> status = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			connection.messages().forEach(connection::send);
			status.complete(connection.getCloseStatus());
		})) {
			client.sendHex("88 80 00000000");
			assertThat(client.read().payload()).isEmpty();
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status.get()).isEqualTo(CloseStatus.NO_STATUS_CODE);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenConnectionIsLostThenTheLoopEndsWith1006(boolean reset, CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> status = new CompletableFuture<>();
		RawClient client = script((connection) -> {
			try {
				connection.messages().forEach(connection::send);
			}
			finally { // The peer may have read what the call of send has yet to return
						// from.
				status.complete(connection.getCloseStatus());
			}
		});
		client.text("a").read();
		if (reset) {
			client.reset();
		}
		else {
			client.close();
		}
		assertThat(status.get()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ");
	}

	@ParameterizedTest
	@CsvSource({ "81 01 41, 1002", "c1 80 00000000, 1002", "83 80 00000000, 1002", "09 80 00000000, 1002",
			"80 80 00000000, 1002", "88 81 00000000 03, 1002", "88 82 00000000 03ed, 1002", "81 82 00000000 c328, 1007",
			"81 83 00000000 eda080, 1007", "82 ff 00000000000fffff 00000000, 1009",
			"82 ff 8000000000000000 00000000, 1002" })
	void whenPeerViolatesTheProtocolThenItIsToldWhyAndServeSeesTheEnd(String hex, int code, CapturedOutput output)
			throws Exception {
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			try {
				connection.receive();
			}
			catch (ConnectionClosedException ex) {
				thrown.complete(ex);
				throw ex;
			}
		})) {
			client.sendHex(hex);
			assertThat(client.read().closeCode()).isEqualTo(code);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(((ConnectionClosedException) thrown.get()).getCloseStatus().getCode()).isEqualTo(code);
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ", "\tat ");
		await().untilAsserted(() -> assertThat(log(output).lines())
			.filteredOn((line) -> line.contains("ended with CloseStatus[code=" + code))
			.hasSize(1));
	}

	@ParameterizedTest
	@CsvSource({ "json, 1007", "text, 1003", "binary, 1003" })
	void whenAnInvalidMessageLeavesServeThenPeerIsToldWhatWasWrong(String wanted, int code, CapturedOutput output)
			throws Exception {
		try (RawClient client = script((connection) -> {
			switch (wanted) {
				case "json" -> connection.receiveJson(Map.class);
				case "text" -> connection.receiveText();
				default -> connection.receiveBinary();
			}
		})) {
			client.frame(wanted.equals("text") ? 0x82 : 0x81, "{".getBytes(StandardCharsets.UTF_8));
			assertThat(client.read().closeCode()).isEqualTo(code);
		}
		assertThat(this.hooked.errors).isEmpty();
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ");
	}

	@Test
	void whenServeThrowsThenPeerReceives1011AndTheErrorIsLogged(CapturedOutput output) throws Exception {
		try (RawClient client = script((connection) -> {
			throw new IOException("the password is secret");
		})) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1011);
			assertThat(close.closeReason()).isEqualTo("Internal server error");
		}
		await().untilAsserted(
				() -> assertThat(log(output).lines()).filteredOn((line) -> line.contains(" ERROR ")).hasSize(1));
		assertThat(log(output)).contains("java.io.IOException: the password is secret", "/script");
	}

	@Test
	void whenServeThrowsAnErrorThenPeerReceives1011() throws Exception {
		try (RawClient client = script((connection) -> {
			throw new StackOverflowError();
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
	}

	@Test
	void whenTheEndOfAnotherConnectionLeavesServeThenItIsAnError(CapturedOutput output) throws Exception {
		CompletableFuture<WebsocketConnection> other = new CompletableFuture<>();
		RawClient first = script((connection) -> {
			other.complete(connection);
			connection.receive();
		});
		WebsocketConnection gone = other.get();
		first.reset();
		gone.closed().get();
		try (RawClient client = script((connection) -> gone.sendText("hello?"))) {
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		await().untilAsserted(() -> assertThat(log(output)).contains(" ERROR "));
	}

	@Test
	void whenThereIsAHookThenItIsToldInsteadOfTheLog(CapturedOutput output) throws Exception {
		this.hooked.next = new IllegalStateException("mine");
		try (RawClient client = server.open("/hooked")) {
			assertThat(client.read().text()).isEqualTo("sorry");
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		assertThat(this.hooked.errors.values()).hasOnlyElementsOfType(IllegalStateException.class).hasSize(1);
		assertThat(log(output)).doesNotContain(" ERROR ");
	}

	@Test
	void whenTheHookThrowsTooThenBothAreLogged(CapturedOutput output) throws Exception {
		this.hooked.next = new IllegalStateException("first");
		try (RawClient client = server.open("/hooked?fail=true")) {
			assertThat(client.read().text()).isEqualTo("sorry");
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		await().untilAsserted(() -> assertThat(log(output)).contains("IllegalStateException: first",
				"UnsupportedOperationException: second"));
	}

	@Test
	void whenPeerDoesNotAnswerTheCloseThenItIsCutAfterTheTimeout() throws Exception {
		try (RawClient client = script((connection) -> {
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
	}

	@Test
	void whenPeerTakesNothingThenTheWriteEndsAndTheThreadIsFree(CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> ended = new CompletableFuture<>();
		String path = this.scripts.path((connection) -> {
			try {
				while (true) {
					connection.sendBinary(new byte[60_000]);
				}
			}
			catch (ConnectionClosedException ex) {
				ended.complete(ex.getCloseStatus());
			}
		});
		try (RawClient client = server.connect(4096).upgrade(path)) {
			assertThat(ended.get().getCode()).isEqualTo(1011);
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
		assertThat(log(output)).doesNotContain(" WARN ", " ERROR ");
	}

	@Test
	void whenServerClosesWhileReceivingThenReceiveThrowsOncePeerHasAnswered() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		CompletableFuture<CloseStatus> thrown = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			opened.complete(connection);
			try {
				connection.receive();
			}
			catch (ConnectionClosedException ex) {
				thrown.complete(ex.getCloseStatus());
			}
		})) {
			opened.get().close(CloseStatus.POLICY_VIOLATION.withReason("bye"));
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1008);
			assertThat(close.closeReason()).isEqualTo("bye");
			assertThat(opened.get().isOpen()).isFalse();
			assertThat(thrown).isNotDone();
			client.text("late").close(1008);
			assertThat(thrown.get()).isEqualTo(CloseStatus.POLICY_VIOLATION.withReason("bye"));
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(opened.get().closed().get().getCode()).isEqualTo(1008);
	}

	@Test
	void whenServerClosesAndNobodyReceivesThenTheLibraryCompletesTheHandshake() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		CompletableFuture<Void> mayReturn = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			opened.complete(connection);
			mayReturn.get();
		})) {
			opened.get().close();
			opened.get().close(CloseStatus.POLICY_VIOLATION);
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
			assertThat(opened.get().closed().get()).isEqualTo(CloseStatus.NORMAL);
		}
		mayReturn.complete(null);
	}

	@Test
	void whenIncomingIsIgnoredThenPingsAreAnsweredAndTheEndReachesTheSender() throws Exception {
		CompletableFuture<Throwable> ended = new CompletableFuture<>();
		try (RawClient client = script((connection) -> {
			connection.ignoreIncoming();
			connection.sendText("ready");
			try {
				Thread.sleep(60_000);
			}
			catch (InterruptedException ex) {
				try {
					connection.sendText("too late");
				}
				catch (ConnectionClosedException closed) {
					ended.complete(closed);
				}
				throw ex;
			}
		})) {
			client.read();
			client.text("ignored").frame(0x89, "ping".getBytes(StandardCharsets.UTF_8));
			RawClient.Frame pong = client.read();
			assertThat(pong.firstByte()).isEqualTo(0x8A);
			assertThat(pong.text()).isEqualTo("ping");
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		assertThat(ended.get()).isInstanceOf(ConnectionClosedException.class);
	}

	@Test
	void whenALoopCatchesTheEndAndGoesOnThenItIsEnded(CapturedOutput output) throws Exception {
		CompletableFuture<Void> served = new CompletableFuture<>();
		CompletableFuture<Throwable> ended = new CompletableFuture<>();
		RawClient client = script((connection) -> {
			served.complete(null);
			try {
				while (true) {
					receiveAndCatch(connection);
				}
			}
			catch (Error ex) {
				ended.complete(ex);
				throw ex;
			}
		});
		served.get(10, TimeUnit.SECONDS);
		client.reset();
		assertThat(ended.get(10, TimeUnit.SECONDS)).hasMessageContaining("goes on receiving");
		await().untilAsserted(() -> assertThat(log(output)).contains(" ERROR "));
	}

	private static void receiveAndCatch(WebsocketConnection connection) {
		try {
			connection.receive();
		}
		catch (RuntimeException ex) {
			// As a careless application would.
		}
	}

	@Test
	void whenTheReasonOfACloseHasLineBreaksThenTheLogHasNot(CapturedOutput output) throws Exception {
		try (RawClient client = script((connection) -> connection.receive())) {
			client.frame(0x88, "\u0003\u00e8bye\r\nFAKE LINE \u001b[31m".getBytes(StandardCharsets.ISO_8859_1));
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		await().untilAsserted(() -> assertThat(log(output)).contains("FAKE LINE"));
		assertThat(log(output)).doesNotContain("\nFAKE", "\u001b");
	}

	private RawClient script(Scripts.Script script) throws IOException {
		return this.scripts.open(server, script);
	}

	@WebsocketController("/hooked")
	static class HookedController implements ServeErrorHandler {

		final Map<String, Throwable> errors = new ConcurrentHashMap<>();

		volatile RuntimeException next = new IllegalStateException();

		void serve(WebsocketConnection connection, @RequestParam(defaultValue = "false") boolean fail) {
			connection.getAttributes().put("fail", fail);
			throw this.next;
		}

		@Override
		public void onError(WebsocketConnection connection, Throwable error) {
			this.errors.put(connection.getId(), error);
			connection.sendText("sorry");
			if (List.of(true).contains(connection.getAttributes().get("fail"))) {
				throw new UnsupportedOperationException("second");
			}
		}

	}

}
