package io.github.websocketcontroller.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class SocketTransportTests {

	private static final long A_MOMENT = TimeUnit.MILLISECONDS.toNanos(20);

	private static final long LONG = TimeUnit.SECONDS.toNanos(20);

	private final AtomicInteger closings = new AtomicInteger();

	private SocketChannel channel;

	private SocketChannel peer;

	private SocketTransport transport;

	@BeforeEach
	void connect() throws IOException {
		try (ServerSocketChannel server = ServerSocketChannel.open()) {
			server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			this.peer = SocketChannel.open(server.getLocalAddress());
			this.channel = server.accept();
		}
		this.transport = transport(ByteBuffer.allocate(0));
	}

	@AfterEach
	void disconnect() throws IOException {
		this.channel.close();
		this.peer.close();
	}

	private SocketTransport transport(ByteBuffer leftover) {
		Closeable closer = () -> {
			this.closings.incrementAndGet();
			this.channel.close();
		};
		return new SocketTransport(this.channel, leftover, closer);
	}

	@Test
	void whenBytesWereLeftOverThenTheyComeFirst() throws IOException {
		send("world");
		ByteBuffer leftover = ByteBuffer.wrap(ascii("xxhello xx"), 2, 6);
		this.transport = transport(leftover);
		Arrays.fill(leftover.array(), (byte) '-');
		ByteBuffer target = ByteBuffer.allocate(20);
		assertThat(this.transport.read(target.limit(4), 0)).isEqualTo(4);
		assertThat(this.transport.read(target.limit(20), A_MOMENT)).isEqualTo(2);
		assertThat(this.transport.read(target, 0)).isEqualTo(5);
		assertThat(text(target)).isEqualTo("hello world");
	}

	@Test
	void whenNothingComesInTimeThenTheTransportStaysUsable() throws Exception {
		readWithAndWithoutTime();
		start(() -> {
			readWithAndWithoutTime();
			return null;
		}).get(40, TimeUnit.SECONDS);
	}

	private void readWithAndWithoutTime() throws IOException {
		this.channel.socket().setSoTimeout(1);
		ByteBuffer target = ByteBuffer.allocate(20).position(3);
		for (int i = 0; i < 3; i++) {
			assertThat(this.transport.read(target, A_MOMENT)).isZero();
			assertThat(target.position()).isEqualTo(3);
			send("timed");
			assertThat(this.transport.read(target, LONG)).isEqualTo(5);
			assertThat(target.flip().position(3).remaining()).isEqualTo(5);
			assertThat(this.transport.write(ByteBuffer.wrap(ascii("answer")))).isEqualTo(6);
			send("untimed");
			assertThat(this.transport.read(target.clear(), 0)).isEqualTo(7);
			assertThat(text(target)).isEqualTo("untimed");
			target.clear().position(3);
		}
		assertThat(this.channel.isBlocking()).isTrue();
	}

	@Test
	void whenTimeIsShorterThanTheClockThenReadingStillEnds() throws IOException {
		assertThat(this.transport.read(ByteBuffer.allocate(1), 1)).isZero();
	}

	@Test
	void whenTimeIsLongerThanTheSocketKnowsThenBytesAreRead() throws IOException {
		send("x");
		assertThat(this.transport.read(ByteBuffer.allocate(1), Long.MAX_VALUE)).isEqualTo(1);
	}

	@Test
	void whenTargetHasNoAccessibleArrayThenTimedReadsFillIt() throws IOException {
		ByteBuffer target = ByteBuffer.allocateDirect(10);
		assertThat(this.transport.read(target, A_MOMENT)).isZero();
		send("hello");
		assertThat(this.transport.read(target, LONG)).isEqualTo(5);
		assertThat(text(target)).isEqualTo("hello");
	}

	@Test
	void whenTargetIsPartOfAnArrayThenOnlyThatPartIsFilled() throws IOException {
		byte[] array = ascii("..........");
		ByteBuffer target = ByteBuffer.wrap(array, 2, 6).slice().position(1).limit(4);
		send("hello");
		assertThat(this.transport.read(target, LONG)).isEqualTo(3);
		assertThat(new String(array, StandardCharsets.US_ASCII)).isEqualTo("...hel....");
	}

	@Test
	void whenPeerEndsItsStreamThenEveryReadSaysSo() throws IOException {
		this.peer.shutdownOutput();
		assertThat(this.transport.read(ByteBuffer.allocate(1), LONG)).isEqualTo(-1);
		assertThat(this.transport.read(ByteBuffer.allocate(1), 0)).isEqualTo(-1);
		assertThat(this.transport.read(ByteBuffer.allocate(1), A_MOMENT)).isEqualTo(-1);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE })
	void whenClosedThenAWaitingReaderFails(long timeout) throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		FutureTask<Integer> reader = start(() -> {
			reading.countDown();
			return this.transport.read(ByteBuffer.allocate(1), timeout);
		});
		reading.await();
		this.transport.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> reader.get(20, TimeUnit.SECONDS))
			.withCauseInstanceOf(IOException.class);
	}

	@Test
	void whenClosedThenAWaitingWriterFails() throws Exception {
		CountDownLatch writing = new CountDownLatch(20);
		FutureTask<Void> writer = start(() -> {
			while (true) {
				writing.countDown();
				this.transport.write(ByteBuffer.allocate(60_000));
			}
		});
		writing.await();
		this.transport.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> writer.get(20, TimeUnit.SECONDS))
			.withCauseInstanceOf(IOException.class);
	}

	@Test
	void whenSeveralThreadsCloseThenTheCloserIsCalledOnce() throws Exception {
		CyclicBarrier together = new CyclicBarrier(2);
		Callable<Void> closing = () -> {
			together.await();
			this.transport.close();
			return null;
		};
		FutureTask<Void> one = start(closing);
		FutureTask<Void> other = start(closing);
		one.get(20, TimeUnit.SECONDS);
		other.get(20, TimeUnit.SECONDS);
		this.transport.close();
		assertThat(this.closings).hasValue(1);
	}

	@Test
	void whenTheCloserFailsThenTheChannelIsClosedAllTheSame() {
		new SocketTransport(this.channel, ByteBuffer.allocate(0), () -> {
			throw new IOException("broken");
		}).close();
		assertThat(this.channel.isOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1_000_000 })
	void whenReadingAndWritingAtOnceThenAllBytesArrive(long timeout) throws Exception {
		byte[] bytes = new byte[4 * 1024 * 1024];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) ((i * 7) >> 3);
		}
		FutureTask<Void> echo = start(this::echo);
		FutureTask<Void> writer = start(() -> {
			ByteBuffer header = ByteBuffer.wrap(bytes, 0, 10);
			ByteBuffer payload = ByteBuffer.wrap(bytes, 10, bytes.length - 10);
			while (header.hasRemaining()) {
				checkSlice(this.transport.write(header, payload), payload, bytes.length);
			}
			while (payload.hasRemaining()) {
				checkSlice(this.transport.write(payload), payload, bytes.length);
			}
			return null;
		});
		ByteBuffer target = ByteBuffer.allocate(bytes.length);
		while (target.hasRemaining()) {
			int count = this.transport.read(target, timeout);
			assertThat(count).isBetween(0, SocketTransport.LARGEST_SLICE);
			assertThat(target.limit()).isEqualTo(bytes.length);
		}
		writer.get(20, TimeUnit.SECONDS);
		assertThat(target.array()).isEqualTo(bytes);
		this.transport.close();
		echo.get(20, TimeUnit.SECONDS);
	}

	private static void checkSlice(long count, ByteBuffer payload, int limit) {
		assertThat(count).isBetween(1L, (long) SocketTransport.LARGEST_SLICE);
		assertThat(payload.limit()).isEqualTo(limit);
	}

	private @Nullable Void echo() throws IOException {
		InputStream input = this.peer.socket().getInputStream();
		OutputStream output = this.peer.socket().getOutputStream();
		byte[] bytes = new byte[10_000];
		for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
			output.write(bytes, 0, count);
		}
		return null;
	}

	private void send(String text) throws IOException {
		this.peer.write(ByteBuffer.wrap(ascii(text)));
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private static String text(ByteBuffer target) {
		return StandardCharsets.US_ASCII.decode(target.flip()).toString();
	}

	/** On a virtual thread where the JVM has them. */
	private static <T> FutureTask<T> start(Callable<T> callable) throws ReflectiveOperationException {
		FutureTask<T> task = new FutureTask<>(callable);
		if (Runtime.version().feature() >= 21) {
			Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
		}
		else {
			new Thread(task).start();
		}
		return task;
	}

}
