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

	void exit() {
		if (Thread.currentThread() == this.servingThread && !this.retired) {
			this.position.lazySet(OUTSIDE);
		}
	}

	/**
	 * Interrupts the serving thread unless it is using the socket. If it is, closing the
	 * socket ends its wait.
	 */
	void interrupt() {
		if (this.position.compareAndSet(OUTSIDE, INTERRUPTING)) {
			this.interrupted = true;
			this.servingThread.interrupt();
			this.position.set(OUTSIDE);
		}
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
