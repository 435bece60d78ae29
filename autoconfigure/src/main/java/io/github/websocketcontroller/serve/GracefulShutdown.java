package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.websocketcontroller.connection.OpenConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.web.socket.CloseStatus;

/**
 * Drains the connections within a time: tells every peer, lets {@code serve} finish,
 * interrupts what has not finished, cuts what is left, and says in one line how it went.
 */
final class GracefulShutdown {

	private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

	/** Longer ones would overflow, and nobody waits for them. */
	private static final Duration LONGEST = Duration.ofDays(1);

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Below this rate there is no crowd of reconnecting clients to spread. */
	private static final int CLOSES_PER_SECOND = 1000;

	private final OpenConnections connections;

	private final long spread;

	private final long interruptAt;

	private final long cutAt;

	private final long interruptAgainAt;

	private final long leaveAt;

	/** Those that were told to go, in that order. Owned by the running thread. */
	private final Set<OpenConnection> told = new LinkedHashSet<>();

	/** Those whose {@code serve} was interrupted. Owned by the running thread. */
	private final Set<OpenConnection> interrupted = new LinkedHashSet<>();

	/**
	 * Begins now.
	 * @param connections what to drain
	 * @param spread over which time to tell the peers
	 * @param timeout when everything has to be over
	 */
	GracefulShutdown(OpenConnections connections, Duration spread, Duration timeout) {
		long now = System.nanoTime();
		long total = nanos(timeout);
		this.connections = connections;
		this.spread = Math.min(nanos(spread), total / 4);
		this.interruptAt = now + total - total / 4;
		this.cutAt = now + total - total / 8;
		this.interruptAgainAt = now + total - total * 3 / 32;
		this.leaveAt = now + total - total / 16;
	}

	private static long nanos(Duration duration) {
		return ((duration.compareTo(LONGEST) < 0) ? duration : LONGEST).toNanos();
	}

	void run() {
		this.connections.refuse();
		tell(this.connections.all());
		awaitUntil(this.interruptAt);
		tell(this.connections.all()); // what was being taken over when it began
		this.connections.all().forEach(this::interrupt);
		awaitUntil(this.cutAt);
		this.connections.all().forEach(OpenConnection::cut);
		// Those that only waited for their peers end by themselves.
		awaitUntil(this.interruptAgainAt);
		this.connections.all().forEach(this::interruptOnce);
		awaitUntil(this.leaveAt);
		report(ShutdownReport.of(this.told, this.interrupted, this.connections.all()));
	}

	private void tell(Collection<OpenConnection> connections) {
		List<OpenConnection> all = List.copyOf(connections);
		long perPause = perPause(all.size(), this.spread);
		long budget = perPause;
		for (OpenConnection connection : all) {
			if (budget-- == 0) {
				LockSupport.parkNanos(this, PAUSE_NANOS);
				budget = perPause - 1;
			}
			if (this.told.add(connection)) {
				tell(connection);
			}
		}
	}

	// One that can't be told, for lack of a thread say, must not keep the others from it.
	private static void tell(OpenConnection connection) {
		try {
			connection.close(CloseStatus.GOING_AWAY);
		}
		catch (RuntimeException | Error ex) {
			logger.error(connection + " could not be told that the server goes away", ex);
			connection.cut();
		}
	}

	/**
	 * How many peers are told before a pause, so that a crowd is spread over the time.
	 * @param connections how many there are
	 * @param spread the time in nanoseconds
	 * @return at least one
	 */
	static long perPause(int connections, long spread) {
		if (spread <= 0) {
			return Long.MAX_VALUE;
		}
		long pauses = Math.max(1, spread / PAUSE_NANOS);
		long least = CLOSES_PER_SECOND * PAUSE_NANOS / TimeUnit.SECONDS.toNanos(1);
		return Math.max(least, (connections + pauses - 1) / pauses);
	}

	private void interrupt(OpenConnection connection) {
		connection.interrupt();
		if (connection.isInterrupted()) {
			this.interrupted.add(connection);
		}
	}

	// One that was using the socket until now could not be interrupted before.
	private void interruptOnce(OpenConnection connection) {
		if (!this.interrupted.contains(connection)) {
			interrupt(connection);
		}
	}

	private void awaitUntil(long deadline) {
		while (!this.connections.isEmpty() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
	}

	private static void report(ShutdownReport report) {
		if (report.isApplicationAtFault()) {
			logger.warn(report);
		}
		else if (!report.isEmpty()) {
			logger.info(report);
		}
	}

}
