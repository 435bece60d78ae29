package io.github.websocketcontroller.serve;

import java.util.concurrent.locks.LockSupport;

import io.github.websocketcontroller.connection.OpenConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * One thread that looks at all connections a few times a second and ends what a peer, or
 * the server, holds up.
 */
final class Watchdog implements Runnable {

	private static final Log logger = LogFactory.getLog(Watchdog.class);

	private static final long ROUND_NANOS = 250_000_000L;

	private static final long LAST_ROUND_MILLIS = 1000;

	private final OpenConnections connections;

	private final Thread thread = new Thread(this, "websocket-watchdog");

	/** Written by whoever stops it. */
	private volatile boolean stopped;

	Watchdog(OpenConnections connections) {
		this.connections = connections;
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	// A thread that outlives the application, if only for a moment, looks like a leak to
	// the server that it was deployed to.
	void stop() {
		this.stopped = true;
		LockSupport.unpark(this.thread);
		try {
			this.thread.join(LAST_ROUND_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void run() {
		while (!this.stopped) {
			LockSupport.parkNanos(this, ROUND_NANOS);
			try {
				this.connections.all().forEach(this::watch);
				this.connections.expected().forEach((serving) -> serving.watch(System.nanoTime()));
			}
			catch (Throwable ex) {
				// Memory is short, even for a log line. All time-outs depend on this
				// thread.
			}
		}
	}

	private void watch(OpenConnection connection) {
		try {
			connection.watch(System.nanoTime());
		}
		catch (RuntimeException | Error ex) {
			logger.error("Watching " + connection + " has failed", ex);
		}
	}

}
