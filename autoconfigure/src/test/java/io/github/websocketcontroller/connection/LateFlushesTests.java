package io.github.websocketcontroller.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.testing.FakeTransport;
import io.github.websocketcontroller.testing.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How many writes it takes to answer messages that have come together, and what happens
 * when the answers have to wait for too long.
 */
class LateFlushesTests {

	private static final int BURST = 16;

	private final BurstTransport transport = new BurstTransport();

	/** What the library wants to run on threads of its own. */
	private final Queue<Runnable> helpers = new ConcurrentLinkedQueue<>();

	/** How often it may not. */
	private final AtomicInteger refusals = new AtomicInteger();

	private final SharedResources shared = new SharedResources(proxy(JsonCodec.class), (task) -> {
		if (this.refusals.getAndDecrement() > 0) {
			throw new RejectedExecutionException("none left");
		}
		this.helpers.add(task);
	});

	private final OpenConnection connection = new OpenConnection("id", proxy(UpgradeRequest.class), Agreement.NONE,
			WebsocketSettings.DEFAULTS, this.transport, this.shared);

	private static <T> T proxy(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> null));
	}

	@AfterEach
	void end() {
		this.connection.cut();
		this.shared.close();
	}

	private void receive(int count) {
		for (int i = 0; i < count; i++) {
			assertThat(this.connection.receiveBinary()).hasSize(1);
		}
	}

	private void answer(int count) {
		for (int i = 0; i < count; i++) {
			this.connection.sendBinary(this.connection.receiveBinary());
		}
	}

	@Test
	void whenMessagesHaveComeTogetherThenOneWriteAnswersThem() {
		answer(BURST - 1);
		assertThat(this.transport.writes).isEmpty();
		answer(1);
		assertThat(this.transport.writes).containsExactly(3 * BURST);
	}

	@Test
	void whenTheNextReceiveWouldWaitThenAMessageIsSentAtOnce() {
		receive(BURST);
		this.connection.sendText("one");
		this.connection.sendText("two");
		assertThat(this.transport.writes).containsExactly(5, 5);
	}

	@Test
	void whenTheLastMessageOfABurstWasAStreamThenAnAnswerDoesNotWait() throws IOException {
		receive(BURST - 1);
		assertThat(this.connection.receiveStream().readAllBytes()).hasSize(1);
		this.connection.sendText("one");
		assertThat(this.transport.writes).containsExactly(5);
	}

	@Test
	void whenAnotherThreadSendsThenItTakesAlongWhatWaits() throws Exception {
		answer(2);
		Thread other = new Thread(() -> this.connection.sendText("other"));
		other.start();
		other.join();
		assertThat(this.transport.writes).containsExactly(3 + 3 + 7);
	}

	@Test
	void whenTheApplicationFlushesThenNothingWaits() {
		answer(2);
		this.connection.flush();
		this.connection.sendText("next");
		this.connection.ping();
		assertThat(this.transport.writes).containsExactly(6, 8);
	}

	@Test
	void whenAMessageIsLargeThenItTakesAlongWhatWaits() {
		answer(1);
		this.connection.sendBinary(new byte[10_000]);
		assertThat(this.transport.sent.size()).isEqualTo(3 + 4 + 10_000);
	}

	@Test
	void whenTheThreadDoesNotReturnThenAnotherOneFlushesAndOnlyOnce() {
		answer(2);
		await().until(() -> !this.helpers.isEmpty());
		assertThat(this.transport.writes).isEmpty();
		runHelpers();
		assertThat(this.transport.writes).containsExactly(6);
		answer(BURST - 2);
		runHelpers();
		assertThat(this.transport.sent.size()).isEqualTo(3 * BURST);
	}

	@Test
	void whenThereIsNoThreadToFlushThenItIsTriedAgain() {
		this.refusals.set(3);
		answer(2);
		await().until(() -> !this.helpers.isEmpty());
		assertThat(this.refusals).hasNonPositiveValue();
		runHelpers();
		assertThat(this.transport.writes).containsExactly(6);
	}

	@Test
	void whenTheThreadDoesNotReturnThenItsNextMessagesDoNotWait() {
		answer(2);
		await().until(() -> !this.helpers.isEmpty());
		runHelpers();
		this.connection.sendText("feed");
		this.connection.sendText("more");
		assertThat(this.transport.writes).containsExactly(6, 6, 6);
		assertThat(this.helpers).isEmpty();
	}

	@Test
	void whenAMessageIsSentAsAStreamThenItDoesNotWait() throws IOException {
		answer(2);
		await().until(() -> !this.helpers.isEmpty());
		runHelpers();
		try (OutputStream stream = this.connection.sendStream()) {
			stream.write(1);
			stream.flush();
			assertThat(this.transport.writes).containsExactly(6, 3);
		}
		assertThat(this.transport.writes).containsExactly(6, 3, 2);
	}

	@Test
	void whenAMessageWasOfferedBeforeThenItDoesNotWait() {
		this.connection.offerText("offered");
		answer(1);
		assertThat(this.transport.writes).containsExactly(9);
		this.connection.flush();
		assertThat(this.transport.writes).containsExactly(9, 3);
	}

	@Test
	void whenAutoFlushIsOffThenNobodyElseFlushes() throws Exception {
		this.connection.setAutoFlush(false);
		answer(2);
		CountDownLatch later = new CountDownLatch(1);
		assertThat(later.await(50, TimeUnit.MILLISECONDS)).isFalse();
		assertThat(this.helpers).isEmpty();
		assertThat(this.transport.writes).isEmpty();
	}

	@Test
	void whenThePeerIsLostThenALateFlushEndsTheConnection() {
		this.transport.broken = true;
		answer(2);
		await().until(() -> !this.helpers.isEmpty());
		runHelpers();
		assertThat(this.connection.isOpen()).isFalse();
		assertThat(this.transport.isOpen()).isFalse();
	}

	@Test
	void whenItIsClosedThenItsThreadHasEnded() {
		answer(1);
		assertThat(timers()).isNotEmpty();
		this.shared.close();
		// The pool has ended a moment before its thread.
		await().untilAsserted(() -> assertThat(timers()).isEmpty());
		answer(1);
		this.connection.flush();
		assertThat(this.transport.writes).containsExactly(6);
	}

	private void runHelpers() {
		Runnable helper = this.helpers.poll();
		while (helper != null) {
			helper.run();
			helper = this.helpers.poll();
		}
	}

	private static List<String> timers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("websocket-flush-"))
			.toList();
	}

	/**
	 * Has many small messages with the first read and none with the second.
	 */
	private static final class BurstTransport extends FakeTransport {

		private final List<Integer> writes = new CopyOnWriteArrayList<>();

		private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

		private volatile boolean read;

		private volatile boolean broken;

		@Override
		public int read(ByteBuffer target, long timeout) {
			if (this.read) {
				return -1;
			}
			this.read = true;
			int before = target.position();
			for (int i = 0; i < BURST; i++) {
				target.put(RawClient.bytes(0x82, new byte[] { (byte) i }));
			}
			return target.position() - before;
		}

		@Override
		public int write(ByteBuffer source) throws IOException {
			if (this.broken) {
				throw new IOException("Broken pipe");
			}
			int count = source.remaining();
			for (int i = 0; i < count; i++) {
				this.sent.write(source.get());
			}
			this.writes.add(count);
			return count;
		}

	}

}
