package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
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
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Ends that come from several sides at once, and at the worst moment.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class EndRaceTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.close-timeout=1s", "websocket-controller.write-timeout=20s");

	private final Scripts scripts = server.bean(Scripts.class);

	@ParameterizedTest
	@ValueSource(strings = { "answer", "reset", "close", "end" })
	void whenEverybodyClosesAtOnceThenTheConnectionEndsOnceAndQuietly(String peer, CapturedOutput output)
			throws Exception {
		int before = output.getAll().length();
		for (int i = 0; i < 50; i++) {
			CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
			Set<CloseStatus> seen = ConcurrentHashMap.newKeySet();
			RawClient client = this.scripts.open(server, (connection) -> {
				opened.complete(connection);
				connection.messages().forEach((message) -> {
				});
			});
			WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
			race(connection, seen, () -> act(client, peer));
			CloseStatus status = connection.closed().get(20, TimeUnit.SECONDS);
			assertThat(seen).as("what the threads were told").allMatch(status::equals);
			assertThat(connection.getCloseStatus()).isEqualTo(status);
			client.close();
		}
		assertThat(output.getAll().substring(before)).doesNotContain(" WARN ", " ERROR ", "Exception");
	}

	private static void race(WebsocketConnection connection, Set<CloseStatus> seen, Runnable peer) throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			CloseStatus status = new CloseStatus(4000 + i);
			threads.add(new Thread(() -> closeAfter(start, connection, status)));
			threads.add(new Thread(() -> sendUntilTheEnd(start, connection, seen)));
		}
		threads.add(new Thread(() -> {
			awaitStart(start);
			peer.run();
		}));
		threads.forEach(Thread::start);
		start.countDown();
		for (Thread thread : threads) {
			thread.join(20_000);
			assertThat(thread.isAlive()).isFalse();
		}
	}

	private static void awaitStart(CountDownLatch start) {
		try {
			start.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void closeAfter(CountDownLatch start, WebsocketConnection connection, CloseStatus status) {
		awaitStart(start);
		connection.close(status);
	}

	private static void sendUntilTheEnd(CountDownLatch start, WebsocketConnection connection, Set<CloseStatus> seen) {
		awaitStart(start);
		try {
			while (true) {
				connection.sendBinary(new byte[3000]);
			}
		}
		catch (ConnectionClosedException ex) {
			seen.add(ex.getCloseStatus());
		}
	}

	private static void act(RawClient client, String peer) {
		try {
			switch (peer) {
				case "answer" -> {
					RawClient.Frame frame = client.read();
					while (frame.firstByte() != 0x88) {
						frame = client.read();
					}
					client.close(frame.closeCode());
					assertThat(client.isAtEnd()).isTrue();
				}
				case "close" -> {
					client.close(3000);
					assertThat(client.awaitEnd(LONG)).isTrue();
				}
				case "end" -> {
					client.shutdownOutput();
					assertThat(client.awaitEnd(LONG)).isTrue();
				}
				default -> client.reset();
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenClosedDuringAStuckWriteThenEverybodyIsFreeAfterTheTimeout() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		CompletableFuture<CloseStatus> ended = new CompletableFuture<>();
		AtomicBoolean sending = new AtomicBoolean();
		String path = this.scripts.path((connection) -> {
			opened.complete(connection);
			try {
				while (true) {
					sending.set(true);
					connection.sendBinary(new byte[60_000]);
				}
			}
			catch (ConnectionClosedException ex) {
				ended.complete(ex.getCloseStatus());
			}
		});
		try (RawClient client = server.connect(4096).upgrade(path)) {
			WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
			await().untilTrue(sending);
			connection.close(CloseStatus.POLICY_VIOLATION);
			assertThat(connection.getCloseStatus()).isEqualTo(CloseStatus.POLICY_VIOLATION);
			assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.POLICY_VIOLATION);
			assertThat(connection.closed().get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.POLICY_VIOLATION);
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "answer", "reset", "close", "end" })
	void whenIncomingIsIgnoredThenTheEndReachesAThreadThatWaitsForSomethingElse(String peer, CapturedOutput output)
			throws Exception {
		int before = output.getAll().length();
		for (int i = 0; i < 30; i++) {
			boolean closing = i % 2 == 0;
			BlockingQueue<String> nothing = new ArrayBlockingQueue<>(1);
			CompletableFuture<Void> served = new CompletableFuture<>();
			CompletableFuture<Void> interrupted = new CompletableFuture<>();
			RawClient client = this.scripts.open(server, (connection) -> {
				served.complete(null); // A peer that resets at once is perhaps not.
				connection.ignoreIncoming();
				if (closing) {
					connection.close(CloseStatus.POLICY_VIOLATION);
				}
				try {
					while (!connection.isOpen() || nothing.isEmpty()) {
						sendSome(connection);
						assertThat(nothing.poll(20, TimeUnit.SECONDS)).isNull();
						interrupted.completeExceptionally(new IllegalStateException("Not interrupted"));
					}
				}
				catch (InterruptedException ex) {
					interrupted.complete(null);
					throw ex;
				}
			});
			served.get(30, TimeUnit.SECONDS);
			act(client, (closing || !peer.equals("answer")) ? peer : "close");
			interrupted.get(30, TimeUnit.SECONDS);
			client.close();
		}
		assertThat(output.getAll().substring(before)).doesNotContain(" WARN ", " ERROR ", "Exception");
	}

	private static void sendSome(WebsocketConnection connection) {
		try {
			for (int i = 0; i < 20; i++) {
				connection.sendText("news");
			}
		}
		catch (ConnectionClosedException ex) {
			assertThat(ex.getConnection()).isSameAs(connection);
		}
	}

	@Test
	void whenIncomingIsIgnoredAndThePeerIsSilentThenCloseEndsItAfterTheTimeout() throws Exception {
		CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			opened.complete(connection);
			connection.ignoreIncoming();
			connection.close(CloseStatus.GOING_AWAY);
			new CountDownLatch(1).await();
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1001);
			assertThat(opened.get(20, TimeUnit.SECONDS).closed().get(20, TimeUnit.SECONDS))
				.isEqualTo(CloseStatus.GOING_AWAY);
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
	}

	@Test
	void whenOtherThreadsUseAConnectionThatHasBeenServedThenTheyAreTold() throws Exception {
		for (int i = 0; i < 50; i++) {
			CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
			Set<CloseStatus> seen = ConcurrentHashMap.newKeySet();
			try (RawClient client = this.scripts.open(server, opened::complete)) {
				WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
				Thread receiver = new Thread(() -> receiveUntilTheEnd(connection, seen));
				receiver.start();
				act(client, "answer");
				receiver.join(20_000);
				assertThat(receiver.isAlive()).isFalse();
			}
			assertThat(seen).singleElement().extracting(CloseStatus::getCode).isEqualTo(1000);
		}
	}

	private static void receiveUntilTheEnd(WebsocketConnection connection, Set<CloseStatus> seen) {
		try {
			while (true) {
				connection.receive(Duration.ofMillis(1));
			}
		}
		catch (ConnectionClosedException ex) {
			seen.add(ex.getCloseStatus());
		}
	}

	@Test
	void whenTheApplicationStopsWhileClientsConnectThenNothingIsLeft() throws Exception {
		assumeTrue(server.transport() instanceof TestTransport.Tomcat,
				"Jetty loses a connection that it accepts while it stops");
		for (int round = 0; round < 3; round++) {
			TestServer stopping = startAnother();
			AtomicBoolean stopped = new AtomicBoolean();
			Queue<RawClient> clients = new ConcurrentLinkedQueue<>();
			stopAmid(stopping, (upgraded) -> connectUntil(stopping, stopped, upgraded, clients), stopped);
			assertEnd(clients);
		}
	}

	@Test
	void whenTheApplicationStopsWhileClientsUpgradeThenNothingIsLeft() throws Exception {
		for (int round = 0; round < 3; round++) {
			TestServer stopping = startAnother();
			List<RawClient> clients = connect(stopping, 300);
			Queue<RawClient> connected = new ConcurrentLinkedQueue<>(clients);
			Scripts stoppingScripts = stopping.bean(Scripts.class);
			stopAmid(stopping, (upgraded) -> upgradeAll(stoppingScripts, connected, upgraded), new AtomicBoolean());
			assertEnd(clients);
		}
	}

	private static TestServer startAnother() {
		return server.another(Scripts.class)
			.properties("websocket-controller.close-timeout=1s", "spring.lifecycle.timeout-per-shutdown-phase=4s")
			.start();
	}

	private static void stopAmid(TestServer stopping, Consumer<CountDownLatch> clients, AtomicBoolean stopped)
			throws InterruptedException {
		CountDownLatch upgraded = new CountDownLatch(100);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			threads.add(new Thread(() -> clients.accept(upgraded)));
		}
		threads.forEach(Thread::start);
		assertThat(upgraded.await(20, TimeUnit.SECONDS)).isTrue();
		stopping.stop();
		stopped.set(true);
		for (Thread thread : threads) {
			thread.join(30_000);
			assertThat(thread.isAlive()).isFalse();
		}
	}

	private static void assertEnd(Collection<RawClient> clients) throws IOException {
		for (RawClient client : clients) {
			assertThat(client.awaitEnd(LONG)).as("a connection is left open").isTrue();
			client.close();
		}
	}

	private static void connectUntil(TestServer stopping, AtomicBoolean stopped, CountDownLatch upgraded,
			Queue<RawClient> clients) {
		Scripts scripts = stopping.bean(Scripts.class);
		while (!stopped.get() && clients.size() < 2000) {
			try {
				RawClient client = stopping.connect();
				clients.add(client);
				upgrade(client, scripts, upgraded);
			}
			catch (IOException ex) {
				// Refused or reset: that is what a stopping server does.
			}
		}
	}

	private static List<RawClient> connect(TestServer stopping, int count) throws IOException {
		List<RawClient> clients = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			clients.add(stopping.connect());
		}
		await().until(() -> stopping.connections() >= count);
		return clients;
	}

	private static void upgradeAll(Scripts scripts, Queue<RawClient> connected, CountDownLatch upgraded) {
		RawClient client = connected.poll();
		while (client != null) {
			upgrade(client, scripts, upgraded);
			client = connected.poll();
		}
	}

	private static void upgrade(RawClient client, Scripts scripts, CountDownLatch upgraded) {
		try {
			client.upgrade(scripts.path((connection) -> connection.messages().forEach(connection::send)));
			upgraded.countDown();
		}
		catch (IOException ex) {
			// Reset or answered with 503: that is what a stopping server does.
		}
	}

}
