package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.testing.FakeTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What is offered to a peer that takes one frame at a time, when it is told to.
 */
@ExtendWith(OutputCaptureExtension.class)
class OfferingTests {

	private final StepwiseTransport transport = new StepwiseTransport();

	/** Whether threads can be had. */
	private volatile boolean threads = true;

	private final List<Thread> started = new CopyOnWriteArrayList<>();

	private final OpenConnection connection = new OpenConnection("id", request(), Agreement.NONE,
			WebsocketSettings.DEFAULTS, this.transport, new SharedResources(proxy(JsonCodec.class), this::execute));

	private void execute(Runnable task) {
		if (!this.threads) {
			throw new RejectedExecutionException("none left");
		}
		Thread thread = new Thread(task);
		this.started.add(thread);
		thread.start();
	}

	private static UpgradeRequest request() {
		return (UpgradeRequest) Proxy.newProxyInstance(OfferingTests.class.getClassLoader(),
				new Class<?>[] { UpgradeRequest.class },
				(proxy, method, arguments) -> method.getName().endsWith("Address")
						? InetSocketAddress.createUnresolved("localhost", 1) : null);
	}

	private static <T> T proxy(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> null));
	}

	@AfterEach
	void end() {
		this.connection.cut();
	}

	private static Thread start(Runnable task) {
		Thread thread = new Thread(task);
		thread.start();
		await().until(() -> thread.getState() == Thread.State.WAITING);
		return thread;
	}

	@Test
	void whenAControlFrameIsDueThenItPassesAheadOfWhatWaits() throws Exception {
		offer("a", "b", "c");
		this.transport.awaitWrite();
		Thread thread = start(() -> this.connection.pong("pong".getBytes(StandardCharsets.UTF_8)));
		this.transport.steps.release(4);
		thread.join();
		await().until(() -> this.transport.frames.size() == 4);
		assertThat(this.transport.frames).containsExactly("81 a", "8a pong", "81 b", "81 c");
	}

	@Test
	void whenAMessageIsSentThenItComesAfterThoseThatWereOfferedBeforeAndNoOthers() throws Exception {
		offer("a", "b");
		this.transport.awaitWrite();
		Thread thread = start(() -> this.connection.sendText("sent"));
		offer("c");
		this.transport.steps.release(4);
		thread.join();
		await().until(() -> this.transport.frames.size() == 4);
		assertThat(this.transport.frames).containsExactly("81 a", "81 b", "81 sent", "81 c");
	}

	@Test
	void whenOthersNeverStopToOfferThenAMessageIsSentAllTheSame() throws Exception {
		this.transport.steps.release(Integer.MAX_VALUE / 2);
		this.transport.whenWritten = () -> offer("more");
		offer("first");
		for (int i = 0; i < 100; i++) {
			Thread thread = new Thread(() -> this.connection.sendText("sent"));
			thread.start();
			thread.join(20_000);
			assertThat(thread.isAlive()).isFalse();
		}
		this.transport.whenWritten = () -> {
		};
		await().until(() -> this.connection.getQueuedMessages() == 0);
		assertThat(this.connection.getDroppedMessages()).isZero();
		assertThat(this.transport.frames.stream().filter("81 sent"::equals)).hasSize(100);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_22)
	void whenABufferThatWasOfferedCannotBeReadThenOnlyThatMessageIsLost(CapturedOutput output) throws Exception {
		Class<?> type = Class.forName("java.lang.foreign.Arena");
		Object arena = type.getMethod("ofShared").invoke(null);
		Object segment = type.getMethod("allocate", long.class).invoke(arena, 20L);
		Method asBuffer = Class.forName("java.lang.foreign.MemorySegment").getMethod("asByteBuffer");
		offer("a");
		this.transport.awaitWrite();
		assertThat(this.connection.offer(new BinaryMessage((ByteBuffer) asBuffer.invoke(segment)))).isTrue();
		type.getMethod("close").invoke(arena);
		this.transport.steps.release(2);
		await().until(() -> output.getAll().contains("could not be written, and is dropped"));
		offer("b");
		await().until(() -> {
			this.connection.watch(System.nanoTime());
			return this.transport.frames.size() == 2;
		});
		assertThat(this.transport.frames).containsExactly("81 a", "81 b");
		assertThat(this.connection.getDroppedMessages()).isEqualTo(1);
	}

	@Test
	void whenNobodyCanCloseAmidAMessageThenTheWriterOfWhatWaitsEnds() throws Exception {
		OutputStream message = this.connection.sendStream();
		offer("a");
		await().until(() -> !this.started.isEmpty());
		this.threads = false;
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(this.connection::close);
		for (Thread writer : this.started) {
			writer.join(20_000);
			assertThat(writer.isAlive()).isFalse();
		}
		this.connection.cut();
		assertThat(this.connection.getDroppedMessages()).isEqualTo(1);
		assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(message::close);
	}

	@Test
	void whenNoThreadCanBeHadThenTheNextMessageThatIsSentBringsWhatWaits(CapturedOutput output) {
		this.threads = false;
		offer("a", "b");
		assertThat(this.connection.getQueuedMessages()).isEqualTo(2);
		this.transport.steps.release(3);
		this.connection.sendText("sent");
		assertThat(this.transport.frames).containsExactly("81 a", "81 b", "81 sent");
		assertThat(this.connection.getDroppedMessages()).isZero();
		assertThat(output.getAll().split("No thread can be had", -1)).hasSize(2);
	}

	@Test
	void whenAThreadCanBeHadAgainThenTheNextOfferOrTheWatchdogFindsIt() {
		this.threads = false;
		offer("a");
		this.connection.watch(System.nanoTime());
		assertThat(this.connection.getQueuedMessages()).isEqualTo(1);
		this.threads = true;
		this.transport.steps.release(3);
		this.connection.watch(System.nanoTime());
		await().until(() -> this.transport.frames.size() == 1);
		this.threads = false;
		await().until(() -> !this.transport.isWriting());
		offer("b");
		this.threads = true;
		offer("c");
		await().until(() -> this.transport.frames.size() == 3);
		assertThat(this.transport.frames).containsExactly("81 a", "81 b", "81 c");
	}

	@Test
	void whenNoThreadCanBeHadThenTheCloseBringsWhatWaits() {
		this.threads = false;
		offer("a");
		this.transport.steps.release(2);
		this.transport.input.countDown();
		this.connection.finish(new CloseStatus(3000));
		assertThat(this.transport.frames).hasSize(2).startsWith("81 a").last().asString().startsWith("88 ");
		assertThat(this.connection.getDroppedMessages()).isZero();
	}

	@Test
	void whenNoThreadCanBeHadToSayThatThePeerIsTooSlowThenItIsCutOff() {
		this.threads = false;
		while (this.connection.offerBinary(new byte[100_000])) {
			assertThat(this.connection.isOpen()).isTrue();
		}
		assertThat(this.connection.getCloseStatus()).isEqualTo(Offering.TOO_SLOW);
		assertThat(this.transport.isOpen()).isFalse();
		assertThat(this.connection.getQueuedBytes()).isZero();
		assertThat(this.connection.getDroppedMessages()).isEqualTo(11);
	}

	@Test
	void whenAWriteFailsThenEverythingIsDropped() {
		offer("a", "b", "c");
		this.transport.awaitWrite();
		this.transport.close();
		await().until(() -> this.connection.getDroppedMessages() == 3);
		assertThat(this.connection.getQueuedMessages()).isZero();
		assertThat(this.connection.getCloseStatus()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
		assertThat(this.transport.frames).isEmpty();
	}

	@Test
	void whenTheConnectionHasEndedThenNothingIsTakenAndNothingThrown() {
		this.connection.cut();
		assertThat(this.connection.offerText("a")).isFalse();
		assertThat(this.connection.offerBinary(new byte[1])).isFalse();
		assertThat(this.connection.offerJson(List.of())).isFalse();
		assertThat(this.connection.offer(new TextMessage("a"))).isFalse();
		assertThat(this.connection.offer(new BinaryMessage(new byte[1]), "key")).isFalse();
		assertThat(this.connection.getDroppedMessages()).isZero();
	}

	@Test
	void whenItIsNoWholeMessageThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.connection.offer(new TextMessage("a", false)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.connection.offer(new PingMessage()));
		assertThatIllegalArgumentException().isThrownBy(() -> this.connection.offer(new PongMessage(), "key"));
	}

	@Test
	void whenATextIsEncodedAlreadyThenItsBytesAreWrittenAsTheyAre() {
		byte[] utf8 = "\u00e9".repeat(5000).getBytes(StandardCharsets.UTF_8);
		this.transport.steps.release(1);
		this.connection.offer(new TextMessage(utf8));
		await().until(() -> this.transport.frames.size() == 1);
		assertThat(this.transport.lastPayload).isSameAs(utf8);
	}

	@Test
	void whenTheOfferingThreadIsInterruptedThenItStaysSoAndTheMessageIsWritten() {
		this.transport.steps.release(1);
		Thread.currentThread().interrupt();
		offer("a");
		assertThat(Thread.interrupted()).isTrue();
		await().until(() -> this.transport.frames.size() == 1);
	}

	private void offer(String... texts) {
		for (String text : texts) {
			assertThat(this.connection.offerText(text)).isTrue();
		}
	}

	/**
	 * Takes a frame for each step.
	 */
	private static final class StepwiseTransport extends FakeTransport {

		private final List<String> frames = new CopyOnWriteArrayList<>();

		private final Semaphore steps = new Semaphore(0);

		private final Semaphore writes = new Semaphore(0);

		/** Ends the input. */
		private final CountDownLatch input = new CountDownLatch(1);

		private volatile Runnable whenWritten = () -> {
		};

		private volatile byte[] lastPayload = new byte[0];

		private volatile boolean writing;

		void awaitWrite() {
			await().until(() -> this.writes.tryAcquire());
		}

		boolean isWriting() {
			return this.writing;
		}

		@Override
		public int read(ByteBuffer target, long timeout) throws IOException {
			try {
				assertThat(this.input.await(60, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			return -1;
		}

		@Override
		public int write(ByteBuffer source) throws IOException {
			int count = source.remaining();
			step();
			ByteBuffer payload = source.slice(source.position() + 2, count - 2);
			this.frames.add("%02x ".formatted(source.get(source.position())) + StandardCharsets.UTF_8.decode(payload));
			source.position(source.limit());
			this.whenWritten.run();
			return count;
		}

		@Override
		public long write(ByteBuffer header, ByteBuffer payload) throws IOException {
			int count = header.remaining() + payload.remaining();
			step();
			assertThat(payload.arrayOffset()).isZero();
			this.lastPayload = payload.array();
			this.frames.add("%d bytes".formatted(payload.remaining()));
			header.position(header.limit());
			payload.position(payload.limit());
			return count;
		}

		private void step() throws IOException {
			this.writing = true;
			this.writes.release();
			this.steps.acquireUninterruptibly();
			this.writing = false;
			if (!isOpen()) {
				throw new ClosedChannelException();
			}
		}

		@Override
		public void close() {
			super.close();
			this.input.countDown();
			this.steps.release(1000);
		}

	}

}
