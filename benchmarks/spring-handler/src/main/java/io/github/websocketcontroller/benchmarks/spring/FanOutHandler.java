package io.github.websocketcontroller.benchmarks.spring;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

class FanOutHandler extends TextWebSocketHandler {

	private static final int SEND_TIME_LIMIT = 10_000;

	private static final int BUFFER_SIZE_LIMIT = 1024 * 1024;

	private final Map<String, WebSocketSession> subscribers = new ConcurrentHashMap<>();

	@Override
	public void afterConnectionEstablished(WebSocketSession session) {
		this.subscribers.put(session.getId(), (session instanceof ConcurrentWebSocketSessionDecorator) ? session
				: new ConcurrentWebSocketSessionDecorator(session, SEND_TIME_LIMIT, BUFFER_SIZE_LIMIT));
	}

	@Override
	protected void handleTextMessage(WebSocketSession session, TextMessage message) {
		for (WebSocketSession subscriber : this.subscribers.values()) {
			send(subscriber, message);
		}
	}

	/**
	 * A subscriber that has gone is not the publisher's failure.
	 */
	private void send(WebSocketSession subscriber, TextMessage message) {
		try {
			subscriber.sendMessage(message);
		}
		catch (IOException | RuntimeException gone) {
			this.subscribers.remove(subscriber.getId());
		}
	}

	@Override
	public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
		this.subscribers.remove(session.getId());
	}

}
