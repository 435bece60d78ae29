package io.github.websocketcontroller.sample.chat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * A websocket client that keeps what it hears until somebody asks.
 */
class TestClient extends AbstractWebSocketHandler implements AutoCloseable {

	private static final long PATIENCE_IN_SECONDS = 10;

	private final BlockingQueue<WebSocketMessage<?>> messages = new LinkedBlockingQueue<>();

	private final CompletableFuture<CloseStatus> closed = new CompletableFuture<>();

	private final WebSocketSession session;

	TestClient(int port, String pathAndQuery) throws Exception {
		this.session = new StandardWebSocketClient().execute(this, "ws://localhost:" + port + pathAndQuery)
			.get(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
	}

	@Override
	public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) {
		this.messages.add(message);
	}

	@Override
	public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
		this.closed.complete(status);
	}

	void send(WebSocketMessage<?> message) throws IOException {
		this.session.sendMessage(message);
	}

	@Nullable Object nextPayload() throws InterruptedException {
		WebSocketMessage<?> message = this.messages.poll(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
		return (message != null) ? message.getPayload() : null;
	}

	CloseStatus closeStatus() throws Exception {
		return this.closed.get(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
	}

	@Override
	public void close() throws IOException {
		this.session.close();
	}

}
