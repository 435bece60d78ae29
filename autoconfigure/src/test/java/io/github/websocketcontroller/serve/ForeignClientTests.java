package io.github.websocketcontroller.serve;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.JdkListener;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.WebSocketContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that others wrote: Tomcat's, as Spring gives it, and the JDK's.
 */
@OnEveryTransport
class ForeignClientTests {

	private static final int LARGE = 60 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class, Scripts.class)
		.properties("websocket-controller.subprotocols=chat.v2,chat.v1");

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(20, TimeUnit.SECONDS);
	}

	private static String large() {
		return "h\u00e9llo!".repeat(LARGE / 7);
	}

	private static ByteBuffer largeBytes() {
		return ByteBuffer.wrap(large().getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void whenSpringsClientSendsThenEverythingComesBack() throws Exception {
		SpringHandler handler = new SpringHandler();
		WebSocketSession session = open(handler, "/echo?prefix=%C3%A9%20");
		session.sendMessage(new TextMessage("hello"));
		assertThat(handler.next()).isEqualTo(new TextMessage("\u00e9 hello"));
		session.sendMessage(new BinaryMessage(new byte[] { 1, 2, 3 }));
		assertThat(handler.next()).isEqualTo(new BinaryMessage(new byte[] { 1, 2, 3 }));
		session.sendMessage(new TextMessage(large()));
		assertThat(handler.next()).isEqualTo(new TextMessage("\u00e9 " + large()));
		session.sendMessage(new BinaryMessage(largeBytes()));
		assertThat(handler.next()).isEqualTo(new BinaryMessage(largeBytes()));
		session.sendMessage(new TextMessage("in ", false));
		session.sendMessage(new PingMessage(ByteBuffer.wrap(new byte[] { 7 })));
		assertThat(handler.next()).isEqualTo(new PongMessage(ByteBuffer.wrap(new byte[] { 7 })));
		session.sendMessage(new TextMessage("two", true));
		assertThat(handler.next()).isEqualTo(new TextMessage("\u00e9 in two"));
		session.sendMessage(new TextMessage(""));
		assertThat(handler.next()).isEqualTo(new TextMessage("\u00e9 "));
		session.close(new CloseStatus(3456, "that's all"));
		assertThat(get(handler.closed)).isEqualTo(new CloseStatus(3456, "that's all"));
	}

	@Test
	void whenTheServerClosesThenSpringsClientSeesWhy() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		SpringHandler handler = new SpringHandler();
		open(handler, server.bean(Scripts.class).path((connection) -> {
			opened.complete(connection);
			connection.ping();
			connection.sendText("bye");
			connection.close(new CloseStatus(4321, "h\u00e9"));
			assertThat(connection.messages()).isEmpty();
		}));
		assertThat(handler.next()).isEqualTo(new TextMessage("bye"));
		assertThat(get(handler.closed)).isEqualTo(new CloseStatus(4321, "h\u00e9"));
		assertThat(get(get(opened).closed())).isEqualTo(new CloseStatus(4321, "h\u00e9"));
	}

	@Test
	void whenAMessageIsTooBigThenSpringsClientSeesWhy() throws Exception {
		SpringHandler handler = new SpringHandler();
		WebSocketSession session = open(handler, "/echo");
		session.sendMessage(new BinaryMessage(new byte[64 * 1024 + 1]));
		assertThat(get(handler.closed).getCode()).isEqualTo(1009);
	}

	@Test
	void whenSpringsClientOffersSubprotocolsThenOneIsAgreedOn() throws Exception {
		SpringHandler handler = new SpringHandler();
		WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
		headers.setSecWebSocketProtocol(List.of("chat.v3", "chat.v1", "chat.v2"));
		WebSocketSession session = get(
				springsClient().execute(handler, headers, URI.create(server.uri("/echo?prefix=p"))));
		assertThat(session.getAcceptedProtocol()).isEqualTo("chat.v1");
		session.close();
		assertThat(get(handler.closed).getCode()).isEqualTo(1000);
	}

	@Test
	void whenSeveralOfSpringsClientsAreOpenThenEachGetsItsOwn() throws Exception {
		List<SpringHandler> handlers = new ArrayList<>();
		List<WebSocketSession> sessions = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			SpringHandler handler = new SpringHandler();
			handlers.add(handler);
			sessions.add(open(handler, "/echo?prefix=" + i + "-"));
		}
		for (int round = 0; round < 5; round++) {
			for (WebSocketSession session : sessions) {
				session.sendMessage(new TextMessage("a"));
			}
			for (int i = 0; i < handlers.size(); i++) {
				assertThat(handlers.get(i).next()).isEqualTo(new TextMessage(i + "-a"));
			}
		}
		for (WebSocketSession session : sessions) {
			session.close();
		}
		for (SpringHandler handler : handlers) {
			assertThat(get(handler.closed).getCode()).isEqualTo(1000);
		}
	}

	private static WebSocketSession open(SpringHandler handler, String path) throws Exception {
		return get(springsClient().execute(handler, new WebSocketHttpHeaders(), URI.create(server.uri(path))));
	}

	private static StandardWebSocketClient springsClient() {
		WebSocketContainer container = ContainerProvider.getWebSocketContainer();
		container.setDefaultMaxTextMessageBufferSize(2 * LARGE);
		container.setDefaultMaxBinaryMessageBufferSize(2 * LARGE);
		StandardWebSocketClient client = new StandardWebSocketClient(container);
		client.setSslContext(SelfSignedKeyStore.trust());
		return client;
	}

	@Test
	void whenTheClientOfTheJdkSendsThenEverythingComesBack() throws Exception {
		JdkListener listener = new JdkListener();
		WebSocket socket = open(listener, "/echo?prefix=%C3%A9%20");
		get(socket.sendText("hello", true));
		assertThat(listener.next()).isEqualTo("\u00e9 hello");
		get(socket.sendBinary(ByteBuffer.wrap(new byte[] { 1, 2 }), true));
		assertThat(listener.next()).isEqualTo(ByteBuffer.wrap(new byte[] { 1, 2 }));
		get(socket.sendText("in ", false));
		get(socket.sendPing(ByteBuffer.wrap(new byte[] { 7 })));
		assertThat(listener.next()).isEqualTo("pong of 1");
		get(socket.sendText("two", true));
		assertThat(listener.next()).isEqualTo("\u00e9 in two");
		get(socket.sendPong(ByteBuffer.wrap(new byte[] { 8 })));
		get(socket.sendText(large(), true));
		assertThat(listener.next()).isEqualTo("\u00e9 " + large());
		get(socket.sendBinary(largeBytes(), true));
		assertThat(listener.next()).isEqualTo(largeBytes());
		get(socket.sendClose(3456, "that's all"));
		assertThat(get(listener.closed())).isEqualTo(new CloseStatus(3456, "that's all"));
	}

	@Test
	void whenTheServerClosesThenTheClientOfTheJdkSeesWhy() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		JdkListener listener = new JdkListener();
		open(listener, server.bean(Scripts.class).path((connection) -> {
			opened.complete(connection);
			connection.ping((byte) 1);
			connection.sendText("bye");
			connection.close(new CloseStatus(4321, "h\u00e9"));
			assertThat(connection.messages()).isEmpty();
		}));
		assertThat(listener.next()).isEqualTo("bye");
		assertThat(get(listener.closed())).isEqualTo(new CloseStatus(4321, "h\u00e9"));
		assertThat(get(get(opened).closed())).isEqualTo(new CloseStatus(4321, "h\u00e9"));
	}

	@Test
	void whenAMessageIsTooBigThenTheClientOfTheJdkSeesWhy() throws Exception {
		JdkListener listener = new JdkListener();
		WebSocket socket = open(listener, "/echo");
		CompletableFuture<WebSocket> sending = socket.sendBinary(ByteBuffer.allocate(64 * 1024 + 1), true);
		assertThat(get(listener.closed()).getCode()).isEqualTo(1009);
		// Refused at its header: with TLS, the end of our output can end its sending.
		get(sending.exceptionally((ex) -> socket));
	}

	@Test
	void whenTheClientOfTheJdkOffersSubprotocolsThenOneIsAgreedOn() throws Exception {
		JdkListener listener = new JdkListener();
		WebSocket socket = get(HttpClient.newBuilder()
			.sslContext(SelfSignedKeyStore.trust())
			.build()
			.newWebSocketBuilder()
			.subprotocols("chat.v3", "chat.v2", "chat.v1")
			.buildAsync(URI.create(server.uri("/echo")), listener));
		assertThat(socket.getSubprotocol()).isEqualTo("chat.v2");
		get(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
		assertThat(get(listener.closed()).getCode()).isEqualTo(1000);
	}

	@Test
	void whenTheClientOfTheJdkAbortsThenServeSeesTheEnd() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		WebSocket socket = open(new JdkListener(), server.bean(Scripts.class).path((connection) -> {
			opened.complete(connection);
			assertThat(connection.messages()).isEmpty();
		}));
		WebsocketConnection connection = get(opened);
		socket.abort();
		assertThat(get(connection.closed())).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
	}

	private static WebSocket open(JdkListener listener, String path) throws Exception {
		return get(HttpClient.newBuilder()
			.sslContext(SelfSignedKeyStore.trust())
			.build()
			.newWebSocketBuilder()
			.buildAsync(URI.create(server.uri(path)), listener));
	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection, @RequestParam(defaultValue = "") String prefix) {
			for (WebSocketMessage<?> message : connection.messages()) {
				if (message instanceof TextMessage text) {
					connection.sendText(prefix + text.getPayload());
				}
				else {
					connection.send(message);
				}
			}
		}

	}

	private static final class SpringHandler extends AbstractWebSocketHandler {

		private final BlockingQueue<WebSocketMessage<?>> messages = new LinkedBlockingQueue<>();

		private final CompletableFuture<CloseStatus> closed = new CompletableFuture<>();

		@Override
		public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) {
			this.messages.add(message);
		}

		@Override
		public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
			this.closed.complete(status);
		}

		@Nullable WebSocketMessage<?> next() throws InterruptedException {
			return this.messages.poll(20, TimeUnit.SECONDS);
		}

	}

}
