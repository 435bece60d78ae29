package io.github.websocketcontroller.benchmarks.quarkus;

import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.smallrye.common.annotation.NonBlocking;

/**
 * What is returned is sent. On the event loop, which costs least.
 */
@WebSocket(path = "/echo")
public class EchoEndpoint {

	@OnTextMessage
	@NonBlocking
	String echo(String text) {
		return text;
	}

}
