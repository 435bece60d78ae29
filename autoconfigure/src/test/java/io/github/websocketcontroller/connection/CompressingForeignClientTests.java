package io.github.websocketcontroller.connection;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.WebSocketContainer;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that others wrote and that compress: Jetty's, and Tomcat's as Spring gives it.
 */
@OnEveryTransport
class CompressingForeignClientTests {

	private static final int LARGEST = 128 * 1024;

	private static final String PREPARED = "prepared ".repeat(1000);

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class)
		.properties("websocket-controller.max-message-size=" + LARGEST + "B",
				"websocket-controller.compression.enabled=true",
				"websocket-controller.paths[/takeover].compression.context-takeover=true");

	private final Random random = new Random(4711);

	// Jetty's client goes by what it has offered, whatever it is answered: where nobody
	// keeps a context, it has to offer that itself.
	static Stream<String> offers() {
		return Stream.of("/echo permessage-deflate; server_no_context_takeover",
				"/echo permessage-deflate; server_no_context_takeover; client_no_context_takeover",
				"/takeover permessage-deflate", "/takeover permessage-deflate; server_no_context_takeover",
				"/takeover permessage-deflate; server_no_context_takeover; client_no_context_takeover",
				"/takeover permessage-deflate; client_max_window_bits",
				"/takeover permessage-deflate; server_max_window_bits=9");
	}

	private List<WebSocketMessage<?>> messages() {
		byte[] bytes = new byte[LARGEST];
		this.random.nextBytes(bytes);
		return List.of(new TextMessage(""), new TextMessage("h\u00e9llo"), new TextMessage("h\u00e9llo "),
				new BinaryMessage(new byte[1023]), new BinaryMessage(new byte[1024]),
				new TextMessage("{ \"name\": \"\u20ac\" }, ".repeat(4000)), new BinaryMessage(bytes),
				new TextMessage("h\u00e9llo ".repeat(500)), new BinaryMessage(new byte[LARGEST]));
	}

	@ParameterizedTest
	@MethodSource("offers")
	void whenJettysClientCompressesThenEverythingComesBack(String offer) throws Exception {
		WebSocketClient client = jettysClient();
		try {
			JettyListener listener = new JettyListener();
			ClientUpgradeRequest request = new ClientUpgradeRequest(
					URI.create(server.uri(offer.substring(0, offer.indexOf(' ')))));
			request.addExtensions(offer.substring(offer.indexOf(' ') + 1));
			Session session = client.connect(listener, request).get(20, TimeUnit.SECONDS);
			assertThat(session.getUpgradeResponse().getExtensions()).hasSize(1);

			for (WebSocketMessage<?> message : messages()) {
				if (message instanceof TextMessage text) {
					session.sendText(text.getPayload(), Callback.NOOP);
				}
				else {
					session.sendBinary(((BinaryMessage) message).getPayload().duplicate(), Callback.NOOP);
				}
				assertThat(listener.messages.poll(20, TimeUnit.SECONDS)).isEqualTo(message);
			}
			session.sendText("prepared", Callback.NOOP);
			for (int i = 0; i < 2; i++) {
				assertThat(listener.messages.poll(20, TimeUnit.SECONDS)).isEqualTo(new TextMessage(PREPARED));
				assertThat(listener.messages.poll(20, TimeUnit.SECONDS)).isEqualTo(new TextMessage(PREPARED));
			}
			session.close(3456, "done", Callback.NOOP);
			assertThat(listener.closed.get(20, TimeUnit.SECONDS)).isEqualTo(new CloseStatus(3456, "done"));
		}
		finally {
			client.stop();
		}
	}

	private static WebSocketClient jettysClient() throws Exception {
		HttpClient http = new HttpClient();
		SslContextFactory.Client tls = new SslContextFactory.Client();
		tls.setSslContext(SelfSignedKeyStore.trust());
		http.setSslContextFactory(tls);
		WebSocketClient client = new WebSocketClient(http);
		client.setMaxTextMessageSize(2 * LARGEST);
		client.setMaxBinaryMessageSize(2 * LARGEST);
		client.start();
		return client;
	}

	@Test
	void whenTomcatsClientCompressesThenEverythingComesBack() throws Exception {
		for (String path : new String[] { "/echo", "/takeover" }) {
			BlockingQueue<WebSocketMessage<?>> received = new LinkedBlockingQueue<>();
			CompletableFuture<CloseStatus> closed = new CompletableFuture<>();
			WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
			headers.setSecWebSocketExtensions(
					List.of(new WebSocketExtension("permessage-deflate", Map.of("client_max_window_bits", "15"))));
			WebSocketSession session = springsClient().execute(new AbstractWebSocketHandler() {

				@Override
				public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) {
					received.add(message);
				}

				@Override
				public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
					closed.complete(status);
				}

			}, headers, URI.create(server.uri(path))).get(20, TimeUnit.SECONDS);
			assertThat(session.getExtensions()).extracting(WebSocketExtension::getName)
				.containsExactly("permessage-deflate");
			for (WebSocketMessage<?> message : messages()) {
				session.sendMessage((message instanceof BinaryMessage binary)
						? new BinaryMessage(binary.getPayload().duplicate()) : message);
				assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(message);
			}
			session.close(new CloseStatus(3456, "done"));
			assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new CloseStatus(3456, "done"));
		}
	}

	private static StandardWebSocketClient springsClient() {
		WebSocketContainer container = ContainerProvider.getWebSocketContainer();
		container.setDefaultMaxTextMessageBufferSize(2 * LARGEST);
		container.setDefaultMaxBinaryMessageBufferSize(2 * LARGEST);
		StandardWebSocketClient client = new StandardWebSocketClient(container);
		client.setSslContext(SelfSignedKeyStore.trust());
		return client;
	}

	/**
	 * Receives messages.
	 */
	public static final class JettyListener implements Session.Listener.AutoDemanding {

		private final BlockingQueue<WebSocketMessage<?>> messages = new LinkedBlockingQueue<>();

		private final CompletableFuture<CloseStatus> closed = new CompletableFuture<>();

		@Override
		public void onWebSocketText(String message) {
			this.messages.add(new TextMessage(message));
		}

		@Override
		public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
			ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
			this.messages.add(new BinaryMessage(copy));
			callback.succeed();
		}

		@Override
		public void onWebSocketClose(int code, String reason, Callback callback) {
			this.closed.complete(new CloseStatus(code, reason));
			callback.succeed();
		}

	}

	@WebsocketController({ "/echo", "/takeover" })
	static class EchoController {

		private final PreparedMessage prepared = PreparedMessage.text(PREPARED);

		void serve(WebsocketConnection connection) {
			for (WebSocketMessage<?> message : connection.messages()) {
				if (message.equals(new TextMessage("prepared"))) {
					connection.send(this.prepared);
					connection.sendText(PREPARED);
					connection.offer(this.prepared);
					connection.sendText(PREPARED);
				}
				else {
					connection.send(message);
				}
			}
		}

	}

}
