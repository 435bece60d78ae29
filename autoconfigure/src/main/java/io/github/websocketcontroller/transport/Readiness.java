package io.github.websocketcontroller.transport;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time wait until a socket is ready, parked, which pins no carrier
 * of a virtual thread on any JDK.
 * <p>
 * In this order: {@link #reset()}, try, register an interest with the server,
 * {@link #await(long)}, try again. A signal may be late; it only leads to one more try.
 */
public final class Readiness {

	/** Written by the waiting thread. */
	private volatile @Nullable Thread waiting;

	/** Written by the server's threads, reset by the waiting one. */
	private volatile boolean signalled;

	/** Written once, by whoever closes the socket. */
	private volatile boolean ended;

	/**
	 * Until when a wait goes on.
	 * @param timeout nanoseconds, 0 for ever
	 * @return the value for {@link #await(long)}
	 */
	public static long deadline(long timeout) {
		if (timeout <= 0) {
			return 0;
		}
		long deadline = System.nanoTime() + timeout;
		return (deadline != 0) ? deadline : 1;
	}

	/**
	 * Forgets earlier signals. Called before a try.
	 */
	public void reset() {
		this.signalled = false;
	}

	/**
	 * Waits for a signal since the last reset.
	 * @param deadline a {@link System#nanoTime()}, 0 for none
	 * @return {@code false} if the time is up
	 * @throws IOException if the socket has been closed, or the thread is interrupted
	 */
	public boolean await(long deadline) throws IOException {
		this.waiting = Thread.currentThread();
		try {
			while (!this.signalled) {
				if (this.ended) {
					throw new ClosedChannelException();
				}
				if (Thread.currentThread().isInterrupted()) {
					throw new ClosedByInterruptException();
				}
				if (!park(deadline)) {
					return false;
				}
			}
			return true;
		}
		finally {
			this.waiting = null;
		}
	}

	private boolean park(long deadline) {
		if (deadline == 0) {
			LockSupport.park(this);
			return true;
		}
		long remaining = deadline - System.nanoTime();
		if (remaining <= 0) {
			return false;
		}
		LockSupport.parkNanos(this, remaining);
		return true;
	}

	/**
	 * Says that the socket is ready. Called by any thread.
	 */
	public void signal() {
		this.signalled = true;
		LockSupport.unpark(this.waiting);
	}

	/**
	 * Says that the socket is gone. Called by any thread.
	 */
	public void end() {
		this.ended = true;
		LockSupport.unpark(this.waiting);
	}

}
