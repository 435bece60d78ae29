package io.github.websocketcontroller.connection;

import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.ForeignClient;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that others wrote and that compress: Jetty's, and Tomcat's as Spring gives it.
 */
@OnEveryTransport
class CompressingForeignClientTests {

	private static final int LARGEST = 128 * 1024;

	private static final String PREPARED = "prepared ".repeat(1000);

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class)
		.properties("websocket-controller.max-message-size=" + LARGEST + "B",
				"websocket-controller.compression.enabled=true",
				"websocket-controller.paths[/takeover].compression.context-takeover=true");

	private final Random random = new Random(4711);

	// Jetty's client goes by what it has offered, whatever it is answered: where nobody
	// keeps a context, it has to offer that itself.
	static Stream<String> offers() {
		return Stream.of("/echo permessage-deflate; server_no_context_takeover",
				"/echo permessage-deflate; server_no_context_takeover; client_no_context_takeover",
				"/takeover permessage-deflate", "/takeover permessage-deflate; server_no_context_takeover",
				"/takeover permessage-deflate; server_no_context_takeover; client_no_context_takeover",
				"/takeover permessage-deflate; client_max_window_bits",
				"/takeover permessage-deflate; server_max_window_bits=9");
	}

	private List<WebSocketMessage<?>> messages() {
		byte[] bytes = new byte[LARGEST];
		this.random.nextBytes(bytes);
		return List.of(new TextMessage(""), new TextMessage("h\u00e9llo"), new TextMessage("h\u00e9llo "),
				new BinaryMessage(new byte[1023]), new BinaryMessage(new byte[1024]),
				new TextMessage("{ \"name\": \"\u20ac\" }, ".repeat(4000)), new BinaryMessage(bytes),
				new TextMessage("h\u00e9llo ".repeat(500)), new BinaryMessage(new byte[LARGEST]));
	}

	@ParameterizedTest
	@MethodSource("offers")
	void whenJettysClientCompressesThenEverythingComesBack(String offer) throws Exception {
		assertEchoes(ForeignClient.Kind.JETTY, offer.substring(0, offer.indexOf(' ')),
				offer.substring(offer.indexOf(' ') + 1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/echo", "/takeover" })
	void whenTomcatsClientCompressesThenEverythingComesBack(String path) throws Exception {
		assertEchoes(ForeignClient.Kind.SPRING, path, "permessage-deflate;client_max_window_bits=15");
	}

	private void assertEchoes(ForeignClient.Kind kind, String path, String extension) throws Exception {
		try (ForeignClient client = kind.open(URI.create(server.uri(path)), extension)) {
			assertThat(client.extensions()).containsExactly("permessage-deflate");
			for (WebSocketMessage<?> message : messages()) {
				if (message instanceof TextMessage text) {
					client.sendText(text.getPayload());
				}
				else {
					client.sendBinary(((BinaryMessage) message).getPayload().array());
				}
				assertThat(client.next()).isEqualTo(message);
			}
			client.sendText("prepared");
			for (int i = 0; i < 4; i++) {
				assertThat(client.next()).isEqualTo(new TextMessage(PREPARED));
			}
			client.close(new CloseStatus(3456, "done"));
			assertThat(client.closed()).isEqualTo(new CloseStatus(3456, "done"));
		}
	}

	@WebsocketController({ "/echo", "/takeover" })
	static class EchoController {

		private final PreparedMessage prepared = PreparedMessage.text(PREPARED);

		void serve(WebsocketConnection connection) {
			for (WebSocketMessage<?> message : connection.messages()) {
				if (message.equals(new TextMessage("prepared"))) {
					connection.send(this.prepared);
					connection.sendText(PREPARED);
					connection.offer(this.prepared);
					connection.sendText(PREPARED);
				}
				else {
					connection.send(message);
				}
			}
		}

	}

}
