package io.github.websocketcontroller.serve;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Ends upgrades when the application stops, and waits until the server has given away the
 * connections of those that were granted. Before the web server begins to stop: it drops
 * a connection that it has upgraded and not yet given away.
 */
public final class UpgradeLifecycle implements SmartLifecycle {

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final OpenConnections connections;

	private volatile boolean running;

	/**
	 * Creates the life cycle.
	 * @param connections where granted upgrades are counted
	 */
	public UpgradeLifecycle(OpenConnections connections) {
		this.connections = connections;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		this.connections.refuse();
		while (this.connections.isGivingAway() && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1;
	}

}
