package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import jakarta.validation.constraints.Max;

import org.springframework.web.bind.annotation.RequestParam;

/**
 * Answers that belong to one burst of messages leave together.
 */
@WebsocketController("/echo-batched")
class BatchedEchoController {

	void serve(WebsocketConnection connection, @RequestParam(defaultValue = "1") @Max(9) int version) {
		connection.setAutoFlush(false);
		for (String text : connection.messages(String.class)) {
			connection.sendText(text);
		}
	}

}
