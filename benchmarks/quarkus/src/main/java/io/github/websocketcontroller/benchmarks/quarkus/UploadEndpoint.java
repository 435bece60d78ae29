package io.github.websocketcontroller.benchmarks.quarkus;

import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;

/**
 * Swallows binary messages; the text message at their end is answered.
 */
@WebSocket(path = "/upload")
public class UploadEndpoint {

	@OnBinaryMessage
	@NonBlocking
	void swallow(Buffer payload) {
		// Swallowed.
	}

	@OnTextMessage
	@NonBlocking
	String echo(String text) {
		return text;
	}

}
