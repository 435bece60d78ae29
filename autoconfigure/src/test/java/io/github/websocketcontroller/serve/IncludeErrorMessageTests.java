package io.github.websocketcontroller.serve;

import java.nio.charset.StandardCharsets;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class IncludeErrorMessageTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(FailingController.class)
		.properties("websocket-controller.include-error-message=always");

	@Test
	void whenTheMessageIsIncludedThenThePeerReceivesItCutTo123Bytes() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/failing")) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1011);
			assertThat(close.closeReason()).startsWith("no more \u00e9\u00e9");
			assertThat(close.closeReason().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(122, 123);
			client.close(1011);
		}
	}

	@WebsocketController("/failing")
	static class FailingController {

		void serve(WebsocketConnection connection) {
			throw new IllegalStateException("no more " + "\u00e9".repeat(200));
		}

	}

}
