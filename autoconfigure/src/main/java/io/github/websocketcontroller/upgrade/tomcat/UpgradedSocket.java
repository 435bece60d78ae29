package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.time.Duration;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Readiness;
import io.github.websocketcontroller.transport.Transport;
import org.apache.tomcat.util.net.SocketWrapperBase;

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

	UpgradedSocket(SocketWrapperBase<?> wrapper, TakeOver takeOver, Readiness readable, Readiness writable) {
		this.wrapper = wrapper;
		this.takeOver = takeOver;
		this.throughTomcat = new ParkingTransport(wrapper, readable, writable);
	}

	@Override
	public Transport open(Duration timeout) throws IOException {
		this.wrapper.getLock().lock();
		try {
			Transport taken = this.takeOver.attempt(this.wrapper, timeout);
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
