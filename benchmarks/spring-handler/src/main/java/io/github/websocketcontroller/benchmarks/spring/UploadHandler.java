package io.github.websocketcontroller.benchmarks.spring;

import java.io.IOException;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

class UploadHandler extends AbstractWebSocketHandler {

	private static final int MAX_MESSAGE_SIZE = 64 * 1024;

	// Here and not for all: Tomcat gives each connection a buffer of that size.
	@Override
	public void afterConnectionEstablished(WebSocketSession session) {
		session.setBinaryMessageSizeLimit(MAX_MESSAGE_SIZE);
	}

	@Override
	protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message) {
		// Swallowed.
	}

	@Override
	protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
		session.sendMessage(message);
	}

}
