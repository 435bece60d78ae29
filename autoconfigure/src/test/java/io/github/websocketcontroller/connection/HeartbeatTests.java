package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Peers that are silent, for whatever reason.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class HeartbeatTests {

	private static final int TEXT = 0x81;

	private static final int PING = 0x89;

	private static final int PONG = 0x8A;

	private static final Duration LONG = Duration.ofSeconds(20);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.heartbeat.interval=200ms", "websocket-controller.heartbeat.timeout=400ms",
				"websocket-controller.close-timeout=2s", "websocket-controller.write-timeout=30s");

	private final Scripts scripts = server.bean(Scripts.class);

	private int started;

	@BeforeEach
	void forget(CapturedOutput output) {
		this.started = output.getAll().length();
	}

	private void assertNothingLogged(CapturedOutput output) {
		// The client over HTTP/2 has something to say, too.
		assertThat(output.getAll().substring(this.started).lines()).filteredOn((line) -> !line.contains("SslContext"))
			.noneMatch((line) -> line.contains(" WARN ") || line.contains(" ERROR "));
	}

	private static void assertGivenUp(RawClient client) throws Exception {
		RawClient.Frame ping = client.read();
		assertThat(ping.firstByte()).isEqualTo(PING);
		assertThat(ping.payload()).hasSize(Long.BYTES);
		RawClient.Frame close = client.read();
		assertThat(close.closeCode()).isEqualTo(1011);
		assertThat(close.closeReason()).isEqualTo("No pong");
		assertThat(client.isAtEnd()).isTrue();
	}

	/** Sends it with the request: later, it may come when a ping is on its way. */
	private static RawClient openWith(String path, byte[] begun) throws IOException {
		return server.connect().request(path, begun).expectUpgrade();
	}

	@Test
	void whenPeersAreSilentWhateverTheyHaveBegunThenTheyGetAPingAndThenTheEnd(CapturedOutput output) throws Exception {
		Queue<CloseStatus> thrown = new ConcurrentLinkedQueue<>();
		List<RawClient> clients = new ArrayList<>();
		try {
			for (String begun : List.of("", "81 85 37fa", "81 85 37fa213d 7f", "01 81 00000000 41",
					"82 fe 4000 37fa213d 0102")) {
				String path = this.scripts.path((connection) -> {
					try {
						connection.receive();
					}
					catch (ConnectionClosedException ex) {
						thrown.add(ex.getCloseStatus());
						throw ex;
					}
				});
				clients.add(openWith(path, HexFormat.of().parseHex(begun.replace(" ", ""))));
			}
			for (RawClient client : clients) {
				assertGivenUp(client);
			}
		}
		finally {
			for (RawClient client : clients) {
				client.close();
			}
		}
		await().atMost(LONG).untilAsserted(() -> assertThat(thrown).hasSameSizeAs(clients));
		assertThat(thrown).containsOnly(Heartbeat.NO_PONG);
		assertNothingLogged(output);
	}

	@Test
	void whenAPeerIsSilentThenTimedReceivesInALoopEndToo(CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> thrown = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			try {
				while (true) {
					assertThat(connection.receive(Duration.ofMillis(20))).isNull();
				}
			}
			catch (ConnectionClosedException ex) {
				thrown.complete(ex.getCloseStatus());
			}
		})) {
			assertGivenUp(client);
		}
		assertThat(thrown.get(20, TimeUnit.SECONDS)).isEqualTo(Heartbeat.NO_PONG);
		assertNothingLogged(output);
	}

	@Test
	void whenAPeerIsSilentAndIncomingIsIgnoredThenServeIsInterrupted(CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> interrupted = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.ignoreIncoming();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.complete(connection.getCloseStatus());
			}
		})) {
			assertGivenUp(client);
		}
		assertThat(interrupted.get(20, TimeUnit.SECONDS)).isEqualTo(Heartbeat.NO_PONG);
		assertNothingLogged(output);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAPeerAnswersPingsWithPongsOrWithDataThenItLivesOn(boolean pong) throws Exception {
		TestServer patient = patient(Duration.ofMillis(200));
		try (RawClient client = patient.bean(Scripts.class).open(patient, (connection) -> {
			connection.messages(String.class).forEach((text) -> {
				// Data, and a sign of life.
			});
		})) {
			// Each comes only if the one before counts as answered.
			for (int i = 0; i < 5; i++) {
				RawClient.Frame ping = client.read();
				assertThat(ping.firstByte()).isEqualTo(PING);
				if (pong) {
					client.frame(PONG, ping.payload());
				}
				else {
					client.text("not now");
				}
			}
			client.close(1000);
			RawClient.Frame last = client.read();
			while (last.firstByte() == PING) {
				last = client.read();
			}
			assertThat(last.closeCode()).isEqualTo(1000);
		}
		finally {
			patient.stop();
		}
	}

	/** Its clients may take their time before they answer. */
	private static TestServer patient(Duration interval) {
		return server.another(Scripts.class)
			.properties("websocket-controller.heartbeat.interval=" + interval,
					"websocket-controller.heartbeat.timeout=30s")
			.start();
	}

	@Test
	void whenAPingIsAnsweredThenTheRoundTripIsKnown() throws Exception {
		TestServer patient = patient(Duration.ofSeconds(2));
		try (RawClient client = patient.bean(Scripts.class).open(patient, (connection) -> {
			assertThat(connection.getRoundTripTime()).isNull();
			connection.sendText("unknown");
			connection.receive();
			connection.sendText(String.valueOf(connection.getRoundTripTime()));
			connection.ping("mine".getBytes(StandardCharsets.UTF_8));
			connection.receive();
			connection.sendText(String.valueOf(connection.getRoundTripTime()));
			connection.receive();
			connection.sendText(String.valueOf(connection.getRoundTripTime()));
		})) {
			client.read();
			RawClient.Frame ping = client.read();
			client.frame(PONG, "foreign".getBytes(StandardCharsets.UTF_8)).frame(PONG, ping.payload()).text("a");
			Duration first = Duration.parse(client.read().text());
			assertThat(first).isPositive();
			assertThat(client.read().text()).isEqualTo("mine");
			client.frame(PONG, ping.payload()).text("b");
			assertThat(client.read().text()).isEqualTo(first.toString());
			client.frame(PONG, "mine".getBytes(StandardCharsets.UTF_8)).text("c");
			assertThat(Duration.parse(client.read().text())).isPositive().isNotEqualTo(first);
		}
		finally {
			patient.stop();
		}
	}

	@Test
	void whenServeWorksWithoutReadingThenItsPeerIsNotLost() throws Exception {
		CompletableFuture<Void> worked = new CompletableFuture<>();
		String path = this.scripts.path((connection) -> {
			connection.sendText(connection.receiveText());
			worked.get();
			connection.sendText(connection.receiveText());
		});
		try (RawClient busy = openWith(path, RawClient.bytes(TEXT, "before".getBytes(StandardCharsets.UTF_8)))) {
			assertThat(busy.read().text()).isEqualTo("before");
			for (int i = 0; i < 2; i++) {
				waitAsLongAsASilentPeerLives();
			}
			busy.text("after");
			worked.complete(null);
			assertThat(busy.read().text()).isEqualTo("after");
			assertThat(busy.read().closeCode()).isEqualTo(1000);
		}
	}

	private void waitAsLongAsASilentPeerLives() throws Exception {
		try (RawClient client = this.scripts.open(server, WebsocketConnection::receive)) {
			assertGivenUp(client);
		}
	}

	@Test
	void whenThePeerTakesNothingThenNobodyElseWaitsForItsPing(CapturedOutput output) throws Exception {
		CompletableFuture<CloseStatus> ended = new CompletableFuture<>();
		AtomicBoolean sending = new AtomicBoolean();
		String path = this.scripts.path((connection) -> {
			Thread sender = new Thread(() -> {
				try {
					while (true) {
						connection.sendBinary(new byte[60_000]);
						sending.set(true);
					}
				}
				catch (ConnectionClosedException ex) {
					ended.complete(ex.getCloseStatus());
				}
			});
			sender.start();
			try {
				connection.receive();
			}
			finally {
				sender.join();
			}
		});
		RawClient stalled = server.connect(4096).upgrade(path);
		await().atMost(LONG).untilTrue(sending);
		for (int i = 0; i < 3; i++) {
			waitAsLongAsASilentPeerLives();
		}
		stalled.reset();
		// Its ping may have got in before there was no more room.
		assertThat(ended.get(20, TimeUnit.SECONDS)).isIn(CloseStatus.NO_CLOSE_FRAME, Heartbeat.NO_PONG);
		assertNothingLogged(output);
	}

	@Test
	void whenClosingHasBegunThenThereAreNoPings() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.close(CloseStatus.POLICY_VIOLATION);
			connection.messages().forEach(connection::send);
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1008);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void whenItIsTurnedOffThenASilentPeerIsLeftInPeace() throws Exception {
		TestServer off = server.another(Scripts.class).properties("websocket-controller.heartbeat.interval=0").start();
		try (RawClient quiet = off.bean(Scripts.class)
			.open(off, (connection) -> connection.sendText(connection.receiveText()))) {
			for (int i = 0; i < 2; i++) {
				waitAsLongAsASilentPeerLives();
			}
			assertThat(quiet.text("still here").read().text()).isEqualTo("still here");
			assertThat(quiet.read().closeCode()).isEqualTo(1000);
			quiet.close(1000);
		}
		finally {
			off.stop();
		}
	}

}
