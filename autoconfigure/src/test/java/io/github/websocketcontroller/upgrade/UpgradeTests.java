package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * From the bytes of a request to a connection or a refusal, with everything in between.
 */
@ExtendWith(OutputCaptureExtension.class)
class UpgradeTests {

	private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

	private static final String VERSION = "Sec-WebSocket-Version: 13";

	private static final String UPGRADE = "Upgrade: websocket";

	private static final String CONNECTION = "Connection: Upgrade";

	@RegisterExtension
	static final TestServer server = TestServer
		.with(EchoController.class, ApplicationHandlers.class, Interceptors.class)
		.properties("websocket-controller.subprotocols=v2.example,v1.example",
				"logging.level.io.github.websocketcontroller=debug");

	@Test
	void whenUpgradedThenTheAnswerIsThatOfTheRfc() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/echo", "Sec-WebSocket-Protocol: v1.example, v2.example",
				"Sec-WebSocket-Extensions: x-unknown; a; b=\"c\"")) {
			assertThat(client.response()).startsWith("HTTP/1.1 101")
				.contains("\r\nUpgrade: websocket\r\n", "\r\nConnection: Upgrade\r\n",
						"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
						"\r\nSec-WebSocket-Protocol: v1.example\r\n", "\r\nSet-Cookie: seat=1\r\n")
				.doesNotContain("Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding");
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
	}

	@Test
	void whenThereIsNoCommonSubprotocolThenThereIsNone() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/echo", "Sec-WebSocket-Protocol: v9.example")) {
			assertThat(client.response()).doesNotContain("Sec-WebSocket-Protocol");
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("unusualRequests")
	void whenTheRequestIsUnusualButValidThenItIsUpgraded(String name, String request) throws Exception {
		try (RawClient client = RawClient.connect(server.port())) {
			client.send(request.getBytes(StandardCharsets.ISO_8859_1));
			assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
	}

	static Stream<Arguments> unusualRequests() {
		return Stream.of(
				Arguments.of("other case",
						get("UPGRADE: WebSocket", "CONNECTION: upgrade", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
								"SEC-WEBSOCKET-VERSION: 13")),
				Arguments.of("upper-case token", get(UPGRADE, "Connection: UPGRADE", KEY, VERSION)),
				Arguments.of("list in Connection", get(UPGRADE, "Connection: keep-alive, Upgrade", KEY, VERSION)),
				Arguments.of("two Connection headers",
						get(UPGRADE, "Connection: keep-alive", "Connection: Upgrade", KEY, VERSION)),
				Arguments.of("list in Upgrade", get("Upgrade: h2c, websocket", CONNECTION, KEY, VERSION)),
				Arguments.of("empty extension", get(UPGRADE, CONNECTION, KEY, VERSION, "Sec-WebSocket-Extensions:")),
				Arguments.of("two subprotocol headers",
						get(UPGRADE, CONNECTION, KEY, VERSION, "Sec-WebSocket-Protocol: v9.example",
								"Sec-WebSocket-Protocol: v1.example")),
				Arguments.of("Content-Length: 0", get(UPGRADE, CONNECTION, KEY, VERSION, "Content-Length: 0")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("malformedRequests")
	void whenTheRequestIsMalformedThenItIsRefusedWithoutDetails(String name, int status, String request,
			CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		try (RawClient client = RawClient.connect(server.port())) {
			client.send(request.getBytes(StandardCharsets.ISO_8859_1)).shutdownOutput();
			String answer = new String(client.input().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(answer).startsWith("HTTP/1.1 " + status)
				.doesNotContain("\tat ", "Exception", "io.github", "org.apache", "org.springframework");
		}
		assertThat(output.getAll().substring(before)).doesNotContain("\tat io.github", " ERROR ", " WARN ");
	}

	static Stream<Arguments> malformedRequests() {
		String valid = get(UPGRADE, CONNECTION, KEY, VERSION);
		return Stream.of(Arguments.of("no Upgrade", 426, get(CONNECTION, KEY, VERSION)),
				Arguments.of("other Upgrade", 426, get("Upgrade: h2c", CONNECTION, KEY, VERSION)),
				Arguments.of("no Connection", 400, get(UPGRADE, KEY, VERSION)),
				Arguments.of("other Connection", 400, get(UPGRADE, "Connection: keep-alive", KEY, VERSION)),
				Arguments.of("no key", 400, get(UPGRADE, CONNECTION, VERSION)),
				Arguments.of("two keys", 400, get(UPGRADE, CONNECTION, KEY, KEY, VERSION)),
				Arguments.of("short key", 400, get(UPGRADE, CONNECTION, "Sec-WebSocket-Key: c2hvcnQ=", VERSION)),
				Arguments.of("no base64", 400,
						get(UPGRADE, CONNECTION, "Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ==", VERSION)),
				Arguments.of("no version", 426, get(UPGRADE, CONNECTION, KEY)),
				Arguments.of("two versions", 400, get(UPGRADE, CONNECTION, KEY, VERSION, VERSION)),
				Arguments.of("version 8", 426, get(UPGRADE, CONNECTION, KEY, "Sec-WebSocket-Version: 8")),
				Arguments.of("HTTP/1.0", 400, valid.replace("HTTP/1.1", "HTTP/1.0")),
				Arguments.of("POST", 405, valid.replaceFirst("GET", "POST")),
				Arguments.of("HEAD", 405, valid.replaceFirst("GET", "HEAD")),
				Arguments.of("body", 400, get(UPGRADE, CONNECTION, KEY, VERSION, "Content-Length: 4") + "body"),
				Arguments.of("chunked body", 400,
						get(UPGRADE, CONNECTION, KEY, VERSION, "Transfer-Encoding: chunked") + "0\r\n\r\n"),
				Arguments.of("foreign origin", 403,
						get(UPGRADE, CONNECTION, KEY, VERSION, "Origin: https://evil.example")),
				Arguments.of("over-long header", 400,
						get(UPGRADE, CONNECTION, KEY, VERSION, "X-Long: " + "x".repeat(20_000))),
				Arguments.of("space in a header's name", 400, get(UPGRADE, CONNECTION, KEY, VERSION, "X Y: z")),
				Arguments.of("no host", 400, valid.replaceFirst("Host: [^\r]*\r\n", "")));
	}

	@Test
	void whenFramesComeInThePacketOfTheRequestThenNoneIsLost() throws Exception {
		byte[] request = RawClient.request(server.port(), "/echo").getBytes(StandardCharsets.ISO_8859_1);
		byte[] frame = RawClient.bytes(0x82, new byte[3000]);
		byte[] packet = new byte[request.length + 2 * frame.length];
		System.arraycopy(request, 0, packet, 0, request.length);
		System.arraycopy(frame, 0, packet, request.length, frame.length);
		System.arraycopy(frame, 0, packet, request.length + frame.length, frame.length);
		for (int i = 0; i < 50; i++) {
			try (RawClient client = RawClient.connect(server.port())) {
				client.send(packet);
				assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
				assertThat(client.read().payload()).hasSize(3000);
				assertThat(client.read().payload()).hasSize(3000);
				client.close(1000);
				assertThat(client.read().closeCode()).isEqualTo(1000);
			}
		}
	}

	@Test
	void whenTheConnectionWasUsedForHttpBeforeThenItCanStillBeUpgraded() throws Exception {
		try (RawClient client = RawClient.connect(server.port())) {
			client.send("GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
			assertThat(client.readResponse()).startsWith("HTTP/1.1 200");
			assertThat(new String(client.input().readNBytes(4), StandardCharsets.UTF_8)).isEqualTo("page");
			client.upgrade("/echo");
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
	}

	@Test
	void whenTheApplicationHasAPageAndAPostOnThePathThenTheyStillAnswer() throws Exception {
		assertThat(exchange("GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).endsWith("page");
		assertThat(
				exchange("POST /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\n"
						+ "Content-Length: 2\r\n\r\nhi"))
			.endsWith("posted hi");
		try (RawClient client = RawClient.open(server.port(), "/page")) {
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
	}

	@Test
	void whenAnInterceptorRefusesThenThereIsNoUpgrade() throws Exception {
		String answer = exchange(get(UPGRADE, CONNECTION, KEY, VERSION, "X-Refuse: yes"));
		assertThat(answer).startsWith("HTTP/1.1 401");
	}

	private static String exchange(String request) throws IOException {
		try (RawClient client = RawClient.connect(server.port())) {
			client.send(request.getBytes(StandardCharsets.ISO_8859_1)).shutdownOutput();
			return new String(client.input().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static String get(String... headers) {
		return "GET /echo HTTP/1.1\r\nHost: localhost:80\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
	}

	@WebsocketController({ "/echo", "/page" })
	static class EchoController implements HeaderUpgrader {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			HttpHeaders headers = new HttpHeaders();
			headers.add(HttpHeaders.SET_COOKIE, "seat=1");
			return headers;
		}

	}

	@RestController
	static class ApplicationHandlers {

		@GetMapping("/page")
		String page() {
			return "page";
		}

		@PostMapping("/page")
		String post(@RequestBody String body) {
			return "posted " + body;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors implements WebMvcConfigurer {

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(new HandlerInterceptor() {

				@Override
				public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
					if (request.getHeader("X-Refuse") == null) {
						return true;
					}
					response.setStatus(401);
					return false;
				}

			});
		}

	}

}
