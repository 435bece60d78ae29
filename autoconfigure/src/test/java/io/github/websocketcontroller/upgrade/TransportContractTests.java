package io.github.websocketcontroller.upgrade;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a connection does, whatever carries its bytes.
 */
@OnEveryTransport
class TransportContractTests {

	private static final int MEGABYTE = 1024 * 1024;

	private static final int HUGE = 16 * MEGABYTE;

	private static final int SMALL_BUFFER = 4096;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.max-message-size=16MB", "websocket-controller.close-timeout=2s",
				"websocket-controller.write-timeout=3s");

	private final Scripts scripts = server.bean(Scripts.class);

	/** How the connection has ended for {@code serve}. */
	private final CompletableFuture<CloseStatus> status = new CompletableFuture<>();

	private RawClient open(Scripts.Script script) throws IOException {
		return this.scripts.open(server, (connection) -> run(connection, script));
	}

	private void run(WebsocketConnection connection, Scripts.Script script) throws Exception {
		try {
			script.run(connection);
		}
		finally {
			this.status.complete(connection.getCloseStatus());
		}
	}

	private RawClient echo() throws IOException {
		return open(TransportContractTests::echo);
	}

	private static void echo(WebsocketConnection connection) {
		connection.messages().forEach(connection::send);
	}

	private CloseStatus status() throws Exception {
		return this.status.get(20, TimeUnit.SECONDS);
	}

	private static byte[] random(int length) {
		byte[] bytes = new byte[length];
		new Random(length).nextBytes(bytes);
		return bytes;
	}

	private static void assertClosed(RawClient client) throws IOException {
		client.close(1000);
		assertThat(client.read().closeCode()).isEqualTo(1000);
		assertThat(client.isAtEnd()).isTrue();
	}

	@Test
	void connectionsAreOfTheKindThatIsMeant() throws Exception {
		long before = server.takenOver();
		try (RawClient client = echo()) {
			client.text("a").read();
			assertThat(server.takenOver() - before).isEqualTo(server.transport().isTakenOver() ? 1 : 0);
			assertClosed(client);
		}
	}

	@Test
	void messagesOfAllLengthsComeBack() throws Exception {
		try (RawClient client = echo()) {
			for (int length : new int[] { 0, 1, 125, 126, 127, 2033, 2034, 2035, 2048, 8177, 8192, 16368, 16383, 16384,
					16385, 65535, 65536, 100_000 }) {
				byte[] payload = random(length);
				assertThat(client.frame(0x82, payload).read().payload()).isEqualTo(payload);
			}
			assertThat(client.text("h\u00e9llo").read().text()).isEqualTo("h\u00e9llo");
			assertClosed(client);
		}
		assertThat(status()).isEqualTo(CloseStatus.NORMAL);
	}

	@Test
	void fragmentsAreOneMessageAndControlFramesMayComeBetween() throws Exception {
		try (RawClient client = echo()) {
			byte[] payload = random(50_000);
			client.frame(0x02, Arrays.copyOfRange(payload, 0, 1));
			client.frame(0x89, "ping".getBytes(StandardCharsets.US_ASCII));
			assertThat(client.read().firstByte()).isEqualTo(0x8A);
			for (int i = 1; i < payload.length - 7; i += 7) {
				client.frame(0x00, Arrays.copyOfRange(payload, i, i + 7));
			}
			client.frame(0x80, Arrays.copyOfRange(payload, 1 + (payload.length - 2) / 7 * 7, payload.length));
			assertThat(client.read().payload()).isEqualTo(payload);
			assertClosed(client);
		}
	}

	@Test
	void whenTheServerClosesFirstThenThePeerAnswers() throws Exception {
		try (RawClient client = open((connection) -> connection.sendText("bye"))) {
			assertThat(client.read().text()).isEqualTo("bye");
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void whenThePeerClosesFirstThenItsCodeIsEchoed() throws Exception {
		try (RawClient client = echo()) {
			client.close(4711);
			assertThat(client.read().closeCode()).isEqualTo(4711);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status().getCode()).isEqualTo(4711);
	}

	@Test
	void whenAnotherThreadClosesThenAWaitingReceiveEnds() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			opened.complete(connection);
			echo(connection);
		})) {
			client.text("a").read();
			opened.get().close(new CloseStatus(4000));
			assertThat(client.read().closeCode()).isEqualTo(4000);
			client.close(4000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status().getCode()).isEqualTo(4000);
	}

	@Test
	void whenThePeerDoesNotAnswerACloseThenTheServerEndsIt() throws Exception {
		try (RawClient client = open((connection) -> {
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThePeerVanishesWhileTheServerReadsThenServeSees1006(boolean reset) throws Exception {
		RawClient client = echo();
		client.text("a").read();
		vanish(client, reset);
		assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThePeerVanishesWhileTheServerWritesThenServeSees1006(boolean reset) throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		RawClient client = open((connection) -> {
			byte[] payload = random(MEGABYTE);
			while (true) {
				connection.sendBinary(payload);
				started.countDown();
			}
		});
		started.await();
		client.read();
		vanish(client, reset);
		assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
	}

	private static void vanish(RawClient client, boolean reset) throws IOException {
		if (reset) {
			client.reset();
		}
		else {
			client.close();
		}
	}

	@Test
	void whenThePeerEndsItsOutputThenWhatItHasSentIsServed() throws Exception {
		try (RawClient client = echo()) {
			byte[] payload = random(20_000);
			client.text("first").frame(0x82, payload).shutdownOutput();
			assertThat(client.read().text()).isEqualTo("first");
			assertThat(client.read().payload()).isEqualTo(payload);
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
		assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
	}

	@Test
	void whenThePeerReadsSlowlyThenNothingIsLost() throws Exception {
		byte[] payload = random(300_000);
		int messages = 30;
		try (RawClient client = server.connect(SMALL_BUFFER).upgrade(this.scripts.path((connection) -> {
			for (int i = 0; i < messages; i++) {
				connection.sendBinary(payload);
			}
		}))) {
			for (int i = 0; i < messages; i++) {
				Thread.sleep(20); // a peer that is slow
				assertThat(client.read().payload()).isEqualTo(payload);
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
		}
	}

	@Test
	void whenThePeerReadsNothingThenTheServerDoesNotTakeMoreThanFitsAndEndsIt() throws Exception {
		AtomicInteger sent = new AtomicInteger();
		try (RawClient client = server.connect(SMALL_BUFFER)
			.upgrade(this.scripts.path((connection) -> run(connection, (self) -> {
				byte[] payload = random(MEGABYTE);
				while (true) {
					self.sendBinary(payload);
					sent.incrementAndGet();
				}
			})))) {
			assertThat(status().getCode()).isEqualTo(1011);
			assertThat(sent).hasValueLessThan(16);
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
	}

	@Test
	void whenThePeerWritesSlowlyThenMessagesArrive() throws Exception {
		try (RawClient client = echo()) {
			byte[] payload = random(300);
			for (byte single : RawClient.bytes(0x82, payload)) {
				client.send(new byte[] { single });
			}
			assertThat(client.read().payload()).isEqualTo(payload);
			assertClosed(client);
		}
	}

	@Test
	void aHugeMessageComesBack() throws Exception {
		byte[] payload = random(HUGE);
		try (RawClient client = echo()) {
			assertThat(client.frame(0x82, payload).read().payload()).isEqualTo(payload);
			assertClosed(client);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 500, 5000 })
	void whatArrivesWithTheRequestIsNotLost(int messages) throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (int i = 0; i < messages; i++) {
			bytes.writeBytes(RawClient.bytes(0x81, ("message " + i).getBytes(StandardCharsets.US_ASCII)));
		}
		try (RawClient client = server.connect()) {
			client.request(this.scripts.path(TransportContractTests::echo), bytes.toByteArray()).expectUpgrade();
			for (int i = 0; i < messages; i++) {
				assertThat(client.read().text()).isEqualTo("message " + i);
			}
			assertClosed(client);
		}
	}

	@Test
	void whenTheTimeOfAReadIsUpThenTheConnectionGoesOn() throws Exception {
		Duration moment = Duration.ofMillis(20);
		try (RawClient client = open((connection) -> {
			for (int i = 0; i < 5; i++) {
				assertThat(connection.receive(moment)).isNull();
				connection.sendText("nothing");
				assertThat(connection.receiveText()).isEqualTo("untimed");
				assertThat(connection.receiveText(Duration.ofSeconds(20))).isEqualTo("timed");
			}
			echo(connection);
		})) {
			for (int i = 0; i < 5; i++) {
				assertThat(client.read().text()).isEqualTo("nothing");
				client.text("untimed").text("timed");
			}
			client.text("done").read();
			assertClosed(client);
		}
	}

	@Test
	void bothDirectionsAreUsedAtOnceByManyThreads() throws Exception {
		int messages = 200;
		int writers = 4;
		byte[] payload = random(20_000);
		try (RawClient client = open((connection) -> {
			CountDownLatch written = new CountDownLatch(writers);
			for (int i = 0; i < writers; i++) {
				new Thread(() -> {
					for (int j = 0; j < messages; j++) {
						connection.sendBinary(payload);
					}
					written.countDown();
				}).start();
			}
			for (int i = 0; i < messages; i++) {
				assertThat(connection.receiveBinary()).isEqualTo(payload);
			}
			written.await();
			echo(connection);
		})) {
			Thread sender = new Thread(() -> {
				try {
					for (int i = 0; i < messages; i++) {
						client.frame(0x82, payload);
					}
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			});
			sender.start();
			for (int i = 0; i < messages * writers; i++) {
				assertThat(client.read().payload()).isEqualTo(payload);
			}
			sender.join();
			assertClosed(client);
		}
	}

	@Test
	void whenThePeerViolatesTheProtocolThenItIsToldWhyThoughItHasSentMore() throws Exception {
		try (RawClient client = echo()) {
			client.sendHex("83 80 00000000").send(new byte[MEGABYTE]);
			assertThat(client.read().closeCode()).isEqualTo(1002);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status().getCode()).isEqualTo(1002);
	}

	@Test
	void whenTheServerStopsThenPeersAreToldAndServeMayFinish() throws Exception {
		TestServer stopping = server.another(Scripts.class)
			.properties("websocket-controller.shutdown.spread=0s", "websocket-controller.close-timeout=2s")
			.start();
		try (RawClient client = stopping.bean(Scripts.class).open(stopping, (connection) -> {
			connection.sendText("open");
			assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(connection::receive);
			this.status.complete(connection.getCloseStatus());
		})) {
			assertThat(client.read().text()).isEqualTo("open");
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::stop);
			assertThat(client.read().closeCode()).isEqualTo(1001);
			client.close(1001);
			assertThat(client.isAtEnd()).isTrue();
			stopped.get(20, TimeUnit.SECONDS);
		}
		assertThat(status().getCode()).isEqualTo(1001);
	}

	@Test
	void whenAStopFindsAPeerThatDoesNotAnswerThenItIsCut() throws Exception {
		TestServer stopping = server.another(Scripts.class)
			.properties("websocket-controller.shutdown.spread=0s", "spring.lifecycle.timeout-per-shutdown-phase=2s")
			.start();
		try (RawClient client = stopping.bean(Scripts.class).open(stopping, TransportContractTests::echo)) {
			client.text("open").read();
			stopping.stop();
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
	}

	@Test
	void whenThereAreManyShortConnectionsThenNothingIsLeft() throws Exception {
		for (int i = 0; i < 300; i++) {
			try (RawClient client = this.scripts.open(server, (connection) -> {
			})) {
				if (i % 3 == 0) {
					client.read();
					client.close(1000);
					client.isAtEnd();
				}
				else if (i % 3 == 1) {
					client.reset();
				}
			}
		}
	}

}
