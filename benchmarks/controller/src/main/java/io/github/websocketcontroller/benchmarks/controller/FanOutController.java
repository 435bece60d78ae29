package io.github.websocketcontroller.benchmarks.controller;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

import org.springframework.web.socket.TextMessage;

@WebsocketController("/fanout")
class FanOutController {

	private final Set<WebsocketConnection> subscribers = ConcurrentHashMap.newKeySet();

	void serve(WebsocketConnection connection) {
		this.subscribers.add(connection);
		try {
			for (String text : connection.messages(String.class)) {
				TextMessage message = new TextMessage(text.getBytes(StandardCharsets.UTF_8));
				this.subscribers.forEach((subscriber) -> subscriber.offer(message));
			}
		}
		finally {
			this.subscribers.remove(connection);
		}
	}

}
