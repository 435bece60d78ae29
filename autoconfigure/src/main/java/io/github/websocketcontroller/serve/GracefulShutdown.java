package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import io.github.websocketcontroller.connection.OpenConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.web.socket.CloseStatus;

/**
 * Drains the connections within a time: tells every peer, lets {@code serve} finish,
 * interrupts what has not finished, cuts what is left and names it.
 */
final class GracefulShutdown {

	private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Below this rate there is no crowd of reconnecting clients to spread. */
	private static final int CLOSES_PER_SECOND = 1000;

	private static final int NAMED_STRAGGLERS = 100;

	private final OpenConnections connections;

	private final long spread;

	private final long interruptAt;

	private final long cutAt;

	/**
	 * Begins now.
	 * @param connections what to drain
	 * @param spread over which time to tell the peers
	 * @param timeout when everything has to be over
	 */
	GracefulShutdown(OpenConnections connections, Duration spread, Duration timeout) {
		long now = System.nanoTime();
		long total = timeout.toNanos();
		this.connections = connections;
		this.spread = Math.min(spread.toNanos(), total / 4);
		this.interruptAt = now + total - total / 4;
		this.cutAt = now + total - total / 8;
	}

	void run() {
		this.connections.refuse();
		List<OpenConnection> told = tellEveryPeer();
		awaitUntil(this.interruptAt);
		List<OpenConnection> stragglers = new ArrayList<>(this.connections.all());
		stragglers.forEach(OpenConnection::interrupt);
		awaitUntil(this.cutAt);
		this.connections.all().forEach(OpenConnection::cut);
		told.stream().filter((connection) -> !connection.isAnswered()).forEach((connection) -> {
			if (!stragglers.contains(connection)) {
				stragglers.add(connection);
			}
		});
		name(stragglers, told.size());
	}

	private List<OpenConnection> tellEveryPeer() {
		List<OpenConnection> all = new ArrayList<>(this.connections.all());
		long rate = Math.max(CLOSES_PER_SECOND, (this.spread > 0)
				? all.size() * TimeUnit.SECONDS.toNanos(1) / this.spread : Long.MAX_VALUE / PAUSE_NANOS);
		long perPause = Math.max(1, rate * PAUSE_NANOS / TimeUnit.SECONDS.toNanos(1));
		long budget = perPause;
		for (OpenConnection connection : all) {
			if (budget-- == 0) {
				LockSupport.parkNanos(this, PAUSE_NANOS);
				budget = perPause - 1;
			}
			connection.close(CloseStatus.GOING_AWAY);
		}
		return all;
	}

	private void awaitUntil(long deadline) {
		while (!this.connections.isEmpty() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
	}

	private static void name(Collection<OpenConnection> stragglers, int total) {
		if (stragglers.isEmpty()) {
			if (total > 0) {
				logger.info("Closed " + total + " websocket connections");
			}
			return;
		}
		String names = stragglers.stream()
			.limit(NAMED_STRAGGLERS)
			.map(OpenConnection::toString)
			.collect(Collectors.joining(", "));
		int unnamed = stragglers.size() - NAMED_STRAGGLERS;
		logger.warn("Closed " + total + " websocket connections; " + stragglers.size() + " had to be cut: " + names
				+ ((unnamed > 0) ? " and " + unnamed + " more" : ""));
	}

}
