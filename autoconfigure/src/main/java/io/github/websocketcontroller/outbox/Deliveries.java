package io.github.websocketcontroller.outbox;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has what waits on all connections written, their outboxes above all, by as few threads
 * as there are peers that hold one up, and one on standby. Thread-safe; never blocks.
 * <p>
 * A thread writes for one connection after the other. Before it begins, it sees to it
 * that another one has been started if more is due: as long as no peer holds it up, that
 * one finds nothing left to do, and when one does, it is there already. So there is a
 * start per so many deliveries, not one for each, and nobody has to notice that a write
 * takes long.
 */
public final class Deliveries implements Runnable {

	/**
	 * How many a thread makes before it leaves the rest to the next one. One that went on
	 * for as long as something is due would keep its carrier from all other threads.
	 */
	private static final int TURN = 32;

	private final Executor threads;

	private final Queue<Runnable> due = new ConcurrentLinkedQueue<>();

	/** Whether a thread has been started that has not yet looked at what is due. */
	private final AtomicBoolean standby = new AtomicBoolean();

	/**
	 * Creates it.
	 * @param threads runs each task on a thread of its own
	 */
	public Deliveries(Executor threads) {
		this.threads = threads;
	}

	/**
	 * Has a delivery made soon.
	 * @param delivery what to run, which may block for as long as the peer does and is
	 * not due already
	 * @throws RuntimeException if no thread can be had, and it will not be made
	 * @throws OutOfMemoryError likewise
	 */
	public void add(Runnable delivery) {
		this.due.add(delivery);
		try {
			resume();
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			if (this.due.remove(delivery)) {
				throw ex;
			}
		}
	}

	/**
	 * Sees to it that what is due is made, should there have been no thread for it.
	 * @throws RuntimeException if there still is none
	 * @throws OutOfMemoryError likewise
	 */
	public void resume() {
		if (!this.due.isEmpty() && this.standby.compareAndSet(false, true)) {
			boolean started = false;
			try {
				this.threads.execute(this);
				started = true;
			}
			finally {
				if (!started) {
					this.standby.set(false);
				}
			}
		}
	}

	/**
	 * Makes what is due, up to some number of deliveries. Called by the threads.
	 */
	@Override
	public void run() {
		this.standby.set(false);
		int left = TURN;
		Runnable delivery = this.due.poll();
		while (delivery != null) {
			callStandby();
			delivery.run();
			if (--left <= 0 && callStandby()) {
				return;
			}
			delivery = this.due.poll();
		}
	}

	// If none can be had, what is due waits for the calling thread, or for the next one.
	private boolean callStandby() {
		try {
			resume();
			return true;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			return false;
		}
	}

}
