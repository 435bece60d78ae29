package io.github.websocketcontroller.sample.chat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketException;
import jakarta.validation.constraints.Size;

import org.springframework.web.bind.annotation.RequestParam;

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

	private void broadcast(String text) {
		this.members.removeIf((member) -> !send(member, text));
	}

	private boolean send(WebsocketConnection member, String text) {
		try {
			member.sendText(text);
			return true;
		}
		catch (WebsocketException ex) {
			// Gone; the others still want to hear.
			return false;
		}
	}

}
