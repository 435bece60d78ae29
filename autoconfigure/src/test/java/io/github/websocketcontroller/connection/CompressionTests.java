package io.github.websocketcontroller.connection;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.CompressingClient;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections whose messages are compressed.
 */
@OnEveryTransport
class CompressionTests {

	private static final int THRESHOLD = 100;

	private static final int LARGEST = 1024 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, EchoController.class)
		.properties("websocket-controller.max-message-size=" + LARGEST + "B",
				"websocket-controller.compression.enabled=true",
				"websocket-controller.compression.threshold=" + THRESHOLD + "B",
				"websocket-controller.paths[/takeover].compression.context-takeover=true",
				"websocket-controller.paths[/plain].compression.enabled=false");

	private final Scripts scripts = server.bean(Scripts.class);

	private final Random random = new Random(4711);

	private byte[] payload(int length, boolean text) {
		byte[] payload = new byte[length];
		this.random.nextBytes(payload);
		if (text) {
			for (int i = 0; i < length; i++) {
				payload[i] = (byte) "abcdefgh".charAt(payload[i] & 7);
			}
		}
		return payload;
	}

	private void assertEcho(CompressingClient client, int length, boolean text) throws Exception {
		byte[] payload = payload(length, text);
		CompletableFuture<RawClient> sent = client.send(text ? 1 : 2, payload);
		CompressingClient.Message echo = client.read();
		assertThat(echo.opcode()).isEqualTo(text ? 1 : 2);
		assertThat(echo.isCompressed()).isEqualTo(length >= THRESHOLD);
		assertThat(echo.payload()).isEqualTo(payload);
		sent.get(20, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@CsvSource({ "/echo, ''", "/echo, ; server_no_context_takeover; client_no_context_takeover",
			"/echo, ; client_max_window_bits", "/echo, ; server_max_window_bits=10", "/takeover, ''",
			"/takeover, ; server_no_context_takeover", "/takeover, ; client_no_context_takeover",
			"/takeover, ; server_no_context_takeover; client_no_context_takeover",
			"/takeover, ; server_max_window_bits=8; client_max_window_bits=9" })
	void whenMessagesAreCompressedThenTheyComeBackTheSame(String path, String parameters) throws Exception {
		try (CompressingClient client = CompressingClient.open(server, path, parameters)) {
			assertThat(client.answer()).startsWith("permessage-deflate");
			for (int length : new int[] { 0, 1, THRESHOLD - 1, THRESHOLD, 2040, 8192, 65_535, LARGEST, THRESHOLD }) {
				assertEcho(client, length, true);
				assertEcho(client, length, false);
			}
			client.raw().text("not compressed").close(1000);
			assertThat(client.raw().read().text()).isEqualTo("not compressed");
			assertThat(client.raw().read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenNothingIsOfferedOrEnabledThenNothingIsCompressed() throws Exception {
		for (String[] headers : new String[][] { {}, { CompressingClient.offer("; server_max_window_bits=20") },
				{ "Sec-WebSocket-Extensions: foo" } }) {
			try (CompressingClient client = CompressingClient.of(server.open("/echo", headers))) {
				assertThat(client.answer()).isEmpty();
				client.raw().text("a".repeat(200));
				assertThat(client.raw().read().text()).isEqualTo("a".repeat(200));
				client.send(1, new byte[] { 'a' }).get(20, TimeUnit.SECONDS);
				assertThat(client.raw().read().closeCode()).isEqualTo(1002);
			}
		}
		try (CompressingClient client = CompressingClient.open(server, "/plain", "")) {
			assertThat(client.answer()).isEmpty();
		}
	}

	@Test
	void whenABombArrivesThenItEndsWith1009() throws Exception {
		try (CompressingClient client = CompressingClient.open(server, "/echo", "")) {
			CompletableFuture<RawClient> sent = client.send(2, new byte[200 * LARGEST]);
			assertThat(client.raw().read().closeCode()).isEqualTo(1009);
			sent.handle((all, failure) -> true).get(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenWhatArrivesIsNotCompressedThenItEndsWith1007() throws Exception {
		try (CompressingClient client = CompressingClient.open(server, "/takeover", "")) {
			client.raw().frame(0xC2, new byte[] { -1, -1, -1 });
			assertThat(client.raw().read().closeCode()).isEqualTo(1007);
		}
	}

	@Test
	void whenAMessageIsStreamedThenItIsCompressedBothWays() throws Exception {
		byte[] payload = payload(300_000, true);
		try (CompressingClient client = CompressingClient.of(this.scripts.open(server, (connection) -> {
			while (true) {
				try (InputStream input = connection.receiveStream(); OutputStream output = connection.sendStream()) {
					input.transferTo(output);
				}
			}
		}, CompressingClient.offer("")))) {
			for (int i = 0; i < 2; i++) {
				CompletableFuture<RawClient> sent = client.send(2, payload);
				CompressingClient.Message copy = client.read();
				assertThat(copy.isCompressed()).isTrue();
				assertThat(copy.payload()).isEqualTo(payload);
				sent.get(20, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void whenTheApplicationSwitchesThenMessagesAreCompressedOrNot() throws Exception {
		String text = "a".repeat(200);
		try (CompressingClient client = CompressingClient.of(this.scripts.open(server, (connection) -> {
			assertThat(connection.getExtensions()).hasSize(1);
			assertThat(connection.getExtensions().get(0).getName()).isEqualTo("permessage-deflate");
			connection.setCompression(false);
			connection.sendText(text);
			connection.setCompression(true);
			connection.sendText(text);
			connection.offerText(text);
		}, CompressingClient.offer("")))) {
			for (boolean compressed : new boolean[] { false, true, true }) {
				CompressingClient.Message message = client.read();
				assertThat(message.isCompressed()).isEqualTo(compressed);
				assertThat(message.payload()).asString().isEqualTo(text);
			}
			assertThat(client.raw().read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenTheApplicationSwitchesThenItHoldsForWhatIsOfferedOrBegunAndLeavesLater() throws Exception {
		String secret = "secret".repeat(100);
		try (CompressingClient client = CompressingClient.of(this.scripts.open(server, (connection) -> {
			try (OutputStream begun = connection.sendStream()) {
				connection.setCompression(false);
				connection.offerText(secret);
				connection.offer(PreparedMessage.text(secret));
				connection.setCompression(true);
				connection.offerText(secret);
				begun.write(secret.getBytes(StandardCharsets.UTF_8));
				connection.setCompression(false);
			}
			try (Writer begun = connection.sendWriter()) {
				connection.setCompression(true);
				begun.write(secret);
			}
		}, CompressingClient.offer("")))) {
			for (boolean compressed : new boolean[] { true, false, false, true, false }) {
				CompressingClient.Message message = client.read();
				assertThat(message.isCompressed()).isEqualTo(compressed);
				assertThat(message.payload()).asString().isEqualTo(secret);
			}
			assertThat(client.raw().read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenTheApplicationSwitchesThenItDoesNotWaitForThePeer() throws Exception {
		CompletableFuture<Boolean> switched = new CompletableFuture<>();
		byte[] large = payload(16 * LARGEST, false);
		try (CompressingClient client = CompressingClient.of(this.scripts.open(server, (connection) -> {
			connection.offerBinary(large);
			Thread.sleep(500);
			connection.setCompression(false);
			switched.complete(true);
			connection.receive();
		}, CompressingClient.offer("")))) {
			assertThat(switched.get(5, TimeUnit.SECONDS)).isTrue();
			client.raw().reset();
		}
	}

	@Test
	void whenAMessageIsPreparedThenEachPeerGetsItAsItAgreed() throws Exception {
		PreparedMessage text = PreparedMessage.text("\u20ac".repeat(500));
		PreparedMessage binary = PreparedMessage.binary(payload(50_000, false));
		for (String offer : new String[] { CompressingClient.offer(""),
				CompressingClient.offer("; server_max_window_bits=8"), "X: none" }) {
			try (CompressingClient client = CompressingClient.of(this.scripts.open(server, (connection) -> {
				connection.send(text);
				connection.offer(binary);
				connection.offer(text, "key");
				connection.send(binary);
			}, offer))) {
				for (PreparedMessage prepared : new PreparedMessage[] { text, binary, text, binary }) {
					CompressingClient.Message message = client.read();
					assertThat(message.isCompressed()).isEqualTo(!offer.startsWith("X"));
					assertThat(message.opcode()).isEqualTo(prepared.isText() ? 1 : 2);
					assertThat(ByteBuffer.wrap(message.payload())).isEqualTo(prepared.getPayload());
				}
				assertThat(client.raw().read().closeCode()).isEqualTo(1000);
			}
		}
	}

	@Test
	void whenThePeerVanishesAmidACompressedMessageThenNothingIsLeft() throws Exception {
		for (String path : new String[] { "/echo", "/takeover" }) {
			try (CompressingClient client = CompressingClient.open(server, path, "")) {
				assertEcho(client, 1000, true);
				client.raw().frame(0x41, client.compress(payload(1000, true)));
				client.raw().reset();
			}
		}
	}

	@Test
	void whenThePeerIsToldToGoThenTheCloseIsNotCompressed() throws Exception {
		try (RawClient client = this.scripts.open(server,
				(connection) -> connection.close(new CloseStatus(4000, "r".repeat(120))),
				CompressingClient.offer(""))) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(4000);
			assertThat(close.closeReason()).isEqualTo("r".repeat(120));
		}
	}

	@WebsocketController({ "/echo", "/takeover", "/plain" })
	static class EchoController {

		void serve(WebsocketConnection connection) {
			for (WebSocketMessage<?> message : connection.messages()) {
				connection.send(message);
			}
		}

	}

}
