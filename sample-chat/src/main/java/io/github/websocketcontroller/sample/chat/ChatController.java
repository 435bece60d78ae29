package io.github.websocketcontroller.sample.chat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import jakarta.validation.constraints.Size;

import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.TextMessage;

/**
 * One room in which everybody hears everybody. A name that is too short or too long is
 * answered with 400 before there is a connection.
 */
@WebsocketController("/chat")
class ChatController {

	private final Set<WebsocketConnection> members = ConcurrentHashMap.newKeySet();

	void serve(WebsocketConnection connection, @RequestParam @Size(min = 2, max = 50) String name) {
		this.members.add(connection);
		try {
			broadcast(name + " joined.");
			for (String text : connection.messages(String.class)) {
				broadcast(name + ": " + text);
			}
		}
		finally {
			this.members.remove(connection);
			broadcast(name + " left.");
		}
	}

	// Offered, not sent: a member that does not read delays nobody, and is closed with
	// 1013 when too much waits for it.
	private void broadcast(String text) {
		TextMessage message = new TextMessage(text.getBytes(StandardCharsets.UTF_8));
		this.members.forEach((member) -> member.offer(message));
	}

}
