package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

	private final @Nullable SelectionKey key;

	/** Set by the poller when it begins, or by the waiting thread when it gives up. */
	private final AtomicBoolean claimed = new AtomicBoolean();

	private final CountDownLatch done = new CountDownLatch(1);

	private PollerTask(@Nullable SelectionKey key) {
		super(new NioChannel(new SocketBufferHandler(0, 0, false)), NO_ENDPOINT);
		this.key = key;
	}

	/**
	 * Waits until the poller has let go of a socket.
	 * @param wrapper the wrapper of the socket
	 * @param channel its channel
	 * @param timeout how long to wait for
	 * @throws IOException if the thread is interrupted
	 * @throws IllegalStateException if the poller has not let go in time, and now will
	 * not any more
	 */
	static void leave(NioSocketWrapper wrapper, SocketChannel channel, Duration timeout) throws IOException {
		PollerTask task = new PollerTask(channel.keyFor(wrapper.getPoller().getSelector()));
		wrapper.getPoller().add(task, 0);
		try {
			if (!task.done.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				if (task.claimed.compareAndSet(false, true)) {
					throw new IllegalStateException("Tomcat's poller did not let go of a socket in " + timeout);
				}
				task.done.await();
			}
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
		}
		this.done.countDown();
	}

	private void letGo() {
		if (this.key != null) {
			this.key.attach(null);
			this.key.cancel();
		}
	}

}
