package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The one error of the application that is reported for a connection, and decides how
 * that is closed. Whoever else ends meanwhile waits until it is.
 */
final class ErrorReport {

	private final CloseDecision decision;

	private final CountDownLatch done = new CountDownLatch(1);

	ErrorReport(CloseDecision decision) {
		this.decision = decision;
	}

	/**
	 * Called when all was said about the error, and the connection is being closed.
	 */
	void done() {
		this.done.countDown();
	}

	/**
	 * Waits until all was said. An interrupt, by which the end of the connection may be
	 * told, is forgotten.
	 * @param timeout how long to wait at most
	 * @return how the connection is closed
	 */
	CloseDecision await(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		while (true) {
			try {
				boolean ignored = this.done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
				return this.decision;
			}
			catch (InterruptedException ex) {
				// What the thread was to be told it knows: serve has ended.
			}
		}
	}

}
