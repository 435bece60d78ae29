package io.github.websocketcontroller.connection;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.WebsocketException;

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
	 */
	void enter() {
		Thread current = Thread.currentThread();
		if (current == this.servingThread && this.retired) {
			boolean ignored = Thread.interrupted();
			return;
		}
		if (current.isInterrupted()) {
			throw new WebsocketException("Thread " + current.getName() + " is interrupted and can't use the socket");
		}
		if (current != this.servingThread) {
			return;
		}
		goInside();
		if (this.interrupted && current.isInterrupted()) {
			exit();
			throw new WebsocketException(
					"Thread " + current.getName() + " was interrupted because its connection ends");
		}
	}

	/**
	 * Called by any thread before it sends a Close, which no interrupt may prevent.
	 * @return whether the thread was interrupted; {@link #exit()} is to be followed by
	 * another interrupt then
	 */
	boolean enterUninterrupted() {
		if (Thread.currentThread() == this.servingThread && !this.retired) {
			goInside();
		}
		return Thread.interrupted();
	}

	void exit() {
		if (Thread.currentThread() == this.servingThread && !this.retired
				&& !this.position.compareAndSet(INSIDE, OUTSIDE)) {
			interruptServingThread();
		}
	}

	/**
	 * Interrupts the serving thread at once or, if it is using the socket, as soon as it
	 * no longer does. Until then, closing the socket ends its wait.
	 */
	void interrupt() {
		while (true) {
			switch (this.position.get()) {
				case OUTSIDE -> {
					if (this.position.compareAndSet(OUTSIDE, INTERRUPTING)) {
						interruptServingThread();
						return;
					}
				}
				case INSIDE -> {
					if (this.position.compareAndSet(INSIDE, AWAITED)) {
						return;
					}
				}
				default -> {
					return;
				}
			}
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
