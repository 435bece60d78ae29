package io.github.websocketcontroller.sample.chat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A member that stops reading delays nobody. A write to it would wait for longer than the
 * others do.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "websocket-controller.write-timeout=10m", "websocket-controller.outbox.capacity=64MB" })
class SilentMemberTests {

	private static final String LONG_TEXT = "x".repeat(5000);

	/** More than the system has room for on the way to the silent member. */
	private static final int MESSAGES = 3000;

	@LocalServerPort
	private int port;

	@Test
	void whenAMemberStopsToReadThenTheOthersTalkOn() throws Exception {
		try (TestClient alice = new TestClient(this.port, "/chat?name=alice");
				Socket silent = join("/chat?name=silent");
				TestClient bob = new TestClient(this.port, "/chat?name=bob")) {
			assertThat(alice.nextPayload()).isEqualTo("alice joined.");
			assertThat(alice.nextPayload()).isEqualTo("silent joined.");
			assertThat(alice.nextPayload()).isEqualTo("bob joined.");
			assertThat(bob.nextPayload()).isEqualTo("bob joined.");
			assertThat(silent.getInputStream().read()).isEqualTo(0x81);
			for (int i = 0; i < MESSAGES; i++) {
				alice.send(new TextMessage(LONG_TEXT));
				assertThat(alice.nextPayload()).isEqualTo("alice: " + LONG_TEXT);
				assertThat(bob.nextPayload()).isEqualTo("alice: " + LONG_TEXT);
			}
		}
	}

	private Socket join(String path) throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		String request = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + this.port
				+ "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
				+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
		socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
		InputStream input = socket.getInputStream();
		StringBuilder response = new StringBuilder();
		while (response.indexOf("\r\n\r\n") < 0) {
			response.append((char) input.read());
		}
		assertThat(response.toString()).startsWith("HTTP/1.1 101 ");
		return socket;
	}

}
