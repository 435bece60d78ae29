package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

@WebsocketController("/echo")
class EchoController {

	void serve(WebsocketConnection connection) {
		for (String text : connection.messages(String.class)) {
			connection.sendText(text);
		}
	}

}
