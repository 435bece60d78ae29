package io.github.websocketcontroller.upgrade;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.serve.ServeCall;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.Mockito;

import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

class SmokeTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoByHand.class);

	@Test
	void whenTextIsSentThenItComesBack() throws Exception {
		for (int i = 0; i < 200; i++) {
			try (RawClient client = RawClient.open(server.port(), "/echo")) {
				client.text("hello");
				assertThat(client.read().text()).isEqualTo("hello");
				client.close(1000);
				assertThat(client.read().closeCode()).isEqualTo(1000);
				assertThat(client.isAtEnd()).isTrue();
			}
		}
		assertThat(server.takenOver()).isEqualTo(200);
	}

	@RestController
	static class EchoByHand {

		private final Upgrader upgrader;

		EchoByHand(Upgrader upgrader) {
			this.upgrader = upgrader;
		}

		@GetMapping("/echo")
		void echo(HttpServletRequest request, HttpServletResponse response) {
			this.upgrader.upgrade(request, response, new HttpHeaders(), new ServeCall("/echo",
					Mockito.mock(UpgradeRequest.class), WebsocketSettings.DEFAULTS, (connection) -> {
						for (WebSocketMessage<?> message : connection.messages()) {
							connection.send(message);
						}
					}, null));
		}

	}

}
