package io.github.websocketcontroller.serve;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Threads that end with their connection, however it ends.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class ForkTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, HookedController.class)
		.properties("websocket-controller.close-timeout=2s", "websocket-controller.write-timeout=1s");

	private final Scripts scripts = server.bean(Scripts.class);

	private final HookedController hooked = server.bean(HookedController.class);

	/** What has ended {@code serve}, or that it has returned. */
	private final CompletableFuture<Object> served = new CompletableFuture<>();

	/** The same for the task of a fork. */
	private final CompletableFuture<Object> forked = new CompletableFuture<>();

	private int started;

	@BeforeEach
	void forget(CapturedOutput output) {
		this.started = output.getAll().length();
	}

	private List<String> lines(CapturedOutput output, String part) {
		return output.getAll()
			.substring(this.started)
			.lines()
			.filter((line) -> line.contains(part) && !line.contains("SslContext"))
			.toList();
	}

	private void assertNothingLogged(CapturedOutput output) {
		assertThat(lines(output, " WARN ")).isEmpty();
		assertThat(lines(output, " ERROR ")).isEmpty();
	}

	private String path(Scripts.Script script) {
		return this.scripts.path((connection) -> watch(connection, script, this.served));
	}

	private RawClient open(Scripts.Script script) throws Exception {
		return server.open(path(script));
	}

	private void fork(WebsocketConnection connection, Scripts.Script task) {
		connection.fork(() -> {
			try {
				watch(connection, task, this.forked);
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException("As an application wraps it", ex);
			}
		});
	}

	private static void watch(WebsocketConnection connection, Scripts.Script script, CompletableFuture<Object> ended)
			throws Exception {
		try {
			script.run(connection);
			ended.complete("returned");
		}
		catch (Throwable ex) {
			ended.complete(ex);
			throw ex;
		}
	}

	private Object served() throws Exception {
		return this.served.get(20, TimeUnit.SECONDS);
	}

	private Object forked() throws Exception {
		return this.forked.get(20, TimeUnit.SECONDS);
	}

	private static void waitForEver() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	@ParameterizedTest
	@CsvSource({ "reads, close", "writes, close", "reads, reset", "writes, reset", "reads, end", "writes, end",
			"reads, violate", "writes, violate" })
	void whenOneThreadReadsAndAnotherWritesThenBothEndWithThePeer(String fork, String peer, CapturedOutput output)
			throws Exception {
		BlockingQueue<String> queue = new LinkedBlockingQueue<>();
		Scripts.Script read = (connection) -> connection.messages(String.class).forEach(queue::add);
		Scripts.Script write = (connection) -> {
			while (true) {
				connection.sendText(queue.take());
			}
		};
		try (RawClient client = open((connection) -> {
			boolean reads = fork.equals("reads");
			fork(connection, reads ? read : write);
			(reads ? write : read).run(connection);
		})) {
			for (int i = 0; i < 50; i++) {
				client.text("a" + i);
			}
			for (int i = 0; i < 50; i++) {
				assertThat(client.read().text()).isEqualTo("a" + i);
			}
			switch (peer) {
				case "close" -> assertThat(client.close(3000).read().closeCode()).isEqualTo(3000);
				case "violate" -> assertThat(client.sendHex("81 01 41").read().closeCode()).isEqualTo(1002);
				case "end" -> client.shutdownOutput();
				default -> client.reset();
			}
			boolean reads = fork.equals("reads");
			assertThat(reads ? forked() : served()).isEqualTo("returned");
			assertThat(reads ? served() : forked()).isInstanceOfAny(InterruptedException.class,
					ConnectionClosedException.class);
		}
		assertNothingLogged(output);
	}

	@Test
	void whenThePeerVanishesDuringASendOfAForkThenAllEnds(CapturedOutput output) throws Exception {
		AtomicBoolean sending = new AtomicBoolean();
		String path = path((connection) -> {
			fork(connection, (same) -> sendWithoutEnd(same, sending));
			connection.receive();
		});
		RawClient client = server.connect(4096).upgrade(path);
		await().atMost(LONG).untilTrue(sending);
		client.reset();
		assertThat(served()).isInstanceOf(ConnectionClosedException.class);
		assertThat(forked()).isInstanceOf(RuntimeException.class);
		assertNothingLogged(output);
	}

	@Test
	void whenServeReturnsDuringASendThatThePeerHoldsUpThenAllEnds(CapturedOutput output) throws Exception {
		AtomicBoolean sending = new AtomicBoolean();
		String path = path((connection) -> {
			fork(connection, (same) -> sendWithoutEnd(same, sending));
			await().atMost(LONG).untilTrue(sending);
		});
		try (RawClient client = server.connect(4096).upgrade(path)) {
			assertThat(forked()).isInstanceOf(RuntimeException.class);
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
		assertNothingLogged(output);
	}

	private static void sendWithoutEnd(WebsocketConnection connection, AtomicBoolean sending) {
		while (true) {
			connection.sendBinary(new byte[60_000]);
			sending.set(true);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenServeIsOverThenAForkMaySayGoodbye(boolean fails, CapturedOutput output) throws Exception {
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> {
				try {
					waitForEver();
				}
				catch (InterruptedException ex) {
					connection.sendText("bye");
					assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(() -> same.fork(() -> {
					}));
				}
			});
			if (fails) {
				throw new IllegalStateException("mine");
			}
		})) {
			assertThat(client.read().text()).isEqualTo("bye");
			assertThat(client.read().closeCode()).isEqualTo(fails ? 1011 : 1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(forked()).isEqualTo("returned");
		assertThat(lines(output, " ERROR ")).hasSize(fails ? 1 : 0);
	}

	@Test
	void whenServeReturnsWhileAForkReceivesThenTheCloseDoesNotWaitForIt(CapturedOutput output) throws Exception {
		CompletableFuture<Void> receiving = new CompletableFuture<>();
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> {
				connection.receive();
				receiving.complete(null);
				connection.receive();
			});
			receiving.get();
		})) {
			client.text("first");
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(forked()).isInstanceOf(RuntimeException.class);
		assertNothingLogged(output);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAForkFailsThenThatIsTheErrorOfServe(boolean receives, CapturedOutput output) throws Exception {
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> {
				throw new IllegalStateException("mine");
			});
			if (receives) {
				connection.receive();
			}
			waitForEver();
		})) {
			RawClient.Frame close = client.read();
			assertThat(close.closeCode()).isEqualTo(1011);
			assertThat(close.closeReason()).isEqualTo("Internal server error");
			client.close(1011);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(served()).isInstanceOfAny(receives ? new Class<?>[] { ConnectionClosedException.class,
				InterruptedException.class, WebsocketException.class } : new Class<?>[] { InterruptedException.class });
		assertThat(lines(output, "IllegalStateException: mine")).hasSize(1);
		assertThat(lines(output, " ERROR ")).hasSize(1);
	}

	@Test
	void whenServeFailsBecauseAForkHasThenThatIsNoFurtherError(CapturedOutput output) throws Exception {
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> {
				throw new IllegalStateException("mine");
			});
			try {
				waitForEver();
			}
			catch (InterruptedException ex) {
				throw new IllegalArgumentException("because of that");
			}
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		assertThat(served()).isInstanceOf(IllegalArgumentException.class);
		server.assertNoLeaks();
		assertThat(lines(output, " ERROR ")).hasSize(1);
		assertThat(lines(output, "because of that")).isEmpty();
	}

	@Test
	void whenSeveralForksFailThenTheHookIsCalledOnce(CapturedOutput output) throws Exception {
		List<Thread> forks = new CopyOnWriteArrayList<>();
		CountDownLatch together = new CountDownLatch(2);
		Runnable failing = () -> {
			forks.add(Thread.currentThread());
			together.countDown();
			awaitAll(together);
			throw new IllegalStateException("mine");
		};
		try (RawClient client = openHooked((connection) -> {
			connection.fork(failing);
			connection.fork(failing);
			waitForEver();
		}, (connection) -> {
			// The other one has failed, too, and must not end the connection meanwhile.
			for (Thread fork : forks) {
				if (fork != Thread.currentThread()) {
					fork.join(20_000);
				}
			}
			connection.sendText("sorry");
		})) {
			assertSorry(client);
		}
		server.assertNoLeaks();
		assertThat(this.hooked.errors).hasSize(1).hasOnlyElementsOfType(IllegalStateException.class);
		assertThat(lines(output, " ERROR ")).singleElement().asString().contains("further thread");
	}

	private static void awaitAll(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			// It fails all the same.
		}
	}

	private RawClient openHooked(Scripts.Script script, Scripts.Script hook) throws Exception {
		this.hooked.errors.clear();
		this.hooked.script = (connection) -> watch(connection, script, this.served);
		this.hooked.hook = hook;
		return server.open("/hooked");
	}

	private static void assertSorry(RawClient client) throws Exception {
		assertThat(client.read().text()).isEqualTo("sorry");
		assertThat(client.read().closeCode()).isEqualTo(1011);
	}

	@ParameterizedTest
	@ValueSource(strings = { "fails", "returns", "receives nonsense" })
	void whenServeEndsWhileTheHookIsAtWorkForAForkThenItWaits(String end, CapturedOutput output) throws Exception {
		CountDownLatch atWork = new CountDownLatch(1);
		try (RawClient client = openHooked((connection) -> {
			connection.fork(() -> {
				throw new IllegalStateException("first");
			});
			atWork.await();
			switch (end) {
				case "fails" -> throw new IllegalStateException("second");
				case "receives nonsense" -> connection.receiveJson(Map.class);
				default -> {
				}
			}
		}, (connection) -> {
			atWork.countDown();
			served();
			if (end.equals("fails")) {
				await().until(() -> !lines(output, "further thread").isEmpty());
			}
			Thread.sleep(200); // in which the connection could end
			connection.sendText("sorry");
		})) {
			client.text("{");
			assertSorry(client);
		}
		assertThat(this.hooked.errors).singleElement().asString().contains("first");
		assertThat(lines(output, " WARN ")).isEmpty();
		assertThat(lines(output, " ERROR ")).hasSize(end.equals("fails") ? 1 : 0);
	}

	@Test
	void whenAForkReceivesNonsenseWhileTheHookIsAtWorkThenItDoesNotEndTheConnection(CapturedOutput output)
			throws Exception {
		CountDownLatch atWork = new CountDownLatch(1);
		try (RawClient client = openHooked((connection) -> {
			fork(connection, (same) -> connection.receiveJson(Map.class));
			throw new IllegalStateException("first");
		}, (connection) -> {
			atWork.countDown();
			forked();
			Thread.sleep(200); // in which the connection could end
			connection.sendText("sorry");
		})) {
			assertThat(atWork.await(20, TimeUnit.SECONDS)).isTrue();
			client.text("{");
			assertSorry(client);
		}
		assertThat(forked()).isInstanceOf(InvalidMessageException.class);
		assertThat(this.hooked.errors).singleElement().asString().contains("first");
		assertNothingLogged(output);
	}

	@Test
	void whenAForkLeavesAMessageOpenThenThatIsTheErrorOfServe(CapturedOutput output) throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> {
				connection.sendWriter().write("lost");
				begun.countDown();
				Thread.sleep(200); // until serve waits
			});
			begun.await();
			connection.sendText("waits for the end of the other message");
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		assertThat(forked()).isEqualTo("returned");
		assertThat(served()).isInstanceOfAny(WebsocketException.class, InterruptedException.class);
		assertThat(lines(output, " ERROR ")).singleElement().asString().contains("serve has failed");
		assertThat(lines(output, "without closing the stream of a message")).isNotEmpty();
	}

	@Test
	void whenAnInvalidMessageLeavesAForkThenThePeerIsToldWhatWasWrong(CapturedOutput output) throws Exception {
		try (RawClient client = open((connection) -> {
			fork(connection, (same) -> connection.receiveJson(Map.class));
			waitForEver();
		})) {
			client.text("{");
			assertThat(client.read().closeCode()).isEqualTo(1007);
		}
		assertThat(served()).isInstanceOf(InterruptedException.class);
		assertNothingLogged(output);
	}

	@Test
	void whenAHandlerFailsWhileIncomingIsIgnoredThenThatIsTheErrorOfServe(CapturedOutput output) throws Exception {
		try (RawClient client = open((connection) -> {
			connection.setPingHandler((ping) -> {
				throw new IllegalStateException("mine");
			});
			connection.ignoreIncoming();
			waitForEver();
		})) {
			client.frame(0x89, "x".getBytes(StandardCharsets.UTF_8));
			assertThat(client.read().closeCode()).isEqualTo(1011);
			client.close(1011);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(served()).isInstanceOf(InterruptedException.class);
		assertThat(lines(output, " ERROR ")).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAForkIgnoresItsInterruptThenItIsNamedAndTheCloseGoesOn(boolean inHandler, CapturedOutput output)
			throws Exception {
		CompletableFuture<Void> release = new CompletableFuture<>();
		CompletableFuture<String> name = new CompletableFuture<>();
		Scripts.Script stubborn = (connection) -> {
			name.complete(Thread.currentThread().getName());
			while (!release.isDone()) {
				waitStubbornly(release);
			}
		};
		try (RawClient client = open((connection) -> {
			if (inHandler) {
				connection.setPingHandler((ping) -> {
					try {
						stubborn.run(connection);
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
				});
			}
			fork(connection, inHandler ? WebsocketConnection::receive : stubborn);
			name.get();
		})) {
			client.frame(0x89, "x".getBytes(StandardCharsets.UTF_8));
			RawClient.Frame frame = client.read();
			assertThat((frame.firstByte() == 0x8A) ? client.read().closeCode() : frame.closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.awaitEnd(LONG)).isTrue();
			await().atMost(LONG).until(() -> server.bean(OpenConnections.class).count() == 0);
			assertThat(lines(output, " WARN ")).singleElement().asString().contains("thread " + name.get(), "/script");
			assertThat(this.forked).isNotDone();
		}
		finally {
			release.complete(null);
		}
		forked();
		assertThat(lines(output, " ERROR ")).isEmpty();
	}

	private static void waitStubbornly(CompletableFuture<Void> release) throws ExecutionException {
		try {
			release.get();
		}
		catch (InterruptedException ex) {
			// So what?
		}
	}

	@Test
	void whenThreadsForkWithoutEndThenAllEndWithServe(CapturedOutput output) throws Exception {
		for (int round = 0; round < 10; round++) {
			AtomicInteger begun = new AtomicInteger();
			AtomicInteger ended = new AtomicInteger();
			boolean closes = round % 2 == 0;
			try (RawClient client = this.scripts.open(server, (connection) -> {
				for (int i = 0; i < 4; i++) {
					connection.fork(() -> forkOn(connection, begun, ended));
				}
				await().atMost(LONG).until(() -> begun.get() > 100);
				if (closes) {
					connection.close();
				}
			})) {
				assertThat(client.read().closeCode()).isEqualTo(1000);
				client.close(1000);
				assertThat(client.isAtEnd()).isTrue();
			}
			server.assertNoLeaks();
			assertThat(ended.get()).isEqualTo(begun.get()).isGreaterThan(100);
		}
		assertNothingLogged(output);
	}

	private static void forkOn(WebsocketConnection connection, AtomicInteger begun, AtomicInteger ended) {
		begun.incrementAndGet();
		try {
			connection.fork(() -> forkOn(connection, begun, ended));
		}
		finally {
			ended.incrementAndGet();
		}
	}

	@Test
	void whenTheConnectionIsClosingThenNothingIsForked() throws Exception {
		CompletableFuture<WebsocketConnection> closing = new CompletableFuture<>();
		AtomicBoolean run = new AtomicBoolean();
		try (RawClient client = open((connection) -> {
			connection.close();
			assertThatExceptionOfType(ConnectionClosedException.class)
				.isThrownBy(() -> connection.fork(() -> run.set(true)));
			closing.complete(connection);
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(served()).isEqualTo("returned");
		WebsocketConnection gone = closing.get(20, TimeUnit.SECONDS);
		gone.closed().get(20, TimeUnit.SECONDS);
		assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(() -> gone.fork(() -> run.set(true)))
			.satisfies((ex) -> assertThat(ex.getCloseStatus().getCode()).isEqualTo(1000));
		assertThat(run).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheApplicationStopsThenForksAreInterruptedWithServe(boolean answers) throws Exception {
		TestServer stopping = server.another(Scripts.class)
			.properties("websocket-controller.close-timeout=20s", "spring.lifecycle.timeout-per-shutdown-phase=2s")
			.start();
		CompletableFuture<Void> waiting = new CompletableFuture<>();
		try (RawClient client = stopping.open(stopping.bean(Scripts.class).path((connection) -> {
			fork(connection, (same) -> {
				waiting.complete(null);
				waitForEver();
			});
			this.forked.join();
		}))) {
			waiting.get(20, TimeUnit.SECONDS);
			Thread stop = new Thread(stopping::stop);
			stop.start();
			assertThat(client.read().closeCode()).isEqualTo(1001);
			if (answers) {
				client.close(1001);
			}
			assertThat(forked()).isInstanceOf(InterruptedException.class);
			stop.join(20_000);
			assertThat(stop.isAlive()).isFalse();
		}
	}

	@WebsocketController("/hooked")
	static class HookedController implements ServeErrorHandler {

		final List<Throwable> errors = new CopyOnWriteArrayList<>();

		volatile Scripts.Script script = WebsocketConnection::close;

		volatile Scripts.Script hook = WebsocketConnection::close;

		void serve(WebsocketConnection connection) throws Exception {
			this.script.run(connection);
		}

		@Override
		public void onError(WebsocketConnection connection, Throwable error) {
			this.errors.add(error);
			try {
				this.hook.run(connection);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
