package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of messages that wait when the connection ends.
 */
@OnEveryTransport
class OfferEndTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final int SMALL_BUFFER = 4096;

	/** With their length, more than the system has room for. */
	private static final int MESSAGES = 1000;

	private static final int LENGTH = 10_000;

	private static final String[] PROPERTIES = { "websocket-controller.outbox.capacity=32MB",
			"websocket-controller.close-timeout=60s", "websocket-controller.write-timeout=60s" };

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class).properties(PROPERTIES);

	private final Scripts scripts = server.bean(Scripts.class);

	private final CompletableFuture<WebsocketConnection> offered = new CompletableFuture<>();

	private void offerAll(WebsocketConnection connection) {
		for (int i = 0; i < MESSAGES; i++) {
			assertThat(connection.offerBinary(ByteBuffer.allocate(LENGTH).putInt(0, i).array())).isTrue();
		}
		this.offered.complete(connection);
	}

	/** Opens a connection with a peer that takes nothing by itself. */
	private RawClient open(Scripts.Script script) throws IOException {
		return server.connect(SMALL_BUFFER).upgrade(this.scripts.path(script));
	}

	private WebsocketConnection offered() throws Exception {
		return this.offered.get(20, TimeUnit.SECONDS);
	}

	private static int readAll(RawClient client, int code) throws IOException {
		int count = 0;
		RawClient.Frame frame = client.read();
		while (frame.firstByte() == 0x82) {
			assertThat(ByteBuffer.wrap(frame.payload()).getInt()).isEqualTo(count++);
			frame = client.read();
		}
		assertThat(frame.closeCode()).isEqualTo(code);
		return count;
	}

	private static CloseStatus assertNothingWaits(WebsocketConnection connection) throws Exception {
		CloseStatus status = connection.closed().get(20, TimeUnit.SECONDS);
		assertThat(connection.getQueuedMessages()).isZero();
		assertThat(connection.getQueuedBytes()).isZero();
		assertThat(connection.offerText("too late")).isFalse();
		return status;
	}

	@ParameterizedTest
	@CsvSource({ "return, 1000", "throw, 1011", "close, 4000", "close elsewhere, 4000" })
	void whenTheApplicationClosesThenWhatWasOfferedComesBeforeTheClose(String ending, int code) throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			offerAll(connection);
			switch (ending) {
				case "return" -> {
				}
				case "throw" -> throw new IllegalStateException("as the test wants");
				case "close" -> connection.close(new CloseStatus(4000));
				default -> {
					connection.ignoreIncoming();
					Thread closing = new Thread(() -> connection.close(new CloseStatus(4000)));
					closing.start();
					closing.join();
					assertThat(connection.offerText("too late")).isFalse();
				}
			}
		})) {
			assertThat(readAll(client, code)).isEqualTo(MESSAGES);
			client.close(code);
			assertThat(client.isAtEnd()).isTrue();
			assertThat(assertNothingWaits(offered()).getCode()).isEqualTo(code);
			assertThat(offered().getDroppedMessages()).isZero();
		}
	}

	@Test
	void whenTheApplicationStopsThenWhatWasOfferedComesBeforeTheClose() throws Exception {
		TestServer stopping = server.another(Scripts.class).properties(PROPERTIES).start();
		String path = stopping.bean(Scripts.class).path((connection) -> {
			offerAll(connection);
			connection.messages().forEach(connection::send);
		});
		try (RawClient client = stopping.connect(SMALL_BUFFER).upgrade(path)) {
			offered();
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::stop,
					(task) -> new Thread(task).start());
			assertThat(readAll(client, 1001)).isEqualTo(MESSAGES);
			client.close(1001);
			stopped.get(60, TimeUnit.SECONDS);
			assertThat(offered().getDroppedMessages()).isZero();
		}
		finally {
			stopping.stop();
		}
	}

	@Test
	void whenThePeerVanishesThenWhatWaitsIsDropped() throws Exception {
		try (RawClient client = open((connection) -> {
			offerAll(connection);
			connection.messages().forEach(connection::send);
		})) {
			assertThat(offered().isOpen()).isTrue();
			client.reset();
			assertThat(assertNothingWaits(offered())).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
			assertThat(offered().getDroppedMessages()).isPositive();
		}
	}

	@ParameterizedTest
	@CsvSource({ "close, 3000", "violate, 1002" })
	void whenThePeerEndsItThenWhatWaitsIsDropped(String ending, int code) throws Exception {
		CompletableFuture<Void> received = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			offerAll(connection);
			connection.messages().forEach(connection::send);
			received.complete(null);
		})) {
			offered();
			if (ending.equals("close")) {
				client.close(code);
			}
			else {
				client.frame(0x83, new byte[0]);
			}
			WebsocketConnection connection = offered();
			await().until(() -> connection.getDroppedMessages() > 0);
			int count = readAll(client, code);
			assertThat(count).isLessThan(MESSAGES);
			if (code == 1002) {
				client.shutdownOutput();
			}
			received.get(20, TimeUnit.SECONDS);
			assertThat(assertNothingWaits(connection).getCode()).isEqualTo(code);
			assertThat(connection.getDroppedMessages()).isEqualTo(MESSAGES - count);
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
	}

}
