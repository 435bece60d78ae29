package io.github.websocketcontroller.connection;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the library interrupt the serving thread only while it is in code of the
 * application: the JDK closes a socket whose thread is interrupted in it, and then no
 * Close could follow.
 */
final class InterruptGate {

	private static final int OUTSIDE = 0;

	private static final int INSIDE = 1;

	private static final int INTERRUPTING = 2;

	/** Inside, to be interrupted on the way out. */
	private static final int AWAITED = 3;

	private final Thread servingThread;

	/** Where the serving thread is. Written by it and by whoever interrupts it. */
	private final AtomicInteger position = new AtomicInteger(OUTSIDE);

	/** Written by whoever interrupts. */
	private volatile boolean interrupted;

	/** Whether the gate stays shut. Owned by the serving thread. */
	private boolean retired;

	InterruptGate(Thread servingThread) {
		this.servingThread = servingThread;
	}

	/**
	 * Called by any thread before it uses the socket.
	 * @return {@code false} if the thread is interrupted and must not use it
	 */
	boolean enter() {
		Thread current = Thread.currentThread();
		if (current == this.servingThread && !this.retired) {
			goInside();
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
		if (Thread.currentThread() == this.servingThread && !this.retired
				&& !this.position.compareAndSet(INSIDE, OUTSIDE)) {
			interruptServingThread();
		}
	}

	/**
	 * Interrupts the serving thread unless it is using the socket. If it is, closing the
	 * socket ends its wait.
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
		boolean ignored = Thread.interrupted();
	}

	private void goInside() {
		while (!this.position.compareAndSet(OUTSIDE, INSIDE)) {
			Thread.onSpinWait();
		}
	}

	boolean hasInterrupted() {
		return this.interrupted;
	}

}
