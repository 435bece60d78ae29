package io.github.websocketcontroller.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.CompressingClient;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is agreed on, messages of all sizes are the same after they were compressed
 * and expanded by either side. Messages of 16 MB are among the long tests, others of 1 MB
 * are not. What is tested here does not depend on the kind of connection.
 */
class CompressionCombinationsTests {

	private static final int LARGEST = (Boolean.getBoolean("test.long") ? 16 : 1) * 1024 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class)
		.properties("websocket-controller.max-message-size=16MB", "websocket-controller.compression.enabled=true",
				"websocket-controller.compression.threshold=0B", "websocket-controller.compression.level=1",
				"websocket-controller.compression.context-takeover=true");

	static Stream<String> combinations() {
		List<String> combinations = new ArrayList<>();
		for (String server : new String[] { "", "; server_no_context_takeover" }) {
			for (String client : new String[] { "", "; client_no_context_takeover" }) {
				for (String serverBits : new String[] { "", "; server_max_window_bits=8",
						"; server_max_window_bits=15" }) {
					for (String clientBits : new String[] { "", "; client_max_window_bits",
							"; client_max_window_bits=9" }) {
						combinations.add(server + client + serverBits + clientBits);
					}
				}
			}
		}
		return combinations.stream();
	}

	@ParameterizedTest
	@MethodSource("combinations")
	void whenMessagesAreCompressedThenTheyComeBackTheSame(String parameters) throws Exception {
		Random random = new Random(parameters.hashCode());
		try (CompressingClient client = CompressingClient.open(server, "/echo", parameters)) {
			assertThat(client.answer())
				.isEqualTo("permessage-deflate" + parameters.replaceFirst("; client_max_window_bits$", ""));
			for (int length : new int[] { 0, 1, 125, 126, 8191, 8192, 8193, 65_536, LARGEST, 10 }) {
				for (int opcode : new int[] { 1, 2 }) {
					byte[] payload = payload(random, length, opcode == 1);
					CompletableFuture<RawClient> sent = client.send(opcode, payload);
					CompressingClient.Message echo = client.read();
					assertThat(echo.isCompressed()).isEqualTo(length > 0);
					assertThat(echo.opcode()).isEqualTo(opcode);
					assertThat(echo.payload()).isEqualTo(payload);
					sent.get(20, TimeUnit.SECONDS);
				}
			}
		}
	}

	private static byte[] payload(Random random, int length, boolean text) {
		byte[] payload = new byte[length];
		random.nextBytes(payload);
		for (int i = 0; text && i < length; i++) {
			payload[i] = (byte) ((i % 1000 < 900) ? "a message, ".charAt(i % 11) : 'a' + (payload[i] & 0xF));
		}
		return payload;
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
