package io.github.websocketcontroller.benchmarks.controller;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import jakarta.validation.constraints.Max;

import org.springframework.web.bind.annotation.RequestParam;

@WebsocketController("/fanout")
class FanOutController {

	private final Set<WebsocketConnection> subscribers = ConcurrentHashMap.newKeySet();

	void serve(WebsocketConnection connection, @RequestParam(defaultValue = "1") @Max(9) int version) {
		this.subscribers.add(connection);
		try {
			for (String text : connection.messages(String.class)) {
				PreparedMessage message = PreparedMessage.text(text);
				this.subscribers.forEach((subscriber) -> subscriber.offer(message));
			}
		}
		finally {
			this.subscribers.remove(connection);
		}
	}

}
