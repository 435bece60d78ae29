package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Readiness;
import io.github.websocketcontroller.transport.Transport;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * A socket of Tomcat's, to be taken over or to be used through Tomcat.
 * <p>
 * Tomcat's thread holds the socket's lock until it has finished with the request. Whoever
 * has got the lock finds Tomcat's books in order: closed earlier, the processor of the
 * upgraded connection would stay among those that wait.
 */
final class UpgradedSocket implements PendingTransport {

	private final SocketWrapperBase<?> wrapper;

	private final TakeOver takeOver;

	private final ParkingTransport throughTomcat;

	/** There if Tomcat was asked to let go. Set before there is a thread to open this. */
	private volatile @Nullable PollerTask leaving;

	UpgradedSocket(SocketWrapperBase<?> wrapper, TakeOver takeOver, Readiness readable, Readiness writable) {
		this.wrapper = wrapper;
		this.takeOver = takeOver;
		this.throughTomcat = new ParkingTransport(wrapper, readable, writable);
	}

	@Override
	public boolean release(Runnable then) {
		PollerTask task = this.takeOver.prepare(this.wrapper, then);
		if (task == null) {
			return false;
		}
		this.leaving = task;
		return this.takeOver.start(task);
	}

	@Override
	public Transport open() throws IOException {
		PollerTask task = this.leaving;
		this.leaving = null;
		this.wrapper.getLock().lock();
		try {
			Transport taken = (task != null) ? this.takeOver.complete(task) : null;
			return (taken != null) ? taken : this.throughTomcat;
		}
		finally {
			this.wrapper.getLock().unlock();
		}
	}

	@Override
	public void close() {
		this.throughTomcat.close();
	}

}
