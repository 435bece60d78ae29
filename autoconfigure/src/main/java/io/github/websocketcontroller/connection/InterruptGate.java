package io.github.websocketcontroller.connection;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.jspecify.annotations.Nullable;

/**
 * Lets the library interrupt a thread of the application, the serving one or one that was
 * forked, only while it is in code of the application: the JDK closes a socket whose
 * thread is interrupted in it, and then no Close could follow. That holds for every
 * socket the thread uses, and it may well send on the connections of others.
 */
final class InterruptGate {

	/** Not an object of its own, which every message would have to fetch. */
	private static final AtomicIntegerFieldUpdater<InterruptGate> POSITION = AtomicIntegerFieldUpdater
		.newUpdater(InterruptGate.class, "position");

	private static final int OUTSIDE = 0;

	private static final int INSIDE = 1;

	private static final int INTERRUPTING = 2;

	/** Inside, to be interrupted on the way out. */
	private static final int AWAITED = 3;

	/** The gate of each such thread. */
	private static final ThreadLocal<InterruptGate> CURRENT = new ThreadLocal<>();

	private final Thread thread;

	/** Where the thread is. Written by it and by whoever interrupts it. */
	private volatile int position = OUTSIDE;

	/** Written by whoever interrupts. */
	private volatile boolean interrupted;

	/** Whether the gate stays shut. Owned by the thread. */
	private boolean retired;

	/**
	 * Made by the thread.
	 */
	InterruptGate() {
		this.thread = Thread.currentThread();
		CURRENT.set(this);
	}

	/**
	 * Called by any thread before it uses the connection's socket.
	 * @return {@code false} if the thread is interrupted and must not use it
	 */
	boolean enter() {
		Thread current = Thread.currentThread();
		InterruptGate gate = gateOf(current);
		if (gate != null) {
			gate.goInside();
		}
		if (current.isInterrupted()) {
			exit();
			return false;
		}
		return true;
	}

	/**
	 * Called by a thread that has entered.
	 */
	void exit() {
		InterruptGate gate = gateOf(Thread.currentThread());
		if (gate != null) {
			gate.goOutside();
		}
	}

	// Usually its own, which is found without a look at the thread's locals.
	private @Nullable InterruptGate gateOf(Thread thread) {
		InterruptGate gate = (thread == this.thread) ? this : CURRENT.get();
		return (gate != null && !gate.retired) ? gate : null;
	}

	/**
	 * Interrupts the thread unless it is using a socket. If that is the connection's own,
	 * closing it ends the wait.
	 * @return whether it was interrupted
	 */
	boolean interrupt() {
		boolean outside = POSITION.compareAndSet(this, OUTSIDE, INTERRUPTING);
		if (outside) {
			interruptThread();
		}
		return outside;
	}

	/**
	 * Interrupts the thread at once or, if it is using the socket, as soon as it no
	 * longer does: what it does there may succeed, and nobody would tell it again.
	 */
	void interruptOnTheWayOut() {
		while (this.position != AWAITED && !POSITION.compareAndSet(this, INSIDE, AWAITED) && !interrupt()) {
			Thread.onSpinWait();
		}
	}

	private void interruptThread() {
		this.interrupted = true;
		this.thread.interrupt();
		this.position = OUTSIDE;
	}

	/**
	 * Called by the thread when no code of the application follows: from now on it is not
	 * interrupted, and what came before is forgotten.
	 */
	void retire() {
		goInside();
		this.retired = true;
		CURRENT.remove();
		boolean ignored = Thread.interrupted();
	}

	private void goInside() {
		while (!POSITION.compareAndSet(this, OUTSIDE, INSIDE)) {
			int found = this.position;
			if (found == INSIDE || found == AWAITED) {
				return; // an error such as a stack overflow has left it there
			}
			Thread.onSpinWait();
		}
	}

	private void goOutside() {
		if (!POSITION.compareAndSet(this, INSIDE, OUTSIDE) && this.position == AWAITED) {
			interruptThread();
		}
	}

	boolean hasInterrupted() {
		return this.interrupted;
	}

	/**
	 * The gate of the calling thread.
	 * @return its gate or {@code null} if it is neither a serving nor a forked one
	 */
	static @Nullable InterruptGate current() {
		return CURRENT.get();
	}

	/**
	 * Whether the calling thread is this gate's.
	 * @return {@code true} if so
	 */
	boolean isOwn() {
		return Thread.currentThread() == this.thread;
	}

	Thread thread() {
		return this.thread;
	}

	boolean isInside() {
		int found = this.position;
		return found == INSIDE || found == AWAITED;
	}

}
