package io.github.websocketcontroller.connection;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.ForeignClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What goes to and fro between a connection and clients that others wrote.
 */
class MessagesOfForeignClientsTests {

	private static final String LONG_TEXT = "h\u00e9llo \u20ac \ud83d\ude00 ".repeat(20_000);

	/** How many messages of 16 KB no system has room for. */
	private static final int FLOOD = 2000;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, FloodController.class)
		.properties("websocket-controller.outbox.capacity=128KB",
				"websocket-controller.paths[/flood/drop-oldest].outbox.overflow=drop-oldest",
				"websocket-controller.paths[/flood/drop-newest].outbox.overflow=drop-newest",
				"websocket-controller.paths[/flood/conflate].outbox.overflow=conflate",
				"websocket-controller.paths[/flood/block].outbox.overflow=block");

	private final Scripts scripts = server.bean(Scripts.class);

	private static ForeignClient open(ForeignClient.Kind kind, String path) throws Exception {
		return kind.open(URI.create(server.uri(path)));
	}

	private ForeignClient open(ForeignClient.Kind kind, Scripts.Script script) throws Exception {
		return open(kind, this.scripts.path(script));
	}

	private static void assertEnd(ForeignClient client, int code) throws Exception {
		assertThat(client.nextUntilClosed()).isNull();
		assertThat(client.closed().getCode()).isEqualTo(code);
	}

	@ParameterizedTest
	@EnumSource
	void whenMessagesAreLongerThanAllowedThenTheyPassAsStreams(ForeignClient.Kind kind) throws Exception {
		byte[] bytes = new byte[300_000];
		new Random(4711).nextBytes(bytes);
		try (ForeignClient client = open(kind, (connection) -> {
			try (Reader reader = connection.receiveReader(); Writer writer = connection.sendWriter()) {
				reader.transferTo(writer);
			}
			try (InputStream input = connection.receiveStream(); OutputStream output = connection.sendStream()) {
				input.transferTo(output);
			}
		})) {
			client.sendText(LONG_TEXT);
			assertThat(client.next()).isEqualTo(new TextMessage(LONG_TEXT));
			client.sendBinary(bytes);
			assertThat(client.next()).isEqualTo(new BinaryMessage(bytes));
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenSomethingIsLeftUnreadThenItIsSkipped(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, (connection) -> {
			connection.sendText(String.valueOf((char) connection.receiveReader().read()));
			connection.sendText(connection.receiveText());
		})) {
			client.sendText(LONG_TEXT);
			client.sendText("next");
			assertThat(client.next()).isEqualTo(new TextMessage("h"));
			assertThat(client.next()).isEqualTo(new TextMessage("next"));
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAWriterIsLeftOpenThenThatIsSaid(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, (connection) -> {
			Writer writer = connection.sendWriter();
			writer.write("whole");
			assertThatIllegalStateException().isThrownBy(() -> connection.sendText("amid"))
				.withMessageContaining("close");
			writer.close();
			connection.sendText("after");
		})) {
			assertThat(client.next()).isEqualTo(new TextMessage("whole"));
			assertThat(client.next()).isEqualTo(new TextMessage("after"));
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenMessagesAreSentAndOfferedThenTheyKeepTheirOrder(ForeignClient.Kind kind) throws Exception {
		int messages = 600;
		try (ForeignClient client = open(kind, (connection) -> {
			connection.receive();
			for (int i = 0; i < messages; i += 4) {
				connection.sendText("" + i);
				assertThat(connection.offerText("" + (i + 1))).isTrue();
				assertThat(connection.offer(PreparedMessage.text("" + (i + 2)))).isTrue();
				connection.send(PreparedMessage.text("" + (i + 3)));
			}
		})) {
			client.sendText("go");
			for (int i = 0; i < messages; i++) {
				assertThat(client.next()).isEqualTo(new TextMessage("" + i));
			}
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAPreparedMessageGoesToManyThenAllGetIt(ForeignClient.Kind kind) throws Exception {
		byte[] bytes = LONG_TEXT.getBytes(StandardCharsets.UTF_8);
		PreparedMessage text = PreparedMessage.text(LONG_TEXT);
		PreparedMessage binary = PreparedMessage.binary(bytes);
		for (int i = 0; i < 3; i++) {
			try (ForeignClient client = open(kind, (connection) -> {
				connection.send(text);
				connection.send(binary);
			})) {
				assertThat(client.next()).isEqualTo(new TextMessage(LONG_TEXT));
				assertThat(client.next()).isEqualTo(new BinaryMessage(bytes));
				assertEnd(client, 1000);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenMessagesAreBatchedThenTheyLeaveWithAFlushOrBeforeServeWaits(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, (connection) -> {
			connection.setAutoFlush(false);
			for (int i = 0; i < 3; i++) {
				connection.sendText("flushed " + i);
			}
			connection.flush();
			connection.receive();
			for (int i = 0; i < 3; i++) {
				connection.sendText("waiting " + i);
			}
			connection.receive();
		})) {
			for (String what : new String[] { "flushed ", "waiting " }) {
				for (int i = 0; i < 3; i++) {
					assertThat(client.next()).isEqualTo(new TextMessage(what + i));
				}
				client.sendText("next");
			}
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenReceivingTimesOutThenTheConnectionStaysUsable(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, (connection) -> {
			assertThat(connection.receive(Duration.ofMillis(50))).isNull();
			assertThat(connection.receiveStream(Duration.ofMillis(50))).isNull();
			connection.sendText("nothing came");
			connection.sendText(connection.receiveText());
		})) {
			assertThat(client.next()).isEqualTo(new TextMessage("nothing came"));
			client.sendText("something");
			assertThat(client.next()).isEqualTo(new TextMessage("something"));
			assertEnd(client, 1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenThePeerIsTooSlowThenItIsClosed(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/flood/close")) {
			List<Integer> received = flood(client);
			// Tomcat's client takes 1013 for a violation.
			assertThat(client.closed().getCode()).isEqualTo((kind == ForeignClient.Kind.SPRING) ? 1002 : 1013);
			assertThat(client.closed().getReason()).isEqualTo("Too slow");
			assertThat(received).isEqualTo(IntStream.range(0, received.size()).boxed().toList()).hasSizeLessThan(FLOOD);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenThePeerIsTooSlowThenTheOldestAreDropped(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/flood/drop-oldest")) {
			assertThat(flood(client)).isSorted().hasSizeLessThan(FLOOD).endsWith(FLOOD - 2, FLOOD - 1);
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenThePeerIsTooSlowThenTheNewestAreDropped(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/flood/drop-newest")) {
			assertThat(flood(client)).isSorted().hasSizeLessThan(FLOOD).startsWith(0, 1);
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenMessagesAreConflatedThenThePeerGetsTheNewestOfEachKey(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/flood/conflate")) {
			assertThat(flood(client)).hasSizeLessThan(FLOOD).contains(FLOOD - 4, FLOOD - 3, FLOOD - 2, FLOOD - 1);
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenOffersWaitThenNothingIsDropped(ForeignClient.Kind kind) throws Exception {
		try (ForeignClient client = open(kind, "/flood/block")) {
			client.sendText("while I read");
			assertThat(rest(client, new ArrayList<>())).isEqualTo(IntStream.range(0, FLOOD).boxed().toList());
			assertThat(client.closed().getCode()).isEqualTo(1000);
		}
	}

	private static List<Integer> flood(ForeignClient client) throws Exception {
		client.sendText("before I read");
		FloodController controller = server.bean(FloodController.class);
		controller.offered.get(30, TimeUnit.SECONDS);
		controller.offered = new CompletableFuture<>();
		return rest(client, new ArrayList<>());
	}

	private static List<Integer> rest(ForeignClient client, List<Integer> numbers) throws Exception {
		WebSocketMessage<?> message = client.nextUntilClosed();
		while (message instanceof TextMessage text) {
			numbers.add(Integer.valueOf(text.getPayload().strip()));
			message = client.nextUntilClosed();
		}
		return numbers;
	}

	@WebsocketController({ "/flood/close", "/flood/drop-oldest", "/flood/drop-newest", "/flood/conflate",
			"/flood/block" })
	static class FloodController {

		private volatile CompletableFuture<Void> offered = new CompletableFuture<>();

		void serve(WebsocketConnection connection) {
			boolean wait = connection.receiveText().startsWith("before");
			for (int i = 0; i < FLOOD; i++) {
				byte[] number = String.format(Locale.ROOT, "%-16384d", i).getBytes(StandardCharsets.UTF_8);
				connection.offer(new TextMessage(number), i % 4);
			}
			if (wait) {
				this.offered.complete(null);
			}
		}

	}

}
