package io.github.websocketcontroller.connection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The contract of {@link WebsocketConnection}, sentence by sentence.
 */
@OnEveryTransport
class ConnectionTests {

	private static final Duration A_MOMENT = Duration.ofMillis(20);

	private static final Duration LONG = Duration.ofSeconds(20);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.close-timeout=2s", "websocket-controller.write-timeout=2s",
				"websocket-controller.subprotocols=chat.v2,chat.v1");

	private final Scripts scripts = server.bean(Scripts.class);

	/**
	 * Completes when the script has; carries what it has thrown.
	 */
	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private RawClient open(Scripts.Script script, String... headers) throws Exception {
		return server.open(this.scripts.path((connection) -> run(connection, script)), headers);
	}

	private void run(WebsocketConnection connection, Scripts.Script script) throws Exception {
		try {
			script.run(connection);
			this.ended.complete(null);
		}
		catch (Throwable ex) {
			this.ended.completeExceptionally(ex);
			throw ex;
		}
	}

	private void assertEnded(RawClient client) throws Exception {
		this.ended.get(20, TimeUnit.SECONDS);
		assertThat(client.read().closeCode()).isEqualTo(1000);
		client.close(1000);
		assertThat(client.isAtEnd()).isTrue();
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Test
	void whenMessagesOfBothKindsComeThenReceiveReturnsThem() throws Exception {
		try (RawClient client = open((connection) -> {
			assertThat(connection.receive()).isEqualTo(new TextMessage("h\u00e9llo"));
			assertThat(connection.receive(LONG)).isEqualTo(new BinaryMessage(new byte[] { 1, 2 }));
			assertThat(connection.receiveText()).isEmpty();
			assertThat(connection.receiveText(LONG)).isEqualTo("text");
			assertThat(connection.receiveBinary()).isEmpty();
			assertThat(connection.receiveBinary(LONG)).containsExactly(3);
			assertThat(connection.receiveJson(Point.class)).isEqualTo(new Point(1, 2));
			assertThat(connection.receiveJson(Point.class, LONG)).isEqualTo(new Point(3, 4));
		})) {
			client.text("h\u00e9llo").frame(0x82, new byte[] { 1, 2 }).text("").text("text");
			client.frame(0x82, new byte[0]).frame(0x82, new byte[] { 3 });
			client.text("{\"x\":1,\"y\":2}").frame(0x82, utf8("{\"x\":3,\"y\":4}"));
			assertEnded(client);
		}
	}

	@Test
	void whenTheTimeIsUpThenReceiveReturnsNullAndTheConnectionStaysUsable() throws Exception {
		try (RawClient client = open((connection) -> {
			for (int i = 0; i < 3; i++) {
				assertThat(connection.receive(A_MOMENT)).isNull();
				assertThat(connection.receiveText(Duration.ZERO)).isNull();
				assertThat(connection.receiveBinary(A_MOMENT)).isNull();
				assertThat(connection.receiveJson(Point.class, A_MOMENT)).isNull();
				connection.sendText("ready");
				assertThat(connection.receiveText()).isEqualTo("untimed");
				assertThat(connection.receiveText(LONG)).isEqualTo("timed");
			}
		})) {
			for (int i = 0; i < 3; i++) {
				assertThat(client.read().text()).isEqualTo("ready");
				client.text("untimed").text("timed");
			}
			assertEnded(client);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 5, 7, 500, 3000 })
	void whenOnlyAPartHasArrivedInTimeThenTheNextReceiveGetsTheWhole(int part) throws Exception {
		String text = "0123456789".repeat(400);
		byte[] frame = RawClient.bytes(0x81, utf8(text));
		try (RawClient client = open((connection) -> {
			connection.sendText("send a part");
			assertThat(connection.receive(A_MOMENT)).isNull();
			assertThat(connection.receive(A_MOMENT)).isNull();
			connection.sendText("send the rest");
			assertThat(connection.receiveText()).isEqualTo(text);
		})) {
			assertThat(client.read().text()).isEqualTo("send a part");
			client.send(Arrays.copyOf(frame, part));
			assertThat(client.read().text()).isEqualTo("send the rest");
			client.send(Arrays.copyOfRange(frame, part, frame.length));
			assertEnded(client);
		}
	}

	@Test
	void whenTheTimeoutIsForeverThenReceiveWaits() throws Exception {
		try (RawClient client = open((connection) -> {
			assertThat(connection.receiveText(ChronoUnit.FOREVER.getDuration())).isEqualTo("a");
			assertThatIllegalArgumentException().isThrownBy(() -> connection.receive(Duration.ofMillis(-1)));
		})) {
			client.text("a");
			assertEnded(client);
		}
	}

	@Test
	void whenAMessageIsOfTheWrongKindThenItIsGoneAndTheConnectionStaysUsable() throws Exception {
		try (RawClient client = open((connection) -> {
			assertInvalid(connection, connection::receiveText, 1003);
			assertInvalid(connection, () -> connection.receiveText(LONG), 1003);
			assertInvalid(connection, connection::receiveBinary, 1003);
			assertInvalid(connection, () -> connection.receiveBinary(LONG), 1003);
			for (int i = 0; i < 5; i++) {
				assertInvalid(connection, () -> connection.receiveJson(Point.class), 1007);
			}
			assertThat(connection.isOpen()).isTrue();
			assertThat(connection.receiveText()).isEqualTo("fine");
		})) {
			client.frame(0x82, new byte[5000]).frame(0x82, new byte[1]).text("x").text("x".repeat(5000));
			client.text("{").text("[1]").text("null").text("").frame(0x82, new byte[] { (byte) 0xFF });
			client.text("fine");
			assertEnded(client);
		}
	}

	private static void assertInvalid(WebsocketConnection connection, Runnable receive, int code) {
		assertThatExceptionOfType(InvalidMessageException.class).isThrownBy(receive::run).satisfies((ex) -> {
			assertThat(ex.getConnection()).isSameAs(connection);
			assertThat(ex.getCloseStatus().getCode()).isEqualTo(code);
		});
	}

	@Test
	void whenTheConnectionEndsThenSoDoesTheLoopOverItsMessages() throws Exception {
		List<Object> received = new ArrayList<>();
		CompletableFuture<@Nullable CloseStatus> status = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			received.add(connection.messages().iterator().next());
			received.add(connection.messages(String.class).iterator().next());
			received.add(connection.messages(byte[].class).iterator().next());
			received.add(connection.messages(Point.class).iterator().next());
			for (WebSocketMessage<?> message : connection.messages()) {
				received.add(message.getPayload());
			}
			assertThat(connection.messages(String.class)).isEmpty();
			assertThat(connection.messages()).isEmpty();
			status.complete(connection.getCloseStatus());
		})) {
			client.text("1")
				.text("2")
				.frame(0x82, new byte[] { 3 })
				.text("{\"x\":4,\"y\":0}")
				.text("5")
				.text("6")
				.close(3001);
			assertThat(client.read().closeCode()).isEqualTo(3001);
			this.ended.get(20, TimeUnit.SECONDS);
		}
		assertThat(received).containsExactly(new TextMessage("1"), "2", new byte[] { 3 }, new Point(4, 0), "5", "6");
		assertThat(status.join()).isEqualTo(new CloseStatus(3001));
	}

	@Test
	void whenAMessageIsNotOfTheTypeThenItThrowsOutOfTheLoop() throws Exception {
		try (RawClient client = open((connection) -> {
			assertInvalid(connection, () -> connection.messages(byte[].class).forEach((bytes) -> {
			}), 1003);
			assertInvalid(connection, () -> connection.messages(Point.class).forEach((point) -> {
			}), 1007);
			assertThat(connection.messages(String.class).iterator().next()).isEqualTo("fine");
		})) {
			client.text("x").text("x").text("fine");
			assertEnded(client);
		}
	}

	@Test
	void whenMessagesOfAllKindsAreSentThenThePeerGetsThemAsFrames() throws Exception {
		byte[] large = new byte[70_000];
		Arrays.fill(large, (byte) 7);
		ByteBuffer buffer = ByteBuffer.wrap(new byte[] { 0, 1, 2, 3 }, 1, 2);
		Map<String, Object> endless = new HashMap<>();
		endless.put("self", endless);
		try (RawClient client = open((connection) -> {
			connection.send(new TextMessage("h\u00e9"));
			connection.send(new BinaryMessage(buffer));
			connection.send(new PingMessage(ByteBuffer.wrap(utf8("ping"))));
			connection.send(new PongMessage(ByteBuffer.wrap(utf8("pong"))));
			connection.sendText("");
			connection.sendBinary(large);
			connection.sendBinary(buffer.duplicate().asReadOnlyBuffer());
			connection.sendBinary(ByteBuffer.allocateDirect(5000));
			connection.sendJson(new Point(1, 2));
			connection.sendJson(List.of("a"));
			connection.ping();
			connection.pong(new byte[125]);
			assertThatIllegalArgumentException().isThrownBy(() -> connection.send(new TextMessage("a", false)));
			assertThatIllegalArgumentException().isThrownBy(() -> connection.ping(new byte[126]));
			assertThatIllegalArgumentException().isThrownBy(() -> connection.pong(new byte[126]));
			assertThatExceptionOfType(WebsocketException.class).isThrownBy(() -> connection.sendJson(endless));
		})) {
			assertFrame(client, 0x81, utf8("h\u00e9"));
			assertFrame(client, 0x82, new byte[] { 1, 2 });
			assertFrame(client, 0x89, utf8("ping"));
			assertFrame(client, 0x8A, utf8("pong"));
			assertFrame(client, 0x81, new byte[0]);
			assertFrame(client, 0x82, large);
			assertFrame(client, 0x82, new byte[] { 1, 2 });
			assertFrame(client, 0x82, new byte[5000]);
			assertFrame(client, 0x81, utf8("{\"x\":1,\"y\":2}"));
			assertFrame(client, 0x81, utf8("[\"a\"]"));
			assertFrame(client, 0x89, new byte[0]);
			assertFrame(client, 0x8A, new byte[125]);
			assertEnded(client);
		}
		assertThat(buffer.position()).isEqualTo(1);
		assertThat(buffer.limit()).isEqualTo(3);
	}

	private static void assertFrame(RawClient client, int firstByte, byte[] payload) throws Exception {
		RawClient.Frame frame = client.read();
		assertThat(frame.firstByte()).isEqualTo(firstByte);
		assertThat(frame.payload()).isEqualTo(payload);
	}

	@Test
	void whenTwoThreadsReceiveThenTheSecondIsToldOfBoth() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			Thread.currentThread().setName("first-thread");
			opened.complete(connection);
			assertThat(connection.receiveText()).isEqualTo("for the first");
		})) {
			WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
			// Who answers a ping receives.
			client.frame(0x89, utf8("there"));
			assertFrame(client, 0x8A, utf8("there"));
			assertThatIllegalStateException().isThrownBy(() -> connection.receive(A_MOMENT))
				.withMessageContaining("first-thread")
				.withMessageContaining(Thread.currentThread().getName());
			client.text("for the first");
			assertEnded(client);
		}
	}

	@Test
	void whenManyThreadsSendThenTheirMessagesAreNotMixed() throws Exception {
		int threads = 8;
		int messages = 200;
		try (RawClient client = open((connection) -> {
			List<Thread> senders = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				byte value = (byte) i;
				senders.add(new Thread(() -> sendMany(connection, value, messages)));
			}
			senders.forEach(Thread::start);
			for (Thread sender : senders) {
				sender.join();
			}
		})) {
			Map<Byte, Integer> counts = new HashMap<>();
			for (int i = 0; i < threads * messages; i++) {
				RawClient.Frame frame = client.read();
				byte[] payload = frame.payload();
				assertThat(frame.firstByte()).isIn(0x82, 0x89);
				int next = counts.merge(payload[0], 1, Integer::sum) - 1;
				assertThat(payload).hasSize(sizeOf(payload[0], next)).containsOnly(payload[0]);
			}
			assertThat(counts).hasSize(threads);
			assertEnded(client);
		}
	}

	private static void sendMany(WebsocketConnection connection, byte value, int messages) {
		for (int i = 0; i < messages; i++) {
			byte[] payload = new byte[sizeOf(value, i)];
			Arrays.fill(payload, value);
			if (value == 0) {
				connection.ping(payload);
			}
			else {
				connection.sendBinary(payload);
			}
		}
	}

	private static int sizeOf(byte value, int number) {
		return (value == 0) ? 1 + number % 125 : 1 + (number * 997) % 5000;
	}

	@ParameterizedTest
	@ValueSource(ints = { 1004, 1005, 1006, 1015, 1016, 2999 })
	void whenTheStatusMustNotBeSentThenCloseIsRefused(int code) throws Exception {
		try (RawClient client = open((connection) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> connection.close(new CloseStatus(code)));
			assertThat(connection.isOpen()).isTrue();
		})) {
			assertEnded(client);
		}
	}

	@Test
	void whenTheReasonIsTooLongThenItIsCutAfterACharacter() throws Exception {
		try (RawClient client = open((connection) -> connection.close(new CloseStatus(4000, "\u00e9".repeat(100))))) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(4000);
			assertThat(close.closeReason()).isEqualTo("\u00e9".repeat(61));
			client.close(4000);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void whenAConnectionIsOpenThenItKnowsWhereItCameFrom() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		CompletableFuture<WebsocketConnection> other = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			opened.complete(connection);
			connection.receive();
		}, "Sec-WebSocket-Protocol: chat.v3, chat.v1", "X-Test: yes"); RawClient second = open((connection) -> {
			other.complete(connection);
			connection.receive();
		})) {
			WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
			assertThat(connection.getId()).isNotEmpty().isNotEqualTo(other.get(20, TimeUnit.SECONDS).getId());
			assertThat(connection.getSubprotocol()).isEqualTo("chat.v1");
			assertThat(other.join().getSubprotocol()).isNull();
			assertThat(connection.getRequest().getHeaders().getFirst("X-Test")).isEqualTo("yes");
			assertThat(connection.getRequest().getUri()).hasToString(server.uri("/script").replaceFirst("^ws", "http")
					+ "?" + connection.getRequest().getUri().getQuery());
			assertThat(connection.getLocalAddress().getPort()).isEqualTo(server.port());
			assertThat(connection.getRemoteAddress().getPort()).isEqualTo(client.localPort());
			assertThat(
					connection.getRemoteAddress().isUnresolved() || connection.getRemoteAddress().getAddress() != null)
				.isTrue();
			connection.getAttributes().put("key", "value");
			assertThat(connection.getAttributes()).containsEntry("key", "value");
			assertThat(other.join().getAttributes()).isEmpty();
			assertThat(connection.isOpen()).isTrue();
			assertThat(connection.getCloseStatus()).isNull();
			assertThat(connection.closed()).isNotDone();
			client.close(1000).read();
			second.close(1000).read();
		}
	}

	@Test
	void whenTheSocketIsGoneThenClosedCompletesForEverybody() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			opened.complete(connection);
			connection.messages().forEach(connection::send);
		})) {
			WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
			connection.closed().complete(CloseStatus.SERVER_ERROR);
			CompletableFuture<CloseStatus> mine = connection.closed();
			assertThat(connection.closed()).isNotDone();
			connection.close(CloseStatus.GOING_AWAY);
			assertThat(connection.isOpen()).isFalse();
			assertThat(connection.getCloseStatus()).isEqualTo(CloseStatus.GOING_AWAY);
			assertThat(client.read().closeCode()).isEqualTo(1001);
			assertThat(mine).isNotDone();
			client.close(1001);
			assertThat(mine.get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.GOING_AWAY);
			assertThat(connection.closed().get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.GOING_AWAY);
		}
	}

	@Test
	void whenIncomingIsIgnoredThenNobodyMayReceive() throws Exception {
		try (RawClient client = open((connection) -> {
			connection.ignoreIncoming();
			connection.ignoreIncoming();
			assertThatIllegalStateException().isThrownBy(connection::receive).withMessageContaining("ignoreIncoming");
			assertThatIllegalStateException().isThrownBy(() -> connection.receive(A_MOMENT));
			connection.sendText("sent");
		})) {
			client.text("ignored");
			assertThat(client.read().text()).isEqualTo("sent");
			assertEnded(client);
		}
	}

	@Test
	void whenAThreadIsInterruptedThenItIsToldSoAndTheConnectionStaysUsable() throws Exception {
		try (RawClient client = open((connection) -> {
			assertInterrupted(connection::receive);
			assertInterrupted(() -> connection.receive(LONG));
			assertInterrupted(() -> connection.sendText("a"));
			assertInterrupted(() -> connection.ping());
			assertThat(connection.isOpen()).isTrue();
			assertThat(connection.receiveText()).isEqualTo("before");
			Thread.currentThread().interrupt();
			connection.close();
			assertThat(Thread.interrupted()).isTrue();
		})) {
			client.text("before");
			assertEnded(client);
		}
	}

	private static void assertInterrupted(Runnable call) {
		Thread.currentThread().interrupt();
		try {
			assertThatExceptionOfType(WebsocketException.class).isThrownBy(call::run)
				.isExactlyInstanceOf(WebsocketException.class)
				.withMessageContaining("interrupted");
		}
		finally {
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void whenServeReturnsInterruptedThenTheConnectionIsClosedAllTheSame() throws Exception {
		try (RawClient client = open((connection) -> Thread.currentThread().interrupt())) {
			assertEnded(client);
		}
	}

	@Test
	void whenTheServingThreadIsInterruptedAfterServeThenTheConnectionJustEnds() throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		try (RawClient client = open((connection) -> thread.complete(Thread.currentThread()))) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			thread.get(20, TimeUnit.SECONDS).interrupt();
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
	}

	@Test
	void whenPingsComeBetweenFragmentsThenTheyAreAnsweredAndTheMessageIsWhole() throws Exception {
		try (RawClient client = open((connection) -> {
			assertThat(connection.receiveText()).isEqualTo("h\u00e9llo");
			assertThat(connection.receiveBinary()).hasSize(6000);
		})) {
			byte[] text = utf8("h\u00e9llo");
			client.frame(0x01, Arrays.copyOf(text, 2)).frame(0x89, utf8("1"));
			assertFrame(client, 0x8A, utf8("1"));
			client.frame(0x00, Arrays.copyOfRange(text, 2, 4)).frame(0x8A, utf8("unasked")).frame(0x89, utf8("2"));
			assertFrame(client, 0x8A, utf8("2"));
			client.frame(0x80, Arrays.copyOfRange(text, 4, text.length));
			client.frame(0x02, new byte[3000]).frame(0x89, utf8("3"));
			assertFrame(client, 0x8A, utf8("3"));
			client.frame(0x00, new byte[0]).frame(0x80, new byte[3000]);
			assertEnded(client);
		}
	}

	@Test
	void whenThePeerHasClosedThenEverythingSaysSo() throws Exception {
		try (RawClient client = open((connection) -> {
			assertClosed(connection, connection::receive);
			assertClosed(connection, () -> connection.receive(LONG));
			assertClosed(connection, connection::receiveText);
			assertClosed(connection, () -> connection.sendText("a"));
			assertClosed(connection, () -> connection.sendBinary(new byte[1]));
			assertClosed(connection, () -> connection.sendBinary(ByteBuffer.allocate(1)));
			assertClosed(connection, () -> connection.sendJson(List.of()));
			assertClosed(connection, () -> connection.ping());
			assertClosed(connection, () -> connection.pong());
			connection.close(CloseStatus.SERVER_ERROR);
			assertThat(connection.isOpen()).isFalse();
			assertThat(connection.closed().get(20, TimeUnit.SECONDS)).isEqualTo(new CloseStatus(3000, "bye"));
		})) {
			client.frame(0x88, new byte[] { 0x0B, (byte) 0xB8, 'b', 'y', 'e' });
			assertThat(client.read().closeCode()).isEqualTo(3000);
			assertThat(client.isAtEnd()).isTrue();
			this.ended.get(20, TimeUnit.SECONDS);
		}
	}

	private static void assertClosed(WebsocketConnection connection, Runnable call) {
		assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(call::run).satisfies((ex) -> {
			assertThat(ex.getConnection()).isSameAs(connection);
			assertThat(ex.getCloseStatus()).isEqualTo(connection.getCloseStatus());
		});
		assertThat(connection.getCloseStatus()).isEqualTo(new CloseStatus(3000, "bye"));
	}

	@Test
	void whenThePeerClosesWhileServeIsBusyThenServeMaySendUntilItReads() throws Exception {
		CompletableFuture<Void> closed = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			closed.get(20, TimeUnit.SECONDS);
			connection.sendText("still here");
			assertThat(connection.isOpen()).isTrue();
			assertThat(connection.receiveText()).isEqualTo("last words");
			assertThat(connection.messages()).isEmpty();
			assertThat(connection.getCloseStatus()).isEqualTo(CloseStatus.GOING_AWAY);
		})) {
			client.text("last words").close(1001);
			closed.complete(null);
			assertThat(client.read().text()).isEqualTo("still here");
			assertThat(client.read().closeCode()).isEqualTo(1001);
			assertThat(client.isAtEnd()).isTrue();
			this.ended.get(20, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenClosingAndThePeerIsSilentThenATimedReceiveStillReturnsInTime() throws Exception {
		CompletableFuture<Boolean> returned = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			connection.close();
			for (int i = 0; i < 10; i++) {
				assertThat(connection.receive(A_MOMENT)).isNull();
			}
			returned.complete(!connection.closed().isDone());
			assertThat(connection.messages()).isEmpty();
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			assertThat(returned.get(20, TimeUnit.SECONDS)).isTrue();
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
			this.ended.get(20, TimeUnit.SECONDS);
		}
	}

	record Point(int x, int y) {
	}

}
