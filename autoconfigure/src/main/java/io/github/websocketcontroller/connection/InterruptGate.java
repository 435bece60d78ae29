package io.github.websocketcontroller.connection;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Lets the library interrupt the serving thread only while it is in code of the
 * application: the JDK closes a socket whose thread is interrupted in it, and then no
 * Close could follow. That holds for every socket the thread uses, and it may well send
 * on the connections of others.
 */
final class InterruptGate {

	private static final int OUTSIDE = 0;

	private static final int INSIDE = 1;

	private static final int INTERRUPTING = 2;

	/** Inside, to be interrupted on the way out. */
	private static final int AWAITED = 3;

	/** The gate of each serving thread. */
	private static final ThreadLocal<InterruptGate> CURRENT = new ThreadLocal<>();

	private final Thread servingThread;

	/** Where the serving thread is. Written by it and by whoever interrupts it. */
	private final AtomicInteger position = new AtomicInteger(OUTSIDE);

	/** Written by whoever interrupts. */
	private volatile boolean interrupted;

	/** Whether the gate stays shut. Owned by the serving thread. */
	private boolean retired;

	/**
	 * Made by the serving thread.
	 */
	InterruptGate() {
		this.servingThread = Thread.currentThread();
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
		InterruptGate gate = (thread == this.servingThread) ? this : CURRENT.get();
		return (gate != null && !gate.retired) ? gate : null;
	}

	/**
	 * Interrupts the serving thread unless it is using a socket. If that is the
	 * connection's own, closing it ends the wait.
	 * @return whether it was interrupted
	 */
	boolean interrupt() {
		boolean outside = this.position.compareAndSet(OUTSIDE, INTERRUPTING);
		if (outside) {
			interruptServingThread();
		}
		return outside;
	}

	/**
	 * Interrupts the serving thread at once or, if it is using the socket, as soon as it
	 * no longer does: what it does there may succeed, and nobody would tell it again.
	 */
	void interruptOnTheWayOut() {
		while (this.position.get() != AWAITED && !this.position.compareAndSet(INSIDE, AWAITED) && !interrupt()) {
			Thread.onSpinWait();
		}
	}

	private void interruptServingThread() {
		this.interrupted = true;
		this.servingThread.interrupt();
		this.position.set(OUTSIDE);
	}

	/**
	 * Called by the serving thread when no code of the application follows: from now on
	 * it is not interrupted, and what came before is forgotten.
	 */
	void retire() {
		goInside();
		this.retired = true;
		CURRENT.remove();
		boolean ignored = Thread.interrupted();
	}

	private void goInside() {
		while (!this.position.compareAndSet(OUTSIDE, INSIDE)) {
			int found = this.position.get();
			if (found == INSIDE || found == AWAITED) {
				return; // an error such as a stack overflow has left it there
			}
			Thread.onSpinWait();
		}
	}

	private void goOutside() {
		if (!this.position.compareAndSet(INSIDE, OUTSIDE) && this.position.get() == AWAITED) {
			interruptServingThread();
		}
	}

	boolean hasInterrupted() {
		return this.interrupted;
	}

}
