package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.connection.OpenConnection;
import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogFormatUtils;
import org.springframework.util.Assert;

/**
 * The life of one serving thread: take the connection over, call {@code serve}, close. It
 * begins when the server has let go of the connection, or should have.
 */
final class Serving implements Runnable {

	private static final Log logger = LogFactory.getLog(Serving.class);

	private final ServeCall call;

	private final OpenConnections connections;

	/** Whether the limits have room for the connection. */
	private final Admission admission;

	private final PendingTransport pending;

	private final Function<Transport, OpenConnection> connector;

	private final Executor threads;

	/** When the server should have let go. */
	private final long deadline;

	/** Whether the thread was asked for. Set by whoever does it. */
	private final AtomicBoolean started = new AtomicBoolean();

	/** Of the application's first error. Set by whoever has thrown it. */
	private final AtomicReference<@Nullable ErrorReport> report = new AtomicReference<>();

	Serving(ServeCall call, OpenConnections connections, Admission admission, PendingTransport pending,
			Function<Transport, OpenConnection> connector, Executor threads) {
		this.call = call;
		this.connections = connections;
		this.admission = admission;
		this.pending = pending;
		this.connector = connector;
		this.threads = threads;
		this.deadline = System.nanoTime() + call.settings().handshakeTimeout().toNanos();
	}

	/**
	 * Has the connection served, as soon as the server lets go of it. Returns at once.
	 * @return {@code false} if no thread can be had to serve it
	 */
	boolean begin() {
		this.connections.expect(this);
		boolean begun = false;
		try {
			begun = this.pending.release(this::startOrClose) || start();
			return begun;
		}
		finally {
			if (!begun) {
				giveUp();
			}
		}
	}

	// Whoever would start the thread from now on finds that somebody has.
	private void giveUp() {
		if (this.started.compareAndSet(false, true)) {
			forget();
		}
	}

	private void forget() {
		this.connections.expectNoMore(this);
		this.admission.end();
	}

	/**
	 * Waits no longer for a server that should have let go. Called now and then until it
	 * has.
	 * @param now the present {@link System#nanoTime()}
	 */
	void watch(long now) {
		if (now - this.deadline > 0) {
			startOrClose();
		}
	}

	private void startOrClose() {
		if (!start()) {
			this.pending.close();
		}
	}

	private boolean start() {
		if (!this.started.compareAndSet(false, true)) {
			return true;
		}
		try {
			this.threads.execute(this);
			return true;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			forget();
			logger.warn("No thread can be had to serve a connection, which is closed: " + ex.getMessage());
			return false;
		}
	}

	@Override
	public void run() {
		try {
			connectAndServe();
		}
		finally {
			this.admission.end();
		}
	}

	private void connectAndServe() {
		OpenConnection connection = connect();
		if (connection == null) {
			return;
		}
		try {
			CloseDecision decision = serve(connection);
			connection.finish(decision.status());
		}
		finally {
			connection.cut();
			this.connections.remove(connection);
		}
		if (logger.isDebugEnabled()) {
			logger.debug(this.call.path() + ": " + connection + " ended with "
					+ LogFormatUtils.formatValue(connection.getCloseStatus(), -1, true));
		}
	}

	private @Nullable OpenConnection connect() {
		try {
			OpenConnection connection = this.connector.apply(this.pending.open());
			this.connections.add(connection);
			return connection;
		}
		catch (IOException ex) {
			this.pending.close();
			if (logger.isDebugEnabled()) {
				logger.debug(this.call.path() + ": connection lost while it was taken over", ex);
			}
			return null;
		}
		catch (RuntimeException | Error ex) {
			this.pending.close();
			logger.error(this.call.path() + ": connection could not be taken over", ex);
			return null;
		}
		finally {
			this.connections.expectNoMore(this);
		}
	}

	private CloseDecision serve(OpenConnection connection) {
		if (!this.connections.isAccepting()) {
			// Upgraded while the shutdown began, which may be over and the beans gone.
			return CloseDecision.SHUTTING_DOWN;
		}
		if (!this.admission.isGranted()) {
			return CloseDecision.OVER_LIMIT;
		}
		connection.runForksWith((task) -> runForked(connection, task));
		Throwable thrown = null;
		try {
			this.call.method().serve(connection);
			requireEnded(connection, "serve");
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		CloseDecision decision = CloseDecision.of(thrown, connection, connection.isInterrupted(),
				this.call.settings().includeErrorMessage());
		if (decision.error() != null && reportOnce(connection, decision) != null) {
			return decision;
		}
		ErrorReport earlier = this.report.get();
		return (earlier != null) ? earlier.await(this.call.settings().closeTimeout()) : decision;
	}

	private void runForked(OpenConnection connection, Runnable task) {
		try {
			this.call.method().run(task);
			requireEnded(connection, "what serve has forked");
		}
		catch (Throwable ex) {
			CloseDecision decision = CloseDecision.ofFork(ex, connection, connection.isCallerInterrupted(),
					this.call.settings().includeErrorMessage());
			if (decision != null) {
				failForked(connection, decision);
			}
		}
	}

	// If another thread has failed before, the connection is that one's to end.
	private void failForked(OpenConnection connection, CloseDecision decision) {
		if (decision.error() == null) {
			if (this.report.get() == null) {
				connection.fail(decision.status());
			}
			return;
		}
		ErrorReport own = reportOnce(connection, decision);
		if (own != null) {
			connection.fail(decision.status());
			own.done();
		}
	}

	private static void requireEnded(OpenConnection connection, String who) {
		Assert.state(!connection.isAmidMessage() || !connection.isOpen(),
				() -> who + " has returned without closing the stream of a message that it has begun to send");
	}

	// Only the first error is reported, and only what it was reported with ends the
	// connection, not before onError has returned.
	private @Nullable ErrorReport reportOnce(OpenConnection connection, CloseDecision decision) {
		Throwable error = decision.error();
		Assert.state(error != null, "There must be an error");
		ErrorReport own = new ErrorReport(decision);
		if (this.report.compareAndSet(null, own)) {
			report(connection, error);
			return own;
		}
		if (!connection.isCallerInterrupted()) {
			logger.error(this.call.path() + ": serve has failed in a further thread on " + connection, error);
		}
		else if (logger.isDebugEnabled()) {
			logger.debug(this.call.path() + ": a thread on " + connection + " has failed after its interrupt", error);
		}
		return null;
	}

	private void report(OpenConnection connection, Throwable error) {
		ServeErrorHandler handler = this.call.errorHandler();
		if (handler == null) {
			logger.error(this.call.path() + ": serve has failed on " + connection, error);
			return;
		}
		try {
			handler.onError(connection, error);
		}
		catch (Throwable ex) {
			logger.error(this.call.path() + ": serve has failed on " + connection, error);
			logger.error(this.call.path() + ": onError has failed on " + connection, ex);
		}
	}

}
