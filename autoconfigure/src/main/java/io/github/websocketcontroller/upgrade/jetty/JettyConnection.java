package io.github.websocketcontroller.upgrade.jetty;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * Jetty's view of an upgraded connection. Jetty opens it once the 101 is out, leaves all
 * I/O to it, and tells it when the end point is closed.
 */
final class JettyConnection extends AbstractConnection implements Connection.UpgradeTo, PendingTransport {

	private final Predicate<PendingTransport> receiver;

	private final JettyTransport transport;

	private final AtomicBoolean closed = new AtomicBoolean();

	JettyConnection(EndPoint endPoint, JettyTransport transport, Executor executor,
			Predicate<PendingTransport> receiver) {
		super(endPoint, executor);
		this.transport = transport;
		this.receiver = receiver;
	}

	/**
	 * Takes what Jetty has read past the request, before {@link #onOpen()}.
	 */
	@Override
	public void onUpgradeTo(ByteBuffer buffer) {
		this.transport.deliverFirst(buffer);
	}

	@Override
	public void onOpen() {
		super.onOpen();
		getEndPoint().setIdleTimeout(0);
		if (!this.receiver.test(this)) {
			close();
		}
	}

	/**
	 * Not called: the transport waits for bytes with a callback of its own.
	 */
	@Override
	public void onFillable() {
	}

	/**
	 * Keeps Jetty from closing the connection. It may have been idle for as long as it
	 * likes; when Jetty stops, it gives all end points a second.
	 */
	@Override
	public boolean onIdleExpired(TimeoutException timeout) {
		return false;
	}

	/**
	 * Called by the end point, and for a stream by its transport as well.
	 */
	@Override
	public void onClose(Throwable cause) {
		if (this.closed.compareAndSet(false, true)) {
			this.transport.end();
			super.onClose(cause);
		}
	}

	@Override
	public void close() {
		this.transport.close();
	}

	@Override
	public boolean release(Runnable then) {
		return false;
	}

	@Override
	public Transport open() {
		return this.transport;
	}

}
