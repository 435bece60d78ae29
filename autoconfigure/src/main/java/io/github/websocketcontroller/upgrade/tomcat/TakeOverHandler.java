package io.github.websocketcontroller.upgrade.tomcat;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.websocketcontroller.transport.PendingTransport;
import jakarta.servlet.http.WebConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Tomcat's view of an upgraded connection. Tomcat creates it, gives it the socket once
 * the 101 is out, and then leaves all I/O to it.
 */
public final class TakeOverHandler implements InternalHttpUpgradeHandler {

	private static final Log logger = LogFactory.getLog(TakeOverHandler.class);

	/** The rest is set by the thread of the request, before Tomcat reads it. */
	private @Nullable Consumer<PendingTransport> receiver;

	private @Nullable LongAdder takenOver;

	private @Nullable SocketWrapperBase<?> wrapper;

	/** Whether nobody serves the connection. Owned by Tomcat's thread. */
	private boolean refused;

	void prepare(Consumer<PendingTransport> receiver, LongAdder takenOver) {
		this.receiver = receiver;
		this.takenOver = takenOver;
	}

	@Override
	public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
		this.wrapper = wrapper;
	}

	@Override
	public void init(WebConnection connection) {
		Assert.state(this.receiver != null && this.takenOver != null && this.wrapper != null,
				"A connection has to be prepared for its upgrade");
		try {
			this.receiver.accept(new TakeOver(this.wrapper, this.takenOver));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			logger.warn("No thread can be had to serve a connection, which is closed: " + ex.getMessage());
			this.refused = true;
		}
	}

	/**
	 * Whether all further I/O is ours. If not, Tomcat goes on with
	 * {@link #upgradeDispatch}, and closes.
	 */
	@Override
	public boolean hasAsyncIO() {
		return !this.refused;
	}

	@Override
	public SocketState upgradeDispatch(SocketEvent status) {
		// Tomcat does not poll the socket any more; what still comes is its end.
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
	}

}
