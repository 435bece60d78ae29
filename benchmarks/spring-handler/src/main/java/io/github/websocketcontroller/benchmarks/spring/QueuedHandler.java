package io.github.websocketcontroller.benchmarks.spring;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;

/**
 * What has to be written by hand to serve a connection in a plain loop: a queue between
 * the callback and a virtual thread, and sending that is safe from any thread.
 */
class QueuedHandler extends WebSocketHandlerDecorator {

	private static final Log logger = LogFactory.getLog(QueuedHandler.class);

	private static final int SEND_TIME_LIMIT = 10_000;

	private static final int BUFFER_SIZE_LIMIT = 1024 * 1024;

	private static final int QUEUE_CAPACITY = 256;

	private final Map<String, Loop> loops = new ConcurrentHashMap<>();

	QueuedHandler(WebSocketHandler delegate) {
		super(delegate);
	}

	@Override
	public void afterConnectionEstablished(WebSocketSession session) throws Exception {
		Loop loop = new Loop(new ConcurrentWebSocketSessionDecorator(session, SEND_TIME_LIMIT, BUFFER_SIZE_LIMIT));
		super.afterConnectionEstablished(loop.session);
		this.loops.put(session.getId(), loop);
		loop.thread.start();
	}

	@Override
	public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) throws InterruptedException {
		Objects.requireNonNull(this.loops.get(session.getId())).incoming.put(message);
	}

	@Override
	public void afterConnectionClosed(WebSocketSession session, CloseStatus status) throws Exception {
		Loop loop = this.loops.remove(session.getId());
		if (loop != null) {
			loop.thread.interrupt();
		}
		super.afterConnectionClosed(session, status);
	}

	private final class Loop {

		private final BlockingQueue<WebSocketMessage<?>> incoming = new ArrayBlockingQueue<>(QUEUE_CAPACITY);

		private final WebSocketSession session;

		private final Thread thread = Thread.ofVirtual().unstarted(this::run);

		Loop(WebSocketSession session) {
			this.session = session;
		}

		private void run() {
			try {
				while (true) {
					getDelegate().handleMessage(this.session, this.incoming.take());
				}
			}
			catch (InterruptedException ex) {
				// The connection has ended.
			}
			catch (Exception ex) {
				logger.debug("The connection was lost", ex);
			}
		}

	}

}
