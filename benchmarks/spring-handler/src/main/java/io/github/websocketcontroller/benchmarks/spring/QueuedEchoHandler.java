package io.github.websocketcontroller.benchmarks.spring;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * What has to be written by hand to serve a connection in a plain loop: a queue between
 * the callback and a virtual thread, and sending that is safe from any thread.
 */
class QueuedEchoHandler extends TextWebSocketHandler {

	private static final int SEND_TIME_LIMIT = 10_000;

	private static final int BUFFER_SIZE_LIMIT = 1024 * 1024;

	private final Map<String, Loop> loops = new ConcurrentHashMap<>();

	@Override
	public void afterConnectionEstablished(WebSocketSession session) {
		Loop loop = new Loop(new ConcurrentWebSocketSessionDecorator(session, SEND_TIME_LIMIT, BUFFER_SIZE_LIMIT));
		this.loops.put(session.getId(), loop);
		loop.thread.start();
	}

	@Override
	protected void handleTextMessage(WebSocketSession session, TextMessage message) {
		Objects.requireNonNull(this.loops.get(session.getId())).incoming.add(message);
	}

	@Override
	public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
		Loop loop = this.loops.remove(session.getId());
		if (loop != null) {
			loop.thread.interrupt();
		}
	}

	private static final class Loop {

		private final BlockingQueue<TextMessage> incoming = new LinkedBlockingQueue<>();

		private final WebSocketSession session;

		private final Thread thread = Thread.ofVirtual().unstarted(this::run);

		Loop(WebSocketSession session) {
			this.session = session;
		}

		private void run() {
			try {
				while (true) {
					this.session.sendMessage(this.incoming.take());
				}
			}
			catch (InterruptedException | IOException ex) {
				// The connection has ended.
			}
		}

	}

}
