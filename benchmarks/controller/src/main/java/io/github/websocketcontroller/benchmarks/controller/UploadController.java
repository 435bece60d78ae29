package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import jakarta.validation.constraints.Max;

import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

/**
 * Swallows binary messages; the text message at their end is answered.
 */
@WebsocketController("/upload")
class UploadController {

	void serve(WebsocketConnection connection, @RequestParam(defaultValue = "1") @Max(9) int version) {
		for (WebSocketMessage<?> message : connection.messages()) {
			if (message instanceof TextMessage) {
				connection.send(message);
			}
		}
	}

}
