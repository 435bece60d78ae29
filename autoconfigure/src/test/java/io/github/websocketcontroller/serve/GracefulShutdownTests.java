package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.connection.Agreement;
import io.github.websocketcontroller.connection.JsonCodec;
import io.github.websocketcontroller.connection.OpenConnection;
import io.github.websocketcontroller.connection.SharedResources;
import io.github.websocketcontroller.testing.FakeTransport;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How an application stops while peers are connected.
 */
@ExtendWith(OutputCaptureExtension.class)
class GracefulShutdownTests {

	private static final String PHASE = "spring.lifecycle.timeout-per-shutdown-phase=";

	private final List<TestServer> servers = new ArrayList<>();

	@AfterEach
	void nothingIsLeft() {
		this.servers.forEach(TestServer::stop);
		LeakCheck.assertNoThreads();
	}

	private TestServer start(String... properties) {
		TestServer server = TestServer.with(Resource.class, Script.class, ScriptController.class)
			.properties("logging.level.org.springframework.boot.security=error")
			.properties(properties)
			.start();
		this.servers.add(server);
		return server;
	}

	private static CompletableFuture<Duration> stop(TestServer server) {
		long start = System.nanoTime();
		return CompletableFuture.supplyAsync(() -> {
			server.stop();
			return Duration.ofNanos(System.nanoTime() - start);
		});
	}

	private static RawClient open(TestServer server) throws IOException {
		RawClient client = RawClient.open(server.port(), "/script");
		assertThat(client.text("ready?").read().text()).isEqualTo("ready");
		return client;
	}

	private static void expectGoodbye(RawClient client) throws IOException {
		assertThat(client.read().closeCode()).isEqualTo(1001);
	}

	private static void expectGoodbyeAndAnswer(RawClient client) throws IOException {
		expectGoodbye(client);
		client.close(1001);
		assertThat(client.isAtEnd()).isTrue();
	}

