package io.github.websocketcontroller.upgrade;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.serve.ConnectionLifecycle;
import io.github.websocketcontroller.serve.OpenConnections;
import io.github.websocketcontroller.testing.Http2Connection;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.Connector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A port that speaks HTTP/2 as well, on which websockets are opened over HTTP/1.1, and on
 * Jetty over HTTP/2, too (RFC 8441).
 */
class Http2Tests {

	private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

	/** RFC 9113, 4.1: no payload, type 4, no flags, stream 0. */
	private static final byte[] EMPTY_SETTINGS = { 0, 0, 0, 4, 0, 0, 0, 0, 0 };

	private static final int SETTINGS = 4;

	/** RFC 8441, 9.1. */
	private static final int ENABLE_CONNECT_PROTOCOL = 8;

	static Stream<TestTransport> secureTransports() {
		return TestTransport.all().stream().filter(TestTransport::isSecure);
	}

	private static TestServer start(TestTransport transport) {
		return TestServer
			.on(transport, EchoController.class, FloodController.class, PageController.class, UnlimitedResets.class,
					SpringHandlers.class)
			.properties("server.http2.enabled=true")
			.start();
	}

	@AfterEach
	void nothingIsLeft() {
		LeakCheck.assertNoThreads();
	}

	@ParameterizedTest
	@MethodSource("secureTransports")
	void requestsOfHttp2AndWebsocketsAreServedOnOnePort(TestTransport transport) throws Exception {
		TestServer server = start(transport);
		try {
			HttpClient client = httpClient();
			for (int i = 0; i < 3; i++) {
				HttpResponse<String> page = get(client, server, "/page");
				assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2);
				assertThat(page.body()).isEqualTo("HTTP/2.0");
				assertThat(echo(client, server, "hello " + i)).isEqualTo("hello " + i);
			}
		}
		finally {
			server.stop();
		}
	}

	@ParameterizedTest
	@MethodSource("secureTransports")
	void whenAControllerIsAskedForAPageOverHttp2ThenItSaysWhatItWants(TestTransport transport) throws Exception {
		TestServer server = start(transport);
		try {
			HttpClient client = httpClient();
			HttpResponse<String> refusal = get(client, server, "/echo");
			assertThat(refusal.version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(refusal.statusCode()).isEqualTo(400);
			assertThat(refusal.body()).contains("A request of HTTP/1.0 or HTTP/2 is not upgraded.");
		}
		finally {
			server.stop();
		}
	}

	@ParameterizedTest
	@MethodSource("secureTransports")
	void websocketsOverHttp2AreOfferedWhereTheyAreServed(TestTransport transport) throws Exception {
		TestServer server = start(transport);
		try {
			int offered = (transport instanceof TestTransport.Jetty) ? 1 : 0;
			assertThat(settings(server.port()).getOrDefault(ENABLE_CONNECT_PROTOCOL, 0)).isEqualTo(offered);
		}
		finally {
			server.stop();
		}
	}

	@Test
	void requestsAndWebsocketsShareAConnection() throws Exception {
		withJetty((server, connection) -> {
			try (RawClient client = connection.stream().upgrade("/echo", "sec-websocket-protocol: chat")) {
				assertThat(client.response().toLowerCase(Locale.ROOT)).doesNotContain("\nsec-websocket-accept:",
						"\nupgrade:", "\nconnection:", "\ncontent-length:");
				try (RawClient page = connection.stream().get("/page")) {
					assertThat(page.readStatus()).isEqualTo(200);
					assertThat(page.input().readAllBytes()).asString().isEqualTo("HTTP/2.0");
				}
				assertThat(echo(httpClient(), server, "over HTTP/1.1")).isEqualTo("over HTTP/1.1");
				assertThat(client.text("over HTTP/2").read().text()).isEqualTo("over HTTP/2");
				client.close(1000);
				assertThat(client.read().closeCode()).isEqualTo(1000);
				assertThat(client.isAtEnd()).isTrue();
			}
		});
	}

	@Test
	void whenOnePeerOfAConnectionReadsNothingThenTheOthersAreUndisturbed() throws Exception {
		withJetty((server, connection) -> {
			RawClient slow = connection.stream().upgrade("/flood");
			List<RawClient> others = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				others.add(connection.stream().upgrade("/echo"));
			}
			for (int i = 0; i < 10; i++) {
				for (RawClient other : others) {
					assertThat(other.text("a" + i).read().text()).isEqualTo("a" + i);
				}
			}
			slow.reset();
			for (RawClient other : others) {
				other.close(1000);
				assertThat(other.read().closeCode()).isEqualTo(1000);
				assertThat(other.isAtEnd()).isTrue();
			}
		});
	}

	@Test
	void whenPeersLeaveTheEndToTheServerThenItGivesTheirStreamsBack() throws Exception {
		withJetty((server, connection) -> {
			for (int i = 0; i < 1000; i++) { // Jetty has 128 streams for a connection.
				RawClient client = connection.stream().upgrade("/echo");
				client.text("a").read();
				client.close(1000);
				client.read();
				assertThat(client.isAtEnd()).isTrue();
			}
			OpenConnections connections = server.bean(OpenConnections.class);
			await().untilAsserted(() -> assertThat(connections.count()).isZero());
		});
	}

	@Test
	void whenAnotherHandlerServesWebsocketsThenItIsLeftToJetty() throws Exception {
		withJetty((server, connection) -> {
			try (RawClient client = connection.stream().upgrade("/spring")) {
				assertThat(client.text("a").read().text()).isEqualTo("spring: a");
				client.close(1000);
				assertThat(client.read().closeCode()).isEqualTo(1000);
			}
		});
	}

	@Test
	void whenAHandlerReadsABodyThenThereIsNone() throws Exception {
		withJetty((server, connection) -> {
			try (RawClient client = connection.stream().request("/body", new byte[] { 1 })) {
				assertThat(client.readStatus()).isEqualTo(404);
				assertThat(client.input().readAllBytes()).asString().isEqualTo("0");
			}
		});
	}

	static Stream<Arguments> refusals() {
		return Stream.of(Arguments.of("/nobody", 404, new String[0]),
				Arguments.of("/echo", 403, new String[] { "origin: https://elsewhere.example" }),
				Arguments.of("/echo", 426, new String[] { "sec-websocket-version: 8" }),
				Arguments.of("/post", 405, new String[0]), Arguments.of("/page", 404, new String[0]),
				Arguments.of("/early", 404, new String[0]));
	}

	@ParameterizedTest
	@MethodSource("refusals")
	void whenAnUpgradeIsRefusedThenTheResponseIsAnOrdinaryOne(String path, int status, String... headers)
			throws Exception {
		withJetty((server, connection) -> {
			try (RawClient client = connection.stream().request(path, headers)) {
				assertThat(client.readStatus()).isEqualTo(status);
				assertThat(client.response().toLowerCase(Locale.ROOT)).doesNotContain("\nupgrade:", "\nconnection:");
				assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
			}
			assertThat(connection.stream().upgrade("/echo").text("a").read().text()).isEqualTo("a");
		});
	}

	@Test
	void whenNobodyIsAcceptedAnyMoreThenTheStatusIs503() throws Exception {
		withJetty((server, connection) -> {
			try (RawClient before = connection.stream().upgrade("/echo")) {
				CompletableFuture<Void> stopped = CompletableFuture
					.runAsync(() -> server.bean(ConnectionLifecycle.class).stop());
				assertThat(before.read().closeCode()).isEqualTo(1001);
				try (RawClient late = connection.stream().request("/echo")) {
					assertThat(late.readStatus()).isEqualTo(503);
				}
				before.close(1001);
				assertThat(before.isAtEnd()).isTrue();
				stopped.get(20, TimeUnit.SECONDS);
			}
		});
	}

	@Test
	void withoutTlsItIsTheSame() throws Exception {
		TestServer server = start(new TestTransport.JettyPlain());
		try (Http2Connection connection = Http2Connection.connect(false, server.port());
				RawClient client = connection.stream().upgrade("/echo")) {
			assertThat(client.text("a").read().text()).isEqualTo("a");
		}
		finally {
			server.stop();
		}
	}

	private static void withJetty(Exchange exchange) throws Exception {
		TestServer server = start(new TestTransport.JettyHttp2());
		try {
			try (Http2Connection connection = Http2Connection.connect(true, server.port())) {
				exchange.run(server, connection);
			}
			server.assertNoLeaks();
		}
		finally {
			server.stop();
		}
	}

	private static HttpClient httpClient() {
		return HttpClient.newBuilder()
			.sslContext(SelfSignedKeyStore.trust())
			.version(HttpClient.Version.HTTP_2)
			.build();
	}

	private static HttpResponse<String> get(HttpClient client, TestServer server, String path) throws Exception {
		return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + path)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static String echo(HttpClient client, TestServer server, String text) throws Exception {
		CompletableFuture<String> received = new CompletableFuture<>();
		CompletableFuture<Integer> closed = new CompletableFuture<>();
		WebSocket socket = client.newWebSocketBuilder()
			.header("Origin", "https://localhost:" + server.port())
			.buildAsync(URI.create(server.uri("/echo")), new WebSocket.Listener() {

				@Override
				public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					received.complete(data.toString());
					webSocket.request(1);
					return CompletableFuture.completedStage(null);
				}

				@Override
				public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
					closed.complete(statusCode);
					return CompletableFuture.completedStage(null);
				}

			})
			.get(20, TimeUnit.SECONDS);
		socket.sendText(text, true).get(20, TimeUnit.SECONDS);
		String echo = received.get(20, TimeUnit.SECONDS);
		socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
		assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
		return echo;
	}

	/** What the server says of itself first. */
	private static Map<Integer, Integer> settings(int port) throws IOException {
		try (SSLSocket socket = (SSLSocket) SelfSignedKeyStore.trust()
			.getSocketFactory()
			.createSocket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			SSLParameters parameters = socket.getSSLParameters();
			parameters.setApplicationProtocols(new String[] { "h2" });
			socket.setSSLParameters(parameters);
			socket.startHandshake();
			assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
			socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
			socket.getOutputStream().write(EMPTY_SETTINGS);
			socket.getOutputStream().flush();
			return readSettings(new DataInputStream(socket.getInputStream()));
		}
	}

	// RFC 9113, 4.1 and 6.5.1; settings are the first frame of a server.
	private static Map<Integer, Integer> readSettings(DataInputStream input) throws IOException {
		int length = input.readUnsignedByte() << 16 | input.readUnsignedShort();
		assertThat(input.readUnsignedByte()).isEqualTo(SETTINGS);
		input.skipNBytes(5);
		Map<Integer, Integer> settings = new HashMap<>();
		for (int i = 0; i < length; i += 6) {
			settings.put(input.readUnsignedShort(), input.readInt());
		}
		return settings;
	}

	/**
	 * What the documentation says of a limit of Jetty's that is too low for an
	 * application.
	 */
	@Configuration(proxyBeanMethods = false)
	static class UnlimitedResets {

		@Bean
		WebServerFactoryCustomizer<JettyServletWebServerFactory> unlimitedResets() {
			return (factory) -> factory.addServerCustomizers((server) -> {
				for (Connector connector : server.getConnectors()) {
					for (var http2 : connector.getBeans(AbstractHTTP2ServerConnectionFactory.class)) {
						http2.setRateControlFactory(new WindowRateControl.Factory(10_000));
					}
				}
			});
		}

	}

	/**
	 * What is done with a connection to a server.
	 */
	@FunctionalInterface
	interface Exchange {

		void run(TestServer server, Http2Connection connection) throws Exception;

	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSocket
	static class SpringHandlers implements WebSocketConfigurer {

		@Override
		public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
			registry.addHandler(new TextWebSocketHandler() {

				@Override
				protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
					session.sendMessage(new TextMessage("spring: " + message.getPayload()));
				}

			}, "/spring").setAllowedOrigins("*");
		}

	}

	@WebsocketController("/flood")
	static class FloodController {

		void serve(WebsocketConnection connection) {
			while (true) {
				connection.sendBinary(new byte[100_000]);
			}
		}

	}

	@RestController
	static class PageController {

		@PostMapping("/post")
		void post() {
		}

		@GetMapping("/early")
		void early(HttpServletResponse response) throws IOException {
			response.getOutputStream().print("early");
			response.flushBuffer();
		}

		@RequestMapping("/body")
		String body(HttpServletRequest request) throws IOException {
			return String.valueOf(request.getInputStream().readAllBytes().length);
		}

		@GetMapping("/page")
		String page(HttpServletRequest request) {
			return request.getProtocol();
		}

	}

}
