package io.github.websocketcontroller.benchmarks.helidon;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;

/**
 * Answers on the thread of the connection.
 */
public final class HelidonServer {

	private HelidonServer() {
	}

	public static void main(String[] args) {
		WebServer.builder()
			.port(Integer.parseInt(args[0]))
			.connectionOptions((options) -> options.tcpNoDelay(true)) // as all others do
			.addRouting(WsRouting.builder()
				.endpoint("/echo", new Echo())
				.endpoint("/upload", new Echo())
				.endpoint("/fanout", new FanOut()))
			.build()
			.start();
	}

	/**
	 * Text is answered, binary messages are swallowed.
	 */
	private static final class Echo implements WsListener {

		@Override
		public void onMessage(WsSession session, String text, boolean last) {
			session.send(text, last);
		}

		@Override
		public void onMessage(WsSession session, BufferData payload, boolean last) {
			// Swallowed.
		}

	}

	private static final class FanOut implements WsListener {

		private final Set<WsSession> subscribers = ConcurrentHashMap.newKeySet();

		@Override
		public void onOpen(WsSession session) {
			this.subscribers.add(session);
		}

		@Override
		public void onMessage(WsSession session, String text, boolean last) {
			this.subscribers.forEach((subscriber) -> send(subscriber, text, last));
		}

		/**
		 * A subscriber that has gone is not the publisher's failure.
		 */
		private void send(WsSession subscriber, String text, boolean last) {
			try {
				subscriber.send(text, last);
			}
			catch (RuntimeException gone) {
				this.subscribers.remove(subscriber);
			}
		}

		@Override
		public void onClose(WsSession session, int status, String reason) {
			this.subscribers.remove(session);
		}

		@Override
		public void onError(WsSession session, Throwable error) {
			this.subscribers.remove(session);
		}

	}

}
