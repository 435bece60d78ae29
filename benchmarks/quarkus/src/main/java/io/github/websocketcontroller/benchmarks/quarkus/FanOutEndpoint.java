package io.github.websocketcontroller.benchmarks.quarkus;

import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.smallrye.common.annotation.NonBlocking;

@WebSocket(path = "/fanout")
public class FanOutEndpoint {

	@OnTextMessage(broadcast = true)
	@NonBlocking
	String broadcast(String text) {
		return text;
	}

}
