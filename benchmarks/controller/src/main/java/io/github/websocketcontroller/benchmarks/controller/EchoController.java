package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import jakarta.validation.constraints.Max;

import org.springframework.web.bind.annotation.RequestParam;

/**
 * An echo with an argument that is resolved and validated with each upgrade.
 */
@WebsocketController("/echo")
class EchoController {

	void serve(WebsocketConnection connection, @RequestParam(defaultValue = "1") @Max(9) int version) {
		for (String text : connection.messages(String.class)) {
			connection.sendText(text);
		}
	}

}
