package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Opens the door when the application has started and drains the connections when it
 * stops, in the phase in which the web server finishes its requests: in later phases it
 * drops its sockets.
 */
public final class ConnectionLifecycle implements SmartLifecycle {

	private final OpenConnections connections;

	private final Duration spread;

	private final Duration timeout;

	/** The watchdog while running. Owned by the thread of the life cycle. */
	private volatile @Nullable Watchdog watchdog;

	/**
	 * Creates the life cycle.
	 * @param connections the connections to drain
	 * @param spread over which time to tell the peers
	 * @param timeout how long the phase may take
	 */
	public ConnectionLifecycle(OpenConnections connections, Duration spread, Duration timeout) {
		this.connections = connections;
		this.spread = spread;
		this.timeout = timeout;
	}

	@Override
	public void start() {
		Watchdog started = new Watchdog(this.connections);
		started.start();
		this.watchdog = started;
		this.connections.accept();
	}

	@Override
	public void stop() {
		CountDownLatch stopped = new CountDownLatch(1);
		stop(stopped::countDown);
		try {
			stopped.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void stop(Runnable callback) {
		GracefulShutdown shutdown = new GracefulShutdown(this.connections, this.spread, this.timeout);
		new Thread(() -> {
			try {
				shutdown.run();
			}
			finally {
				stopWatchdog();
				// A server looks at what its application has left, maybe before this
				// thread has ended.
				Thread.currentThread().setContextClassLoader(null);
				callback.run();
			}
		}, "websocket-shutdown").start();
	}

	private void stopWatchdog() {
		Watchdog running = this.watchdog;
		this.watchdog = null;
		if (running != null) {
			running.stop();
		}
	}

	@Override
	public boolean isRunning() {
		return this.watchdog != null;
	}

	@Override
	public int getPhase() {
		return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
	}

}
