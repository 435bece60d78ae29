package io.github.websocketcontroller.upgrade.tomcat;

import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Readiness;
import jakarta.servlet.http.WebConnection;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Tomcat's view of an upgraded connection. Tomcat creates it, gives it the socket once
 * the 101 is out, leaves all I/O to it, and tells it when the socket is ready for what it
 * has registered an interest in.
 */
public final class TomcatUpgradeHandler implements InternalHttpUpgradeHandler {

	private final Readiness readable = new Readiness();

	private final Readiness writable = new Readiness();

	/** The rest is set by the thread of the request, before Tomcat reads it. */
	private @Nullable Predicate<PendingTransport> receiver;

	private @Nullable TakeOver takeOver;

	private @Nullable SocketWrapperBase<?> wrapper;

	/** Whether nobody serves the connection. Owned by Tomcat's thread. */
	private boolean refused;

	void prepare(Predicate<PendingTransport> receiver, TakeOver takeOver) {
		this.receiver = receiver;
		this.takeOver = takeOver;
	}

	@Override
	public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
		this.wrapper = wrapper;
	}

	@Override
	public void init(WebConnection connection) {
		Assert.state(this.receiver != null && this.takeOver != null && this.wrapper != null,
				"A connection has to be prepared for its upgrade");
		this.refused = !this.receiver
			.test(new UpgradedSocket(this.wrapper, this.takeOver, this.readable, this.writable));
	}

	/**
	 * Whether all further I/O is ours. If not, Tomcat goes on with
	 * {@link #upgradeDispatch}, and closes.
	 */
	@Override
	public boolean hasAsyncIO() {
		return !this.refused;
	}

	/**
	 * Called by Tomcat's threads, which hold the lock of the socket.
	 */
	@Override
	public SocketState upgradeDispatch(SocketEvent event) {
		if (!this.refused) {
			switch (event) {
				case OPEN_READ -> {
					this.readable.signal();
					return SocketState.SUSPENDED;
				}
				case OPEN_WRITE -> {
					this.writable.signal();
					return SocketState.SUSPENDED;
				}
				default -> {
				}
			}
		}
		destroy();
		return SocketState.CLOSED;
	}

	@Override
	public void timeoutAsync(long now) {
	}

	@Override
	public void setSslSupport(SSLSupport sslSupport) {
	}

	@Override
	public void pause() {
	}

	@Override
	public void destroy() {
		this.readable.end();
		this.writable.end();
	}

}
