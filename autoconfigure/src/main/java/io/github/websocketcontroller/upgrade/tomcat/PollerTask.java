package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/**
 * Takes a socket out of the hands of Tomcat's poller, on the poller's own thread: from
 * any other, cancelling the key can race with the poller, which then closes the socket.
 * <p>
 * The poller runs no tasks. But it closes a wrapper that has no channel when an event for
 * it comes up, and this is such a wrapper: its {@code close} is the task.
 */
final class PollerTask extends NioSocketWrapper {

	/** Never started; a wrapper has to have one. */
	private static final NioEndpoint NO_ENDPOINT = new NioEndpoint();

	private final NioSocketWrapper wrapper;

	private final SocketChannel channel;

	private final @Nullable SelectionKey key;

	private final Runnable then;

	/** Set by the poller when it begins, or by whoever won't wait for it any more. */
	private final AtomicBoolean claimed = new AtomicBoolean();

	private final CountDownLatch done = new CountDownLatch(1);

	/**
	 * Creates a task.
	 * @param wrapper the wrapper of the socket
	 * @param channel its channel
	 * @param then what the poller does when it has let go; must not throw
	 */
	PollerTask(NioSocketWrapper wrapper, SocketChannel channel, Runnable then) {
		super(new NioChannel(new SocketBufferHandler(0, 0, false)), NO_ENDPOINT);
		this.wrapper = wrapper;
		this.channel = channel;
		this.key = channel.keyFor(wrapper.getPoller().getSelector());
		this.then = then;
	}

	/**
	 * Hands the task to the poller.
	 */
	void start() {
		this.wrapper.getPoller().add(this, 0);
	}

	NioSocketWrapper wrapper() {
		return this.wrapper;
	}

	SocketChannel channel() {
		return this.channel;
	}

	/**
	 * Whether the poller has let go of the socket. If not, it never will.
	 * @return {@code true} if it has
	 * @throws IOException if the thread is interrupted while the poller lets go
	 */
	boolean hasLetGo() throws IOException {
		if (this.claimed.compareAndSet(false, true)) {
			return false;
		}
		try {
			this.done.await();
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted while taking a socket over", ex);
		}
	}

	@Override
	public void close() {
		if (this.claimed.compareAndSet(false, true)) {
			letGo();
			this.done.countDown();
			this.then.run();
		}
	}

	private void letGo() {
		if (this.key != null) {
			this.key.attach(null);
			this.key.cancel();
		}
	}

}
