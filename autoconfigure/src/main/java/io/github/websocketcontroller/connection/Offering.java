package io.github.websocketcontroller.connection;

import java.util.concurrent.Executor;

import io.github.websocketcontroller.outbox.Deliveries;
import io.github.websocketcontroller.outbox.Outbox;
import io.github.websocketcontroller.outbox.OutboxMessage;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.web.socket.CloseStatus;

/**
 * Sending that does not wait for the peer: what is offered is put into the outbox, and
 * written by one thread at a time, which has come when something is there and goes when
 * nothing is. Thread-safe.
 */
final class Offering {

	static final CloseStatus TOO_SLOW = CloseStatus.SERVICE_OVERLOAD.withReason("Too slow");

	private static final Log logger = LogFactory.getLog(Offering.class);

	private final OpenConnection connection;

	private final Outbox outbox;

	private final Outgoing outgoing;

	private final Deliveries deliveries;

	private final Executor helpers;

	private final long patience;

	/** Made once, not per message. */
	private final Runnable writing = this::write;

	/** Whether it was said that there is no thread. Written by any thread. */
	private volatile boolean complained;

	/**
	 * Creates the sending.
	 * @param connection whose it is
	 * @param outbox what waits
	 * @param outgoing writes it
	 * @param deliveries has that done
	 * @param helpers runs tasks of its own, each on a thread of its own
	 * @param patience how long an offer may wait for room if that is the policy, in
	 * nanoseconds
	 */
	Offering(OpenConnection connection, Outbox outbox, Outgoing outgoing, Deliveries deliveries, Executor helpers,
			long patience) {
		this.connection = connection;
		this.outbox = outbox;
		this.outgoing = outgoing;
		this.deliveries = deliveries;
		this.helpers = helpers;
		this.patience = patience;
	}

	/**
	 * Offers a message to the peer.
	 * @param message the message
	 * @return whether it waits or is on its way
	 */
	boolean offer(OutboxMessage message) {
		message.setCompressed(this.outgoing.isCompressing());
		switch (this.outbox.offer(message, this.patience)) {
			case QUEUED -> {
				return true;
			}
			case QUEUED_UNATTENDED -> {
				start();
				return true;
			}
			case OVERFLOWED -> closeForOverflow();
			default -> {
			}
		}
		return false;
	}

	// The outbox says so once.
	private void closeForOverflow() {
		logger.warn(this.connection + " is closed: its peer takes its messages too slowly, and there is no room for "
				+ "more to wait (websocket-controller.outbox.capacity)");
		try {
			this.connection.close(TOO_SLOW);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			this.connection.cut(); // No thread can be had to tell the peer.
		}
	}

	/**
	 * Starts to write what waits if nobody does, for want of a thread when it was
	 * offered. Called by the watchdog.
	 */
	void watch() {
		if (this.outbox.attend()) {
			start();
		}
		else {
			resume();
		}
	}

	private void resume() {
		try {
			this.deliveries.resume();
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			// There still is no thread.
		}
	}

	// Without a thread the message stays: the next offer, the next message that is sent,
	// the watchdog or the end of the connection sees to it.
	private void start() {
		try {
			this.deliveries.add(this.writing);
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			this.outbox.desert();
			if (!this.complained) {
				this.complained = true;
				logger.warn("No thread can be had to write what is offered to " + this.connection + ", which waits: "
						+ ex.getMessage());
			}
		}
	}

	private void write() {
		boolean done = false;
		try {
			while (!done) {
				// What is left when closing has begun is for whoever closes.
				done = !this.outgoing.writeNextOffered() && (this.outbox.rest() || !this.connection.isOpen());
			}
		}
		catch (RuntimeException | Error ex) {
			// Such as a buffer that can't be read any more. What else waits is the
			// watchdog's.
			logger.error("A message that was offered to " + this.connection + " could not be written, and is dropped",
					ex);
		}
		finally {
			if (!done) {
				this.outbox.desert();
			}
		}
	}

	/**
	 * Has what was offered written, and then the Close, while the caller reads.
	 * @param status the status of the Close
	 */
	void finish(CloseStatus status) {
		if (this.outbox.last() != 0) {
			try {
				this.helpers.execute(() -> this.outgoing.finish(status));
				return;
			}
			catch (RuntimeException | OutOfMemoryError ex) {
				// Then the caller does it and reads afterwards.
			}
		}
		this.outgoing.finish(status);
	}

}
