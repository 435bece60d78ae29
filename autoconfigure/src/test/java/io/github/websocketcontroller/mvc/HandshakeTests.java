package io.github.websocketcontroller.mvc;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import io.github.websocketcontroller.serve.ServeCall;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.RequestParam;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of DESIGN.md, 4, on the wire.
 */
class HandshakeTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void whenHandshakeIsRightThenServes() {
		Response response = server.upgrade("/chat");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("served");
		List<ServeCall> calls = server.bean(FakeUpgrader.class).calls;
		assertThat(calls.get(calls.size() - 1).path()).isEqualTo("/chat");
	}

	static Stream<Arguments> refused() {
		return Stream.of(Arguments.of("no connection", 400, lines("Connection")),
				Arguments.of("other connection", 400, lines("Connection", "Connection: keep-alive")),
				Arguments.of("no key", 400, lines("Sec-WebSocket-Key")),
				Arguments.of("bad key", 400, lines("Sec-WebSocket-Key", "Sec-WebSocket-Key: abc")),
				Arguments.of("two keys", 400, lines("none", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")),
				Arguments.of("two versions", 400, lines("none", "Sec-WebSocket-Version: 13")),
				Arguments.of("HTTP/1.0", 400, lines("GET", "HTTP/1.0")),
				Arguments.of("body", 400, lines("none", "Content-Length: 2")),
				Arguments.of("chunked body", 400, lines("none", "Transfer-Encoding: chunked")),
				Arguments.of("no version", 426, lines("Sec-WebSocket-Version")),
				Arguments.of("old version", 426, lines("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8")),
				Arguments.of("no upgrade", 426, lines("Upgrade")),
				Arguments.of("other upgrade", 426, lines("Upgrade", "Upgrade: h2c")),
				Arguments.of("POST", 405, lines("GET", "POST")), Arguments.of("PUT", 405, lines("GET", "PUT")),
				Arguments.of("DELETE", 405, lines("GET", "DELETE")), Arguments.of("HEAD", 405, lines("GET", "HEAD")),
				Arguments.of("foreign origin", 403, lines("none", "Origin: https://evil.example")),
				Arguments.of("null origin", 403, lines("none", "Origin: null")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("refused")
	void whenHandshakeIsWrongThenAnswersWithTheStatusOfTheTable(String name, int status, List<String> lines) {
		Response response = server.send(lines.stream().map((line) -> line.replace("PORT", "" + server.port())).toList(),
				name.equals("body") ? "{}" : name.equals("chunked body") ? "0\r\n\r\n" : "");
		assertThat(response.status()).isEqualTo(status);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
		if (!name.equals("HEAD")) {
			assertThat(response.body()).contains("\"status\":" + status).contains("\"detail\"");
			assertThat(response.body()).doesNotContain("Exception").doesNotContain("io.github").doesNotContain("trace");
		}
		if (status == 405) {
			assertThat(response.headers().getFirst("Allow")).isEqualTo("GET");
		}
		if (status == 426) {
			assertThat(response.headers().getFirst("Upgrade")).isEqualTo("websocket");
			assertThat(response.headers().getOrEmpty("Connection")).contains("Upgrade");
		}
		if (name.contains("version") && status == 426) {
			assertThat(response.headers().getFirst("Sec-WebSocket-Version")).isEqualTo("13");
		}
	}

	@Test
	void whenClientAcceptsOnlyHtmlThenStillAnswersWithAProblemDetail() {
		Response response = server.request("GET /chat HTTP/1.1", "Accept: text/html");
		assertThat(response.status()).isEqualTo(426);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
	}

	@Test
	void whenTokensAreUnusualThenServes() {
		Response response = server.request("GET /chat HTTP/1.1", "Connection: keep-alive, UPGRADE", "Upgrade: h2c",
				"Upgrade: WebSocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
		assertThat(response.status()).isEqualTo(200);
	}

	@Test
	void whenOriginIsTheServersThenServes() {
		assertThat(server.upgrade("/chat", "Origin: http://localhost:" + server.port()).status()).isEqualTo(200);
		assertThat(server.upgrade("/chat", "Origin: https://localhost:" + server.port()).status()).isEqualTo(403);
		assertThat(server.upgrade("/chat", "Origin: http://localhost").status()).isEqualTo(403);
	}

	@Test
	void whenThereAreTwoOriginsThenAnswers403() {
		String origin = "Origin: http://localhost:" + server.port();
		assertThat(server.upgrade("/chat", origin, origin).status()).isEqualTo(403);
	}

	@Test
	void whenNotAcceptingThenAnswers503() {
		FakeUpgrader upgrader = server.bean(FakeUpgrader.class);
		upgrader.accepting = false;
		try {
			assertThat(server.upgrade("/chat").status()).isEqualTo(503);
			assertThat(server.request("GET /chat HTTP/1.1").status()).isEqualTo(426);
		}
		finally {
			upgrader.accepting = true;
		}
	}

	@Test
	void whenNoLongerAcceptingAfterAllChecksThenAnswers503() {
		FakeUpgrader upgrader = server.bean(FakeUpgrader.class);
		upgrader.expecting = false;
		try {
			assertThat(server.upgrade("/chat").status()).isEqualTo(503);
		}
		finally {
			upgrader.expecting = true;
		}
		assertThat(server.upgrade("/chat").status()).isEqualTo(200);
	}

	@Test
	void whenAskedForOptionsThenAnswersAsMvcDoes() {
		Response response = server.request("OPTIONS /chat HTTP/1.1");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.headers().getFirst("Allow")).isEqualTo("GET,OPTIONS");
	}

	@Test
	void whenQueryIsBadlyEncodedThenTheClientIsToBlame() {
		assertThat(server.upgrade("/greet?name=%zz").status()).isEqualTo(400);
	}

	@Test
	void whenPathIsNobodysThenAnswers404() {
		assertThat(server.upgrade("/nobody").status()).isEqualTo(404);
		assertThat(server.request("GET /nobody HTTP/1.1").status()).isEqualTo(404);
	}

	/** A valid handshake without one of its headers and with another line instead. */
	private static List<String> lines(String without, String... instead) {
		List<String> lines = new ArrayList<>(
				List.of("GET /chat HTTP/1.1", "Host: localhost:PORT", "Connection: Upgrade", "Upgrade: websocket",
						"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
		if (without.equals("GET")) {
			lines.set(0, instead[0].startsWith("HTTP") ? "GET /chat " + instead[0] : instead[0] + " /chat HTTP/1.1");
			return lines;
		}
		lines.removeIf((line) -> line.startsWith(without + ":"));
		lines.addAll(List.of(instead));
		return lines;
	}

	@Import({ ChatController.class, GreetController.class })
	static class Application {

	}

	@WebsocketController("/chat")
	static class ChatController {

		void serve(WebsocketConnection connection) {
			connection.sendText("served");
		}

	}

	@WebsocketController("/greet")
	static class GreetController {

		void serve(WebsocketConnection connection, @RequestParam String name) {
			connection.sendText("Hello " + name);
		}

	}

}
