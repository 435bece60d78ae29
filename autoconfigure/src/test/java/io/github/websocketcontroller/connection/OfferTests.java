package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.github.websocketcontroller.OverflowPolicy;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is promised of messages that are offered, while the connection is open.
 */
@OnEveryTransport
@ExtendWith(OutputCaptureExtension.class)
class OfferTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final int SMALL_BUFFER = 4096;

	/** More than the system has room for, with the messages of the length below. */
	private static final int FLOOD = 1000;

	private static final int LENGTH = 10_000;

	private static final int KEYS = 5;

	/** Room for about ten of them. */
	private static final int SMALL_CAPACITY = 100 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.write-timeout=60s", "websocket-controller.close-timeout=30s",
				"websocket-controller.outbox.capacity=32MB");

	private final Scripts scripts = server.bean(Scripts.class);

	private static void assertEnd(RawClient client) throws IOException {
		assertThat(client.read().closeCode()).isEqualTo(1000);
		client.close(1000);
		assertThat(client.isAtEnd()).isTrue();
	}

	@Test
	void whenAThreadSendsAndOffersThenThePeerGetsAllInThatOrder() throws Exception {
		int messages = 10_000;
		try (RawClient client = this.scripts.open(server, (connection) -> {
			for (int i = 0; i < messages; i++) {
				sendOrOffer(connection, i);
			}
			assertThat(connection.getDroppedMessages()).isZero();
		})) {
			for (int i = 0; i < messages; i++) {
				assertThat(client.read().text()).isEqualTo("" + i);
			}
			assertEnd(client);
		}
	}

	private static void sendOrOffer(WebsocketConnection connection, int number) {
		String text = "" + number;
		switch ((number / 7) % 5) {
			case 0 -> assertThat(connection.offerText(text)).isTrue();
			case 1 -> connection.sendText(text);
			case 2 -> assertThat(connection.offer(new TextMessage(text))).isTrue();
			case 3 -> assertThat(connection.offerBinary(text.getBytes(StandardCharsets.UTF_8))).isTrue();
			default -> assertThat(connection.offerJson(number)).isTrue();
		}
	}

	@Test
	void whenManyThreadsOfferThenNoMessageIsLostAndThoseOfAThreadKeepTheirOrder() throws Exception {
		int threads = 8;
		int messages = 1000;
		try (RawClient client = this.scripts.open(server, (connection) -> inParallel(threads, (thread) -> {
			for (int i = 0; i < messages; i++) {
				assertThat(connection.offerText(thread + " " + i)).isTrue();
			}
		}))) {
			int[] next = new int[threads];
			for (int i = 0; i < threads * messages; i++) {
				String[] text = client.read().text().split(" ", 2);
				assertThat(Integer.parseInt(text[1])).isEqualTo(next[Integer.parseInt(text[0])]++);
			}
			assertEnd(client);
		}
	}

	private static void inParallel(int threads, IntConsumer task) throws Exception {
		List<CompletableFuture<Void>> futures = IntStream.range(0, threads)
			.mapToObj((i) -> CompletableFuture.runAsync(() -> task.accept(i), (run) -> new Thread(run).start()))
			.toList();
		for (CompletableFuture<Void> future : futures) {
			future.get(60, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenAPeerIsSlowThenAHundredOthersGetEverythingMeanwhile() throws Exception {
		int others = 100;
		int messages = 100;
		CountDownLatch done = new CountDownLatch(1);
		Member slow = new Member(SMALL_BUFFER);
		List<Member> fast = new ArrayList<>();
		CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> readSlowly(slow.client, done),
				(task) -> new Thread(task).start());
		try {
			for (int i = 0; i < others; i++) {
				fast.add(new Member(0));
			}
			// No system has room for that: somebody waits until the slow peer takes it.
			for (int i = 0; i < FLOOD; i++) {
				assertThat(slow.connection.offer(numbered(i))).isTrue();
			}
			for (int i = 0; i < messages; i++) {
				TextMessage news = new TextMessage(("news " + i).getBytes(StandardCharsets.UTF_8));
				assertThat(slow.connection.offer(news)).isTrue();
				fast.forEach((member) -> assertThat(member.connection.offer(news)).isTrue());
			}
			for (Member member : fast) {
				for (int i = 0; i < messages; i++) {
					assertThat(member.client.read().text()).isEqualTo("news " + i);
				}
			}
			assertThat(slow.connection.getQueuedMessages()).isGreaterThan(messages);
			assertThat(slow.connection.isOpen()).isTrue();
			assertThat(reading).isNotDone();
			for (Member member : fast) {
				assertThat(member.connection.getQueuedMessages()).isZero();
				assertThat(member.connection.getQueuedBytes()).isZero();
				assertThat(member.connection.getDroppedMessages()).isZero();
			}
		}
		finally {
			done.countDown();
			reading.get(60, TimeUnit.SECONDS);
			slow.client.reset();
			for (Member member : fast) {
				member.client.close();
			}
		}
	}

	private static void readSlowly(RawClient client, CountDownLatch done) {
		try {
			while (!done.await(1, TimeUnit.SECONDS)) {
				client.input().readNBytes(1024);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void whenThereIsNoRoomThenTheConnectionIsClosed(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		Flood flood = new Flood(OverflowPolicy.CLOSE);
		assertThat(flood.close.closeCode()).isEqualTo(1013);
		assertThat(flood.close.closeReason()).isEqualTo("Too slow");
		assertThat(flood.received).isEqualTo(numbers(flood.received.size()));
		assertThat(flood.accepted).isEqualTo(numbers(flood.accepted.size())).hasSizeBetween(1, FLOOD - 1);
		assertThat(flood.received.size() + flood.dropped).isEqualTo(flood.accepted.size() + 1);
		assertThat(output.getAll().substring(before)).containsOnlyOnce("its peer takes its messages too slowly")
			.containsPattern(" WARN .* is closed: its peer takes its messages too slowly")
			.doesNotContain(" ERROR ");
	}

	@Test
	void whenThereIsNoRoomThenTheOldestAreDropped() throws Exception {
		Flood flood = new Flood(OverflowPolicy.DROP_OLDEST);
		assertThat(flood.accepted).isEqualTo(numbers(FLOOD));
		assertThat(flood.received).isSorted().doesNotHaveDuplicates().endsWith(FLOOD - 2, FLOOD - 1);
		assertDropped(flood);
	}

	@Test
	void whenThereIsNoRoomThenTheNewestAreDropped() throws Exception {
		Flood flood = new Flood(OverflowPolicy.DROP_NEWEST);
		assertThat(flood.received).isEqualTo(flood.accepted).startsWith(0, 1);
		assertDropped(flood);
	}

	@Test
	void whenMessagesAreConflatedThenThePeerGetsTheNewestOfEachKey() throws Exception {
		Flood flood = new Flood(OverflowPolicy.CONFLATE);
		assertThat(flood.accepted).isEqualTo(numbers(FLOOD));
		Map<Integer, Integer> newest = new HashMap<>();
		for (int number : flood.received) {
			assertThat(newest.getOrDefault(number % KEYS, -1)).isLessThan(number);
			newest.put(number % KEYS, number);
		}
		assertThat(newest.values())
			.containsExactlyInAnyOrderElementsOf(IntStream.range(FLOOD - KEYS, FLOOD).boxed().toList());
		assertDropped(flood);
	}

	@Test
	void whenOffersWaitForRoomThenThePeerGetsAll() throws Exception {
		Flood flood = new Flood(OverflowPolicy.BLOCK);
		assertThat(flood.accepted).isEqualTo(numbers(FLOOD));
		assertThat(flood.received).isEqualTo(flood.accepted);
		assertThat(flood.dropped).isZero();
	}

	private static void assertDropped(Flood flood) {
		assertThat(flood.close.closeCode()).isEqualTo(1000);
		assertThat(flood.dropped).isPositive();
		assertThat(flood.received.size() + flood.dropped).isEqualTo(FLOOD);
	}

	private static List<Integer> numbers(int count) {
		return IntStream.range(0, count).boxed().toList();
	}

	private static BinaryMessage numbered(int number) {
		return new BinaryMessage(ByteBuffer.allocate(LENGTH).putInt(0, number));
	}

	/**
	 * One who listens.
	 */
	private final class Member {

		private final RawClient client;

		private final WebsocketConnection connection;

		Member(int receiveBuffer) throws Exception {
			CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
			this.client = server.connect(receiveBuffer).upgrade(OfferTests.this.scripts.path((connection) -> {
				opened.complete(connection);
				connection.messages().forEach(connection::send);
			}));
			this.connection = opened.get(20, TimeUnit.SECONDS);
		}

	}

	/**
	 * Offers to a peer that takes nothing until there is no room, and everything then.
	 */
	private static final class Flood {

		private final List<Integer> accepted = new ArrayList<>();

		private final List<Integer> received = new ArrayList<>();

		private final RawClient.Frame close;

		private final long dropped;

		Flood(OverflowPolicy policy) throws Exception {
			TestServer other = server.another(Scripts.class)
				.properties("websocket-controller.outbox.overflow=" + policy,
						"websocket-controller.outbox.capacity=" + SMALL_CAPACITY,
						"websocket-controller.write-timeout=60s", "websocket-controller.close-timeout=30s")
				.start();
			CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();
			CompletableFuture<Void> offered = new CompletableFuture<>();
			String path = other.bean(Scripts.class).path((connection) -> {
				opened.complete(connection);
				offerAll(connection);
				offered.complete(null);
			});
			try (RawClient client = other.connect(SMALL_BUFFER).upgrade(path)) {
				WebsocketConnection connection = opened.get(20, TimeUnit.SECONDS);
				Predicate<WebsocketConnection> full = (policy == OverflowPolicy.BLOCK) ? Flood::isFull
						: (ignored) -> offered.isDone();
				await().atMost(LONG).until(() -> full.test(connection));
				this.close = readAll(client);
				client.close(this.close.closeCode());
				assertThat(client.isAtEnd()).isTrue();
				offered.get(20, TimeUnit.SECONDS);
				connection.closed().get(20, TimeUnit.SECONDS);
				assertThat(connection.getQueuedMessages()).isZero();
				assertThat(connection.getQueuedBytes()).isZero();
				this.dropped = connection.getDroppedMessages();
			}
			finally {
				other.stop();
			}
		}

		private static boolean isFull(WebsocketConnection connection) {
			return connection.getQueuedBytes() + LENGTH > SMALL_CAPACITY;
		}

		private void offerAll(WebsocketConnection connection) {
			for (int i = 0; i < FLOOD; i++) {
				if (connection.offer(numbered(i), i % KEYS)) {
					this.accepted.add(i);
				}
			}
		}

		private RawClient.Frame readAll(RawClient client) throws IOException {
			RawClient.Frame frame = client.read();
			while (frame.firstByte() == 0x82) {
				assertThat(frame.payload()).hasSize(LENGTH);
				this.received.add(ByteBuffer.wrap(frame.payload()).getInt());
				frame = client.read();
			}
			return frame;
		}

	}

}
