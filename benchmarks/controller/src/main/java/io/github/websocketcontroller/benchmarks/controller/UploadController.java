package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

/**
 * Swallows binary messages; the text message at their end is answered.
 */
@WebsocketController("/upload")
class UploadController {

	void serve(WebsocketConnection connection) {
		for (WebSocketMessage<?> message : connection.messages()) {
			if (message instanceof TextMessage) {
				connection.send(message);
			}
		}
	}

}
