package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

/**
 * Answers that belong to one burst of messages leave together.
 */
@WebsocketController("/echo-batched")
class BatchedEchoController {

	void serve(WebsocketConnection connection) {
		connection.setAutoFlush(false);
		for (String text : connection.messages(String.class)) {
			connection.sendText(text);
		}
	}

}
