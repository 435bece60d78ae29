package io.github.websocketcontroller.connection;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.websocketcontroller.outbox.Deliveries;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Sees to it that a message does not wait for longer than a moment for the thread that
 * has sent it to receive again. Thread-safe; only {@link #close()} blocks.
 * <p>
 * A thread that has read many messages at once answers them with one write, the last
 * thing before it would wait for more. Whether it gets there soon, nobody can know:
 * {@code serve} may compute, or ask a database. So one timer looks a moment later at all
 * connections that have such messages; with nearly all of them they have left long since.
 */
final class LateFlushes implements AutoCloseable {

	private static final Duration MOMENT = Duration.ofMillis(1);

	private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

	private static final Duration END = Duration.ofSeconds(1);

	private final Deliveries deliveries;

	private final Queue<Outgoing> waiting = new ConcurrentLinkedQueue<>();

	/** Whether the timer is going to look at them. */
	private final AtomicBoolean scheduled = new AtomicBoolean();

	private final ScheduledThreadPoolExecutor timer;

	/**
	 * Creates it.
	 * @param deliveries has the threads to flush with
	 */
	LateFlushes(Deliveries deliveries) {
		this.deliveries = deliveries;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("websocket-flush-");
		threads.setDaemon(true);
		// After the end, connections that are still there flush when they close.
		this.timer = new ScheduledThreadPoolExecutor(1, threads, new DiscardPolicy());
		this.timer.setKeepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
		this.timer.allowCoreThreadTimeOut(true);
	}

	/**
	 * Has a connection flushed unless that happens by itself.
	 * @param outgoing its sending half, which is not here already
	 * @return {@code false} if there is no thread to do that
	 */
	boolean add(Outgoing outgoing) {
		this.waiting.add(outgoing);
		try {
			schedule();
			return true;
		}
		catch (OutOfMemoryError ex) {
			return !this.waiting.remove(outgoing);
		}
	}

	private void schedule() {
		if (!this.scheduled.get() && this.scheduled.compareAndSet(false, true)) {
			boolean done = false;
			try {
				Future<?> ignored = this.timer.schedule(this::look, MOMENT.toNanos(), TimeUnit.NANOSECONDS);
				done = true;
			}
			finally {
				if (!done) {
					this.scheduled.set(false);
				}
			}
		}
	}

	private void look() {
		this.scheduled.set(false);
		boolean done = false;
		while (!done) {
			Outgoing outgoing = this.waiting.poll();
			done = outgoing == null || (outgoing.isLate() && !flush(outgoing));
		}
	}

	// Not here: a peer may hold the write up. The next look tries again if there is no
	// thread for it.
	private boolean flush(Outgoing outgoing) {
		try {
			this.deliveries.add(outgoing::flushLate);
			return true;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			add(outgoing);
			return false;
		}
	}

	/**
	 * Ends the timer. Waits a moment for its thread.
	 */
	@Override
	public void close() {
		this.timer.shutdownNow();
		try {
			this.timer.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
