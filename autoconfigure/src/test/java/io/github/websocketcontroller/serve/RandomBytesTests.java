package io.github.websocketcontroller.serve;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Random;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that send anything. Each connection has to end, and nothing of it may be news.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class RandomBytesTests {

	private static final int CONNECTIONS = 300;

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class)
		.properties("websocket-controller.close-timeout=2s");

	/** The first client of a kind may log something of its own. */
	@BeforeEach
	void connectOnce() throws Exception {
		server.open("/echo").close();
	}

	@Test
	void whenBytesAreRandomThenTheConnectionEndsProperly(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			Random random = new Random(seed);
			byte[] bytes = new byte[1 + random.nextInt(3000)];
			random.nextBytes(bytes);
			assertEndsProperly(seed, bytes);
		}
		assertNothingIsLogged(output, before);
	}

	@Test
	void whenFramesAreDamagedThenTheConnectionEndsProperly(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			assertEndsProperly(seed, damagedFrames(new Random(seed)));
		}
		assertNothingIsLogged(output, before);
	}

	/** Mostly valid frames, so that the damage is found in all places. */
	private static byte[] damagedFrames(Random random) {
		int[] firstBytes = { 0x81, 0x82, 0x01, 0x02, 0x80, 0x00, 0x89, 0x8A, 0x88, 0xC1, 0x83 };
		ByteArrayOutputStream frames = new ByteArrayOutputStream();
		for (int i = 0; i < 20; i++) {
			byte[] payload = new byte[random.nextInt(random.nextBoolean() ? 20 : 3000)];
			for (int j = 0; j < payload.length; j++) {
				payload[j] = (byte) ('a' + random.nextInt(26));
			}
			frames.writeBytes(RawClient.bytes(firstBytes[random.nextInt(firstBytes.length)], payload));
		}
		byte[] bytes = frames.toByteArray();
		for (int i = random.nextInt(4); i > 0; i--) {
			bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
		}
		return bytes;
	}

	private static void assertEndsProperly(int seed, byte[] bytes) throws IOException {
		try (RawClient client = server.open("/echo")) {
			client.send(bytes);
			client.shutdownOutput();
			int code = readToTheEnd(client);
			assertThat(code).as("close code for seed " + seed).isIn(0, 1000, 1001, 1002, 1007, 1009);
			assertThat(client.isAtEnd()).as("end for seed " + seed).isTrue();
		}
	}

	/** The code of the Close, 0 if the connection ends without one. */
	private static int readToTheEnd(RawClient client) throws IOException {
		try {
			RawClient.Frame frame = client.read();
			while (frame.firstByte() != 0x88) {
				assertThat(frame.firstByte()).isIn(0x81, 0x82, 0x8A);
				frame = client.read();
			}
			return (frame.payload().length == 0) ? 1000 : frame.closeCode();
		}
		catch (EOFException ex) {
			return 0;
		}
	}

	private static void assertNothingIsLogged(CapturedOutput output, int before) {
		assertThat(output.getAll().substring(before)).doesNotContain(" WARN ", " ERROR ", "\tat ", "Exception");
	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			for (WebSocketMessage<?> message : connection.messages()) {
				connection.send(message);
			}
		}

	}

}
