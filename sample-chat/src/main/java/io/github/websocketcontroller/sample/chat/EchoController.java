package io.github.websocketcontroller.sample.chat;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

import org.springframework.web.socket.WebSocketMessage;

/**
 * Sends back each message. The loop, and with it the connection, ends when the client
 * leaves.
 */
@WebsocketController("/echo")
class EchoController {

	void serve(WebsocketConnection connection) {
		for (WebSocketMessage<?> message : connection.messages()) {
			connection.send(message);
		}
	}

}
