package io.github.websocketcontroller.sample.chat;

import java.nio.ByteBuffer;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class EchoTests {

	@LocalServerPort
	private int port;

	@Test
	void whenTextIsSentThenItComesBack() throws Exception {
		try (TestClient client = new TestClient(this.port, "/echo")) {
			client.send(new TextMessage("Grüße, 👋"));
			assertThat(client.nextPayload()).isEqualTo("Grüße, 👋");
		}
	}

	@Test
	void whenBytesAreSentThenTheyComeBack() throws Exception {
		try (TestClient client = new TestClient(this.port, "/echo")) {
			client.send(new BinaryMessage(new byte[] { 0, 1, -1 }));
			assertThat(client.nextPayload()).isEqualTo(ByteBuffer.wrap(new byte[] { 0, 1, -1 }));
		}
	}

	@Test
	void whenClientClosesThenItsStatusComesBack() throws Exception {
		TestClient client = new TestClient(this.port, "/echo");
		client.close();
		assertThat(client.closeStatus().equalsCode(CloseStatus.NORMAL)).isTrue();
	}

}
