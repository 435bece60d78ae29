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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A port that speaks HTTP/2 as well, on which websockets are opened over HTTP/1.1.
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
		return TestServer.on(transport, EchoController.class, PageController.class)
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
			HttpClient client = client();
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
			HttpClient client = client();
			HttpResponse<String> refusal = get(client, server, "/echo");
			assertThat(refusal.version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(refusal.statusCode()).isEqualTo(400);
			assertThat(refusal.body()).contains("A websocket is opened over HTTP/1.1.");
		}
		finally {
			server.stop();
		}
	}

	@ParameterizedTest
	@MethodSource("secureTransports")
	void websocketsOverHttp2AreNotOffered(TestTransport transport) throws Exception {
		TestServer server = start(transport);
		try {
			assertThat(settings(server.port()).getOrDefault(ENABLE_CONNECT_PROTOCOL, 0)).isZero();
		}
		finally {
			server.stop();
		}
	}

	private static HttpClient client() {
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

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@RestController
	static class PageController {

		@GetMapping("/page")
		String page(HttpServletRequest request) {
			return request.getProtocol();
		}

	}

}
