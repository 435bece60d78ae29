package io.github.websocketcontroller.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
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

	private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";

	private static final byte[] TAIL = { 0, 0, -1, -1 };

	private static final int LARGEST = 1024 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, EchoController.class)
		.properties("websocket-controller.max-message-size=" + LARGEST + "B",
				"websocket-controller.compression.enabled=true", "websocket-controller.compression.threshold=100B",
				"websocket-controller.paths[/takeover].compression.context-takeover=true",
				"websocket-controller.paths[/plain].compression.enabled=false");

	private final Scripts scripts = server.bean(Scripts.class);

	private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

	private final Inflater inflater = new Inflater(true);

	private final Random random = new Random(4711);

	private static String answer(RawClient client) {
		return client.response()
			.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-extensions"))
			.map((line) -> line.substring(line.indexOf(':') + 1).strip())
			.findFirst()
			.orElse("none");
	}

	private byte[] deflate(byte[] payload, boolean forget) {
		if (payload.length == 0) {
			return new byte[] { 0 };
		}
		this.deflater.setInput(payload);
		byte[] compressed = new byte[payload.length + payload.length / 100 + 100];
		int count = this.deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
		if (forget) {
			this.deflater.reset();
		}
		return Arrays.copyOf(compressed, count - TAIL.length);
	}

	private byte[] inflate(byte[] compressed, boolean forget) throws DataFormatException {
		byte[] input = Arrays.copyOf(compressed, compressed.length + TAIL.length);
		System.arraycopy(TAIL, 0, input, compressed.length, TAIL.length);
		this.inflater.setInput(input);
		ByteArrayOutputStream expanded = new ByteArrayOutputStream();
		byte[] chunk = new byte[8192];
		for (int count = this.inflater.inflate(chunk); count > 0; count = this.inflater.inflate(chunk)) {
			expanded.write(chunk, 0, count);
		}
		if (forget) {
			this.inflater.reset();
		}
		return expanded.toByteArray();
	}

	/**
	 * Reads a message and expands it if it is compressed.
	 */
	private byte[] read(RawClient client, int opcode, boolean compressed, boolean forget)
			throws IOException, DataFormatException {
		ByteArrayOutputStream payload = new ByteArrayOutputStream();
		RawClient.Frame frame = client.read();
		assertThat(frame.firstByte() & 0x7F).isEqualTo(opcode | (compressed ? 0x40 : 0));
		payload.writeBytes(frame.payload());
		while ((frame.firstByte() & 0x80) == 0) {
			frame = client.read();
			assertThat(frame.firstByte() & 0x7F).isZero();
			payload.writeBytes(frame.payload());
		}
		return compressed ? inflate(payload.toByteArray(), forget) : payload.toByteArray();
	}

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

	@ParameterizedTest
	@CsvSource({ "/echo, ''", "/echo, ; server_no_context_takeover; client_no_context_takeover",
			"/echo, ; client_max_window_bits", "/echo, ; server_max_window_bits=10", "/takeover, ''",
			"/takeover, ; server_no_context_takeover", "/takeover, ; client_no_context_takeover",
			"/takeover, ; server_no_context_takeover; client_no_context_takeover",
			"/takeover, ; server_max_window_bits=8; client_max_window_bits=15",
			"/takeover, ; server_no_context_takeover; server_max_window_bits=9" })
	void whenMessagesAreCompressedThenTheyComeBackTheSame(String path, String parameters) throws Exception {
		try (RawClient client = server.open(path, OFFER + parameters)) {
			String answer = answer(client);
			assertThat(answer).startsWith("permessage-deflate");
			boolean forgets = answer.contains("client_no_context_takeover");
			boolean forgotten = answer.contains("server_no_context_takeover");
			assertThat(forgets).isEqualTo(path.equals("/echo") || parameters.contains("client_no"));
			assertThat(forgotten).isEqualTo(path.equals("/echo") || parameters.contains("server_no"));
			for (int length : new int[] { 0, 1, 99, 100, 2040, 8192, 65_535, LARGEST, 100 }) {
				for (boolean text : new boolean[] { true, false }) {
					byte[] payload = payload(length, text);
					int opcode = text ? 0x1 : 0x2;
					CompletableFuture<RawClient> sent = send(client, 0xC0 | opcode, deflate(payload, forgets));
					assertThat(read(client, opcode, length >= 100, forgotten)).isEqualTo(payload);
					sent.get(20, TimeUnit.SECONDS);
				}
			}
			client.text("not compressed").close(1000);
			assertThat(client.read().text()).isEqualTo("not compressed");
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	private static CompletableFuture<RawClient> send(RawClient client, int first, byte[] payload) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return client.frame(first, payload);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	@Test
	void whenNothingIsOfferedOrEnabledThenNothingIsCompressed() throws Exception {
		for (String[] headers : new String[][] { {}, { OFFER + "; server_max_window_bits=20" },
				{ "Sec-WebSocket-Extensions: foo" } }) {
			try (RawClient client = server.open("/echo", headers)) {
				assertThat(answer(client)).isEqualTo("none");
				client.text("a".repeat(200));
				assertThat(client.read().text()).isEqualTo("a".repeat(200));
				client.frame(0xC1, deflate(new byte[] { 'a' }, true));
				assertThat(client.read().closeCode()).isEqualTo(1002);
			}
		}
		try (RawClient client = server.open("/plain", OFFER)) {
			assertThat(answer(client)).isEqualTo("none");
		}
	}

	@Test
	void whenABombArrivesThenItEndsWith1009() throws Exception {
		byte[] bomb = deflate(new byte[200 * LARGEST], true);
		assertThat(bomb.length).isLessThan(LARGEST);
		try (RawClient client = server.open("/echo", OFFER)) {
			CompletableFuture<RawClient> sent = send(client, 0xC2, bomb);
			assertThat(client.read().closeCode()).isEqualTo(1009);
			sent.handle((all, failure) -> true).get(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenWhatArrivesIsNotCompressedThenItEndsWith1007() throws Exception {
		try (RawClient client = server.open("/takeover", OFFER)) {
			client.frame(0xC2, new byte[] { -1, -1, -1 });
			assertThat(client.read().closeCode()).isEqualTo(1007);
		}
	}

	@Test
	void whenAMessageIsStreamedThenItIsCompressedBothWays() throws Exception {
		byte[] payload = payload(300_000, true);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			while (true) {
				try (InputStream input = connection.receiveStream(); OutputStream output = connection.sendStream()) {
					input.transferTo(output);
				}
			}
		}, OFFER)) {
			for (int i = 0; i < 2; i++) {
				CompletableFuture<RawClient> sent = send(client, 0xC2, deflate(payload, true));
				assertThat(read(client, 0x2, true, true)).isEqualTo(payload);
				sent.get(20, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void whenTheApplicationSwitchesThenMessagesAreCompressedOrNot() throws Exception {
		String text = "a".repeat(200);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			assertThat(connection.getExtensions()).hasSize(1);
			assertThat(connection.getExtensions().get(0).getName()).isEqualTo("permessage-deflate");
			connection.setCompression(false);
			connection.sendText(text);
			connection.setCompression(true);
			connection.sendText(text);
			connection.offerText(text);
		}, OFFER)) {
			assertThat(read(client, 0x1, false, true)).asString().isEqualTo(text);
			assertThat(read(client, 0x1, true, true)).asString().isEqualTo(text);
			assertThat(read(client, 0x1, true, true)).asString().isEqualTo(text);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenAMessageIsPreparedThenEachPeerGetsItAsItAgreed() throws Exception {
		PreparedMessage text = PreparedMessage.text("\u20ac".repeat(500));
		PreparedMessage binary = PreparedMessage.binary(payload(50_000, false));
		for (String offer : new String[] { OFFER, OFFER + "; server_max_window_bits=8", "X: none" }) {
			boolean compressed = offer.startsWith(OFFER);
			try (RawClient client = this.scripts.open(server, (connection) -> {
				connection.send(text);
				connection.offer(binary);
				connection.offer(text, "key");
				connection.send(binary);
			}, offer)) {
				for (int i = 0; i < 2; i++) {
					assertThat(read(client, 0x1, compressed, true)).asString().isEqualTo("\u20ac".repeat(500));
					byte[] expected = new byte[50_000];
					binary.getPayload().get(expected);
					assertThat(read(client, 0x2, compressed, true)).isEqualTo(expected);
				}
				assertThat(client.read().closeCode()).isEqualTo(1000);
			}
		}
	}

	@Test
	void whenThePeerVanishesAmidACompressedMessageThenNothingIsLeft() throws Exception {
		for (String path : new String[] { "/echo", "/takeover" }) {
			try (RawClient client = server.open(path, OFFER)) {
				client.frame(0xC1, deflate(payload(1000, true), true));
				client.frame(0x41, deflate(payload(1000, true), true));
				assertThat(read(client, 0x1, true, true)).hasSize(1000);
				client.reset();
			}
		}
	}

	@Test
	void whenThePeerIsToldToGoThenTheCloseIsNotCompressed() throws Exception {
		try (RawClient client = this.scripts.open(server,
				(connection) -> connection.close(new CloseStatus(4000, "r".repeat(120))), OFFER)) {
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
