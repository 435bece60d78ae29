package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.WebSocketContainer;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * Spring's client, which is Tomcat's.
 */
final class SpringsClient extends ForeignClient {

	/**
	 * Tomcat's threads keep direct buffers of that size, which must not be taken for a
	 * leak.
	 */
	private static final int LARGEST = 400 * 1024;

	private final WebSocketSession session;

	private SpringsClient(URI uri, String... extensions) throws Exception {
		WebSocketContainer container = ContainerProvider.getWebSocketContainer();
		container.setDefaultMaxTextMessageBufferSize(LARGEST);
		container.setDefaultMaxBinaryMessageBufferSize(LARGEST);
		StandardWebSocketClient client = new StandardWebSocketClient(container);
		client.setSslContext(SelfSignedKeyStore.trust());
		WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
		headers.setSecWebSocketExtensions(WebSocketExtension.parseExtensions(String.join(",", extensions)));
		this.session = client.execute(new AbstractWebSocketHandler() {

			@Override
			public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) {
				received(message);
			}

			@Override
			public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
				ended(status);
			}

		}, headers, uri).get(20, TimeUnit.SECONDS);
	}

	static ForeignClient connect(URI uri, String... extensions) throws Exception {
		return new SpringsClient(uri, extensions);
	}

	@Override
	public void sendText(String text) throws Exception {
		this.session.sendMessage(new TextMessage(text));
	}

	@Override
	public void sendBinary(byte[] payload) throws Exception {
		this.session.sendMessage(new BinaryMessage(payload));
	}

	@Override
	public void ping(byte[] payload) throws Exception {
		this.session.sendMessage(new PingMessage(ByteBuffer.wrap(payload)));
	}

	@Override
	public void close(CloseStatus status) throws Exception {
		this.session.close(status);
	}

	@Override
	public List<String> extensions() {
		return this.session.getExtensions().stream().map(WebSocketExtension::getName).toList();
	}

	@Override
	public void close() throws IOException {
		this.session.close();
	}

}
