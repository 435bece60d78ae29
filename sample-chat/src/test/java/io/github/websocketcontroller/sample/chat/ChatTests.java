package io.github.websocketcontroller.sample.chat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletionException;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ChatTests {

	private static final String NAME_OF_51_CHARACTERS = "123456789012345678901234567890123456789012345678901";

	@LocalServerPort
	private int port;

	@Test
	void whenMembersJoinTalkAndLeaveThenEverybodyIsTold() throws Exception {
		try (TestClient alice = new TestClient(this.port, "/chat?name=alice")) {
			assertThat(alice.nextPayload()).isEqualTo("alice joined.");

			TestClient bob = new TestClient(this.port, "/chat?name=bob");
			assertThat(alice.nextPayload()).isEqualTo("bob joined.");
			assertThat(bob.nextPayload()).isEqualTo("bob joined.");

			alice.send(new TextMessage("hi"));
			assertThat(alice.nextPayload()).isEqualTo("alice: hi");
			assertThat(bob.nextPayload()).isEqualTo("alice: hi");

			bob.close();
			assertThat(alice.nextPayload()).isEqualTo("bob left.");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?name=", "?name=a", "?name=" + NAME_OF_51_CHARACTERS })
	void whenNameIsMissingOrOfTheWrongLengthThenAnswerIs400(String query) {
		URI uri = URI.create("ws://localhost:" + this.port + "/chat" + query);
		assertThatExceptionOfType(CompletionException.class).isThrownBy(
				() -> HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(uri, new WebSocket.Listener() {
				}).join())
			.extracting(Throwable::getCause, InstanceOfAssertFactories.type(WebSocketHandshakeException.class))
			.satisfies((refusal) -> assertThat(refusal.getResponse().statusCode()).isEqualTo(400));
	}

}
