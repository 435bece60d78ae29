package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Many clients on one thread, each of which has its messages echoed, with pauses, and
 * then closes or vanishes.
 */
public final class ClientCrowd implements AutoCloseable {

	private static final int BUFFER_SIZE = 256 * 1024;

	private static final int SMALL_RECEIVE_BUFFER = 4096;

	private final int port;

	private final Selector selector = Selector.open();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);

	private final List<Member> members = new ArrayList<>();

	private final PriorityQueue<Pause> pauses = new PriorityQueue<>();

	public ClientCrowd(int port) throws IOException {
		this.port = port;
	}

	/**
	 * Adds a client that connects at once.
	 */
	public void add(String path, EchoScript script) throws IOException {
		SocketChannel channel = SocketChannel.open();
		if (script.ending() == EchoScript.Ending.FLOODED) {
			channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_RECEIVE_BUFFER);
		}
		channel.setOption(StandardSocketOptions.TCP_NODELAY, true).configureBlocking(false);
		channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		Member member = new Member(channel, RawClient.request(this.port, path), script);
		this.members.add(member);
		channel.register(this.selector, SelectionKey.OP_CONNECT, member);
	}

	/**
	 * Does the work of all clients until each has ended in its way.
	 * @return how many have not in time
	 */
	public long run(Duration atMost) throws IOException {
		long start = System.nanoTime();
		while (busy() > 0 && System.nanoTime() - start < atMost.toNanos()) {
			Consumer<SelectionKey> action = this::proceed;
			this.selector.select(action, 1);
			while (!this.pauses.isEmpty() && this.pauses.peek().end() < System.nanoTime()) {
				this.pauses.remove().member().resume();
			}
		}
		return busy();
	}

	private long busy() {
		return count((member) -> !member.ended);
	}

	/**
	 * How many messages came back as they were.
	 */
	public long echoed() {
		return this.members.stream().mapToLong((member) -> member.script.echoed()).sum();
	}

	/**
	 * How many clients had all their messages echoed and their Close answered.
	 */
	public long completed() {
		return count((member) -> member.script.isComplete());
	}

	/**
	 * What went wrong.
	 */
	public List<String> failures() {
		List<String> failures = new ArrayList<>();
		for (Member member : this.members) {
			if (member.failure != null) {
				failures.add(member.failure);
			}
		}
		return failures;
	}

	private long count(Predicate<Member> predicate) {
		return this.members.stream().filter(predicate).count();
	}

	private void proceed(SelectionKey key) {
		Member member = (Member) key.attachment();
		try {
			if (key.isConnectable()) {
				member.channel.finishConnect();
				key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
			}
			if (key.isValid() && key.isReadable()) {
				member.read(this.buffer);
			}
			if (key.isValid() && key.isWritable()) {
				member.write();
			}
		}
		catch (IOException | RuntimeException ex) {
			member.fail(ex);
		}
	}

	/**
	 * Closes the sockets, those of silent clients, too.
	 */
	@Override
	public void close() throws IOException {
		for (Member member : this.members) {
			member.channel.close();
		}
		this.selector.close();
	}

	private record Pause(long end, Member member) implements Comparable<Pause> {

		@Override
		public int compareTo(Pause other) {
			return Long.compare(this.end, other.end);
		}

	}

	/**
	 * One client.
	 */
	private final class Member {

		private final SocketChannel channel;

		private final EchoScript script;

		private ByteBuffer output;

		private boolean ended;

		private @Nullable String failure;

		Member(SocketChannel channel, String request, EchoScript script) {
			this.channel = channel;
			this.script = script;
			this.output = ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1));
		}

		void read(ByteBuffer buffer) throws IOException {
			int count = this.channel.read(buffer.clear());
			boolean answered = this.script.receive(buffer.flip());
			if (count < 0) {
				end();
			}
			else if (answered) {
				pause();
			}
		}

		private void pause() {
			long pause = this.script.pause();
			if (pause == 0) {
				resume();
			}
			else {
				ClientCrowd.this.pauses.add(new Pause(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause), this));
			}
		}

		void resume() {
			this.output = this.script.next();
			SelectionKey key = key();
			if (key != null && key.isValid()) {
				key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
			}
		}

		void write() throws IOException {
			this.channel.write(this.output);
			if (!this.output.hasRemaining()) {
				if (this.script.isVanishing()) {
					vanish();
				}
				else {
					key().interestOps(SelectionKey.OP_READ);
				}
			}
		}

		private SelectionKey key() {
			return this.channel.keyFor(ClientCrowd.this.selector);
		}

		private void vanish() throws IOException {
			this.ended = true;
			key().cancel();
			if (this.script.ending() == EchoScript.Ending.RESET) {
				this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
				this.channel.close();
			}
		}

		private void end() throws IOException {
			this.ended = true;
			this.channel.close();
			if (this.script.ending() == EchoScript.Ending.CLOSE && !this.script.isComplete()) {
				this.failure = "The server has ended " + this.script;
			}
		}

		void fail(Exception failure) {
			this.ended = true;
			this.failure = this.script + ": " + failure;
			SelectionKey key = key();
			if (key != null) {
				key.cancel();
			}
		}

	}

}