	@Test
	void whenTheApplicationStopsThenEveryPeerReceives1001AndEveryServeEnds(CapturedOutput output) throws Exception {
		TestServer server = start();
		AtomicInteger ended = new AtomicInteger();
		server.bean(Script.class).body = (connection, resource) -> {
			connection.messages().forEach(connection::send);
			assertThat(connection.getCloseStatus()).isEqualTo(CloseStatus.GOING_AWAY);
			ended.incrementAndGet();
		};
		try (RawClient first = open(server); RawClient second = open(server); RawClient third = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			for (RawClient client : List.of(first, second, third)) {
				expectGoodbyeAndAnswer(client);
			}
			assertThat(stopped.get(30, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(20));
		}
		assertThat(ended).hasValue(3);
		assertThat(output).contains("Told 3 websocket peers that the server goes away")
			.doesNotContain(" WARN ", " ERROR ", "cut off");
	}

	@Test
	void whenNobodyIsConnectedThenNothingIsSaid(CapturedOutput output) throws Exception {
		assertThat(stop(start()).get(30, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(20));
		assertThat(output).doesNotContain("websocket peer");
		// The context may have closed a moment before its thread has ended.
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("websocket-watchdog", "websocket-shutdown"));
	}

	@Test
	void whenTheApplicationIsStoppingThenUpgradesGet503() throws Exception {
		TestServer server = start("server.shutdown=immediate");
		CountDownLatch mayEnd = new CountDownLatch(1);
		server.bean(Script.class).body = (connection, resource) -> mayEnd.await();
		try (RawClient client = open(server)) {
			int port = server.port();
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(client);
			try (RawClient late = RawClient.connect(port)) {
				late.send(RawClient.request(port, "/script").getBytes(StandardCharsets.ISO_8859_1));
				assertThat(late.readResponse()).startsWith("HTTP/1.1 503");
			}
			mayEnd.countDown();
			stopped.get(30, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenServeIsBusyThenItFinishesItsWorkWithAllBeansAlive(CapturedOutput output) throws Exception {
		TestServer server = start();
		CountDownLatch mayEnd = new CountDownLatch(1);
		CompletableFuture<Boolean> alive = new CompletableFuture<>();
		server.bean(Script.class).body = (connection, resource) -> {
			connection.messages().forEach(connection::send);
			mayEnd.await();
			alive.complete(!resource.destroyed.get());
		};
		Resource resource = server.bean(Resource.class);
		try (RawClient client = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(client);
			assertThat(stopped).isNotDone();
			assertThat(resource.destroyed).isFalse();
			mayEnd.countDown();
			stopped.get(30, TimeUnit.SECONDS);
		}
		assertThat(alive.get()).isTrue();
		assertThat(resource.destroyed).isTrue();
		assertThat(output).doesNotContain(" WARN ", "cut off", "interrupted");
	}

	@ParameterizedTest
	@CsvSource({ "false", "true" })
	void whenServeDoesNotEndThenItIsInterruptedAndNamed(boolean wrapped, CapturedOutput output) throws Exception {
		TestServer server = start(PHASE + "8s");
		server.bean(Script.class).body = (connection, resource) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				if (wrapped) {
					throw new IllegalStateException(ex);
				}
				throw ex;
			}
		};
		try (RawClient client = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(client);
			stopped.get(30, TimeUnit.SECONDS);
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains("serve took too long and was interrupted on 1: /script connection ")
			.doesNotContain("cut off", "still runs");
		assertThat(output).doesNotContain(" ERROR ", "ends with 1 bean");
	}

	@Test
	void whenServeIgnoresItsInterruptThenTheApplicationStopsAndNamesIt(CapturedOutput output) throws Exception {
		TestServer server = start(PHASE + "8s");
		CountDownLatch mayEnd = new CountDownLatch(1);
		AtomicBoolean interrupted = new AtomicBoolean();
		server.bean(Script.class).body = (connection, resource) -> {
			while (mayEnd.getCount() > 0) {
				try {
					mayEnd.await();
				}
				catch (InterruptedException ex) {
					interrupted.set(true);
				}
			}
		};
		try (RawClient client = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(client);
			stopped.get(30, TimeUnit.SECONDS);
			await().untilTrue(interrupted);
			assertThat(output.getAll().lines().filter((line) -> line.contains("websocket peer"))).singleElement()
				.asString()
				.contains(" WARN ", "serve does not react to its interrupt and still runs on 1: /script connection ")
				.doesNotContain("took too long", "cut off");
			assertThat(output).doesNotContain("ends with 1 bean");
		}
		finally {
			mayEnd.countDown();
		}
	}

	@Test
	void whenAPeerDoesNotAnswerThenItIsCutAndNamedAndServeStillFinishes(CapturedOutput output) throws Exception {
		TestServer server = start(PHASE + "16s");
		CompletableFuture<Boolean> alive = new CompletableFuture<>();
		server.bean(Script.class).body = (connection, resource) -> {
			connection.messages().forEach(connection::send);
			alive.complete(!resource.destroyed.get());
		};
		try (RawClient silent = open(server); RawClient polite = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(polite);
			expectGoodbye(silent);
			assertThat(silent.awaitEnd(Duration.ofSeconds(20))).isTrue();
			stopped.get(30, TimeUnit.SECONDS);
			assertThat(output.getAll().lines().filter((line) -> line.contains("websocket peer"))).singleElement()
				.asString()
				.contains(" INFO ", "Told 2 ", "the peer did not answer and was cut off on 1: /script connection ",
						":" + silent.localPort())
				.doesNotContain(":" + polite.localPort());
		}
		assertThat(alive.get()).isTrue();
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	@Test
	void whenServeIgnoresIncomingThenItsInterruptIsNothingToReport(CapturedOutput output) throws Exception {
		TestServer server = start();
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		server.bean(Script.class).body = (connection, resource) -> {
			connection.ignoreIncoming();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				thrown.complete(ex);
				throw ex;
			}
		};
		try (RawClient client = open(server)) {
			CompletableFuture<Duration> stopped = stop(server);
			expectGoodbyeAndAnswer(client);
			assertThat(stopped.get(30, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(20));
		}
		assertThat(thrown).isDone();
		assertThat(output).contains("Told 1 ").doesNotContain(" WARN ", " ERROR ", "interrupted");
	}

	@Test
	void whenTheContextIsStoppedAndStartedAgainThenItServesAgain() throws Exception {
		TestServer server = start();
		for (int round = 0; round < 3; round++) {
			try (RawClient client = open(server)) {
				CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> server.context().stop());
				expectGoodbyeAndAnswer(client);
				stopped.get(30, TimeUnit.SECONDS);
				assertThat(server.bean(OpenConnections.class).count()).isZero();
				server.context().start();
			}
		}
		try (RawClient client = open(server)) {
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenOneOfTwoApplicationsStopsThenTheOtherGoesOn() throws Exception {
		TestServer stopping = start();
		TestServer staying = start();
		try (RawClient first = open(stopping); RawClient second = open(staying)) {
			CompletableFuture<Duration> stopped = stop(stopping);
			expectGoodbyeAndAnswer(first);
			stopped.get(30, TimeUnit.SECONDS);
			assertThat(second.text("still there?").read().text()).isEqualTo("still there?");
			try (RawClient third = open(staying)) {
				third.close(1000);
				assertThat(third.read().closeCode()).isEqualTo(1000);
			}
			second.close(1000);
			assertThat(second.read().closeCode()).isEqualTo(1000);
		}
		staying.assertNoLeaks();
	}

	@ParameterizedTest
	@CsvSource({ "0, 2s, 10", "1, 2s, 10", "2000, 2s, 10", "2001, 2s, 11", "10000, 2s, 50", "10000, 1ms, 10000",
			"5, 60s, 10", "1000000, 2s, 5000" })
	void whenThereAreManyPeersThenTheyAreToldOverTheWholeSpread(int connections, String spread, long perPause) {
		assertThat(GracefulShutdown.perPause(connections,
				Duration.parse("PT" + (spread.endsWith("ms") ? "0.001s" : spread.toUpperCase(Locale.ROOT))).toNanos()))
			.isEqualTo(perPause);
	}

	@Test
	void whenThereIsNoSpreadThenEveryPeerIsToldAtOnce() {
		assertThat(GracefulShutdown.perPause(1_000_000, 0)).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whenAConnectionIsUpgradedWhileTheShutdownBeginsThenServeIsNotCalled() {
		OpenConnections connections = new OpenConnections();
		GonePeer transport = new GonePeer();
		connections.refuse();
		AtomicBoolean served = new AtomicBoolean();
		ServeCall call = new ServeCall("/late", request(), WebsocketSettings.DEFAULTS, (connection) -> served.set(true),
				null);
		new ConnectionServer(connections, Runnable::run, new NoJson()).serve(call, Agreement.NONE, transport);
		assertThat(served).isFalse();
		assertThat(transport.isOpen()).isFalse();
		assertThat(transport.written.array()).startsWith(0x88, 2, 1001 >> 8, 1001 & 0xFF);
		assertThat(connections.isEmpty()).isTrue();
	}

	@Test
	void whenAnUpgradeWasGrantedBeforeThenTheShutdownWaitsForItsConnection() throws Exception {
		OpenConnections connections = new OpenConnections();
		ConnectionServer server = new ConnectionServer(connections, Runnable::run, new NoJson());
		GonePeer transport = new GonePeer();
		ServeCall call = new ServeCall("/granted", request(), WebsocketSettings.DEFAULTS, (connection) -> {
		}, null);
		assertThat(server.expect()).isTrue();
		AtomicBoolean waited = new AtomicBoolean();
		Thread shutdown = new Thread(() -> {
			new UpgradeLifecycle(connections).stop();
			waited.set(!connections.isGivingAway());
		});
		shutdown.start();
		await().until(() -> !connections.isAccepting());
		assertThat(server.expect()).isFalse();
		server.serve(call, Agreement.NONE, transport);
		shutdown.join(20_000);
		assertThat(waited).isTrue();
		assertThat(transport.written.array()).startsWith(0x88, 2, 1001 >> 8, 1001 & 0xFF);
	}

	@Test
	void whenAConnectionIsLostAfterItsUpgradeWasGrantedThenNobodyWaitsForLong() {
		OpenConnections connections = new OpenConnections();
		assertThat(new ConnectionServer(connections, Runnable::run, new NoJson()).expect()).isTrue();
		assertThat(connections.isGivingAway()).isTrue();
		new UpgradeLifecycle(connections).stop();
		assertThat(connections.isGivingAway()).isFalse();
	}

	@Test
	void whenThereIsNoThreadForAConnectionThenNobodyWaitsForIt(CapturedOutput output) {
		OpenConnections connections = new OpenConnections();
		ServeCall call = new ServeCall("/none", request(), WebsocketSettings.DEFAULTS, (connection) -> {
		}, null);
		Executor none = (task) -> {
			throw new RejectedExecutionException("no thread");
		};
		ConnectionServer server = new ConnectionServer(connections, none, new NoJson());
		assertThat(server.serve(call, Agreement.NONE, new GonePeer())).isFalse();
		assertThat(output).contains("No thread can be had to serve a connection, which is closed: no thread");
		assertThat(connections.isEmpty()).isTrue();
	}

	@Test
	void whenOnePeerCannotBeToldThenTheOthersAre(CapturedOutput output) {
		OpenConnections connections = new OpenConnections();
		List<OpenConnection> open = new ArrayList<>();
		AtomicBoolean first = new AtomicBoolean(true);
		for (int i = 0; i < 3; i++) {
			OpenConnection connection = new OpenConnection("id-" + i, request(), Agreement.NONE,
					WebsocketSettings.DEFAULTS, new GonePeer(), new SharedResources(new NoJson(), (task) -> {
						if (first.getAndSet(false)) {
							throw new RejectedExecutionException("no thread");
						}
						task.run();
					}));
			open.add(connection);
			connections.add(connection);
		}
		new GracefulShutdown(connections, Duration.ZERO, Duration.ofMillis(400)).run();
		assertThat(open).extracting(WebsocketConnection::getCloseStatus).containsOnly(CloseStatus.GOING_AWAY);
		assertThat(output).contains("could not be told that the server goes away");
	}

	@Test
	void whenTheTimeIsEndlessThenItIsAsGoodAsADay() {
		Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
		new GracefulShutdown(new OpenConnections(), endless, endless).run();
	}

	@Test
	void whenServeHasEndedThenTheConnectionIsForgotten() throws Exception {
		TestServer server = start();
		server.bean(Script.class).body = (connection, resource) -> {
			throw new ConnectionClosedException(connection, CloseStatus.NORMAL, null);
		};
		try (RawClient client = open(server)) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
		}
		await().untilAsserted(() -> assertThat(server.bean(OpenConnections.class).count()).isZero());
	}

	private static UpgradeRequest request() {
		return (UpgradeRequest) Proxy.newProxyInstance(UpgradeRequest.class.getClassLoader(),
				new Class<?>[] { UpgradeRequest.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "getUri" -> URI.create("http://localhost/fake");
					case "getRemoteAddress" -> InetSocketAddress.createUnresolved("localhost", 1);
					default -> throw new UnsupportedOperationException(method.getName());
				});
	}

	interface Body {

		void run(WebsocketConnection connection, Resource resource) throws Exception;

	}

	/** What serve does once it has said that it is ready. */
	@Component
	static class Script {

		volatile Body body = (connection, resource) -> connection.messages().forEach(connection::send);

	}

	/** What serve needs. */
	@Component
	static class Resource implements DisposableBean {

		final AtomicBoolean destroyed = new AtomicBoolean();

		@Override
		public void destroy() {
			this.destroyed.set(true);
		}

	}

	@WebsocketController("/script")
	static class ScriptController {

		private final Script script;

		private final Resource resource;

		ScriptController(Script script, Resource resource) {
			this.script = script;
			this.resource = resource;
		}

		void serve(WebsocketConnection connection) throws Exception {
			connection.receive();
			connection.sendText("ready");
			this.script.body.run(connection, this.resource);
		}

	}

	/** A peer that says nothing and is gone. */
	private static final class GonePeer extends FakeTransport implements PendingTransport {

		final ByteBuffer written = ByteBuffer.allocate(1024);

		@Override
		public boolean release(Runnable then) {
			return false;
		}

		@Override
		public Transport open() {
			return this;
		}

		@Override
		public int write(ByteBuffer source) {
			int count = source.remaining();
			this.written.put(source);
			return count;
		}

	}

	private static final class NoJson implements JsonCodec {

		@Override
		public <T> T read(byte[] json, Class<T> type) {
			throw new UnsupportedOperationException();
		}

		@Override
		public byte[] write(Object object) {
			throw new UnsupportedOperationException();
		}

	}

}
