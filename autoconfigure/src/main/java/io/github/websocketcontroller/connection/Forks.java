package io.github.websocketcontroller.connection;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads that the application has forked for a connection, and that end with it.
 */
final class Forks {

	private static final Log logger = LogFactory.getLog(Forks.class);

	/** Nobody tells that a thread has begun to wait for the peer. */
	private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final WebsocketConnection connection;

	private final ConnectionEnd end;

	private final Closing closing;

	private final InterruptGate servingGate;

	private final Executor threads;

	private final long patience;

	/** Those that have not ended. Owned by the monitor. */
	private final Set<Fork> forks = new LinkedHashSet<>(0);

	/** Whether no more may be forked. Owned by the monitor. */
	private boolean over;

	/** Whether the serving thread was interrupted. Owned by the monitor. */
	private boolean servingTold;

	/** Runs a task. Written by the serving thread before there is one. */
	private volatile Consumer<Runnable> runner = Runnable::run;

	/** Whether a forked thread has received. Written by those. */
	private volatile boolean receiving;

	/** Who waits for the threads to end. Written by the serving thread. */
	private volatile @Nullable Thread waiting;

	Forks(WebsocketConnection connection, ConnectionEnd end, Closing closing, InterruptGate servingGate,
			Executor threads, Duration patience) {
		this.connection = connection;
		this.end = end;
		this.closing = closing;
		this.servingGate = servingGate;
		this.threads = threads;
		this.patience = patience.toNanos();
	}

	void runWith(Consumer<Runnable> runner) {
		this.runner = runner;
	}

	/**
	 * Runs on the calling thread what handles its own errors as a forked thread does.
	 * @param task what to run
	 */
	void run(Runnable task) {
		this.runner.accept(task);
	}

	/**
	 * Runs a task on a thread of its own.
	 * @param task what to run
	 */
	void start(Runnable task) {
		Fork fork = new Fork(task);
		add(fork);
		boolean started = false;
		try {
			this.threads.execute(fork);
			started = true;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			throw new WebsocketException("No thread can be had to run a task", ex);
		}
		finally {
			if (!started) {
				remove(fork);
			}
		}
	}

	private synchronized void add(Fork fork) {
		if (this.over || this.closing.hasBegun()) {
			throw this.end.closed(null);
		}
		this.forks.add(fork);
	}

	private synchronized void remove(Fork fork) {
		this.forks.remove(fork);
	}

	private synchronized List<Fork> alive() {
		return List.copyOf(this.forks);
	}

	/**
	 * Called when a thread receives that is not the serving one. If it is one of these,
	 * nobody but the end of the connection could tell the serving thread of it.
	 */
	void received() {
		if (!this.receiving && isForked(InterruptGate.current())) {
			this.receiving = true;
			if (this.closing.isOver()) {
				tellServingThread();
			}
		}
	}

	private synchronized boolean isForked(@Nullable InterruptGate gate) {
		return gate != null && this.forks.stream().anyMatch((fork) -> fork.gate == gate);
	}

	/**
	 * Tells every thread once that the connection has ended.
	 */
	void tell() {
		alive().forEach(Fork::tell);
		receivingIsOver();
	}

	/**
	 * Tells the serving thread that nothing comes any more, if it does not receive.
	 */
	void receivingIsOver() {
		if (this.receiving) {
			tellServingThread();
		}
	}

	private void tellServingThread() {
		synchronized (this) {
			if (this.servingTold) {
				return;
			}
			this.servingTold = true;
		}
		this.servingGate.interruptOnTheWayOut();
	}

	/**
	 * Interrupts the threads that are in code of the application.
	 */
	void interrupt() {
		alive().forEach(Fork::interrupt);
	}

	/**
	 * Lets the threads end before the Close, after which they could not send any more.
	 * One that waits for the peer in a receive needs the Close to end. Called once, by
	 * the serving thread when {@code serve} is over.
	 * @param receiver tells who waits for the peer
	 */
	void awaitSenders(Predicate<Thread> receiver) {
		synchronized (this) {
			this.over = true;
		}
		alive().forEach(Fork::tell);
		// One that the peer holds up is not to blame.
		blame(await((fork) -> !fork.isIn(receiver)).stream().filter(Fork::isInApplication).toList());
	}

	/**
	 * Lets those end that only the end of the socket has told. Called by the serving
	 * thread.
	 */
	void awaitReceivers() {
		tell();
		blame(await((fork) -> !fork.blamed));
	}

	private List<Fork> await(Predicate<Fork> awaited) {
		long deadline = System.nanoTime() + this.patience;
		this.waiting = Thread.currentThread();
		List<Fork> left = alive().stream().filter(awaited).toList();
		while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(this, GLANCE_NANOS);
			boolean ignored = Thread.interrupted();
			left = alive().stream().filter(awaited).toList();
		}
		return left;
	}

	private void blame(List<Fork> forks) {
		if (!forks.isEmpty()) {
			forks.forEach((fork) -> fork.blamed = true);
			logger.warn(this.connection.getRequest().getUri().getRawPath() + " " + this.connection
					+ " is closed, and what serve has forked does not react to its interrupt and still runs: "
					+ forks.stream().map(Fork::threadName).collect(Collectors.joining(", thread ", "thread ", "")));
		}
	}

	/**
	 * A thread, from before it is started.
	 */
	private final class Fork implements Runnable {

		private final Runnable task;

		/** Made by the thread. Owned by the monitor, as are those that follow. */
		private @Nullable InterruptGate gate;

		private boolean told;

		private boolean interruptedEarly;

		/** Whether the log has named it. Owned by the serving thread. */
		private boolean blamed;

		Fork(Runnable task) {
			this.task = task;
		}

		@Override
		public void run() {
			try {
				InterruptGate own = new InterruptGate();
				try {
					if (begin(own)) {
						own.interrupt();
					}
					Forks.this.run(this.task);
				}
				finally {
					own.retire();
				}
			}
			finally {
				remove(this);
				LockSupport.unpark(Forks.this.waiting);
			}
		}

		private boolean begin(InterruptGate own) {
			synchronized (Forks.this) {
				this.gate = own;
				return this.told || this.interruptedEarly;
			}
		}

		void tell() {
			InterruptGate known;
			synchronized (Forks.this) {
				if (this.told) {
					return;
				}
				this.told = true;
				known = this.gate;
			}
			if (known != null) {
				known.interruptOnTheWayOut();
			}
		}

		void interrupt() {
			InterruptGate known;
			synchronized (Forks.this) {
				this.interruptedEarly = true;
				known = this.gate;
			}
			if (known != null) {
				known.interrupt();
			}
		}

		private @Nullable InterruptGate gate() {
			synchronized (Forks.this) {
				return this.gate;
			}
		}

		boolean isIn(Predicate<Thread> receiver) {
			InterruptGate known = gate();
			return known != null && receiver.test(known.thread());
		}

		boolean isInApplication() {
			InterruptGate known = gate();
			return known == null || !known.isInside();
		}

		String threadName() {
			InterruptGate known = gate();
			return (known != null) ? known.thread().getName() : "that has not begun";
		}

	}

}
