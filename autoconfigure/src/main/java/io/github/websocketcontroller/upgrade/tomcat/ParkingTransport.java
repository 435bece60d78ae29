package io.github.websocketcontroller.upgrade.tomcat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLEngine;

import io.github.websocketcontroller.transport.Readiness;
import io.github.websocketcontroller.transport.Transport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.tomcat.util.net.Nio2Channel;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A {@link Transport} through Tomcat's view of a socket, which is never blocked in: what
 * can't be done at once is waited for parked, until Tomcat says that the socket is ready.
 * <p>
 * Each step holds the socket's lock, as Tomcat's workers do, so that the buffers are not
 * used by two threads, nor given to another connection while they are used. Only its
 * poller closes without, when no worker can be had.
 */
final class ParkingTransport implements Transport {

	/** The payload of a TLS record. */
	private static final int LARGEST_SLICE = 16 * 1024;

	/** Nanoseconds that Tomcat has to notice that a write has failed. */
	private static final long ABORT_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(100);

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private static final Log logger = LogFactory.getLog(ParkingTransport.class);

	private final SocketWrapperBase<?> wrapper;

	private final Readiness readable;

	private final Readiness writable;

	ParkingTransport(SocketWrapperBase<?> wrapper, Readiness readable, Readiness writable) {
		this.wrapper = wrapper;
		this.readable = readable;
		this.writable = writable;
	}

	@Override
	public int read(ByteBuffer target, long timeout) throws IOException {
		long deadline = Readiness.deadline(timeout);
		int count = readOrRegister(target);
		while (count == 0 && this.readable.await(deadline)) {
			count = readOrRegister(target);
		}
		return count;
	}

	private int readOrRegister(ByteBuffer target) throws IOException {
		int limit = target.limit();
		lock();
		try {
			this.readable.reset();
			int count = this.wrapper.read(false, target);
			if (count == 0) {
				this.wrapper.registerReadInterest();
			}
			return count;
		}
		catch (EOFException ex) {
			return -1;
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			target.limit(limit);
			unlock();
		}
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		return (int) write(source, NOTHING);
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) throws IOException {
		int count = fill(header, payload);
		while (!flushOrRegister()) {
			this.writable.await(0);
		}
		return count;
	}

	// No more than Tomcat has room for: it would keep the rest on the heap, and take any
	// amount.
	private int fill(ByteBuffer header, ByteBuffer payload) throws IOException {
		lock();
		try {
			int room = Math.min(this.wrapper.getSocketBufferHandler().getWriteBuffer().capacity(), LARGEST_SLICE);
			int count = put(header, room);
			return count + put(payload, room - count);
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			unlock();
		}
	}

	private int put(ByteBuffer source, int room) throws IOException {
		int count = Math.min(source.remaining(), room);
		int limit = source.limit();
		source.limit(source.position() + count);
		try {
			this.wrapper.write(false, source);
		}
		finally {
			source.limit(limit);
		}
		return count;
	}

	private boolean flushOrRegister() throws IOException {
		lock();
		try {
			this.writable.reset();
			boolean incomplete = this.wrapper.flush(false);
			if (incomplete) {
				this.wrapper.registerWriteInterest();
			}
			return !incomplete;
		}
		catch (RuntimeException ex) {
			throw failed(ex);
		}
		finally {
			unlock();
		}
	}

	@Override
	public void closeOutput() throws IOException {
		lock();
		try {
			if (this.wrapper.getSocket() instanceof SecureNioChannel channel) {
				sayGoodbye(channel);
				channel.getIOChannel().shutdownOutput();
			}
			else if (this.wrapper.getSocket() instanceof NioChannel channel) {
				channel.getIOChannel().shutdownOutput();
			}
			else if (this.wrapper.getSocket() instanceof Nio2Channel channel) {
				channel.getIOChannel().shutdownOutput();
			}
		}
		finally {
			unlock();
		}
	}

	// The close_notify of TLS, without which the end looks like an attack. Tomcat sends
	// it only when it closes the input, too.
	private static void sayGoodbye(SecureNioChannel channel) throws IOException {
		if (channel.getOutboundRemaining() == 0) {
			SSLEngine engine = channel.getSslEngine();
			engine.closeOutbound();
			ByteBuffer alert = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
			engine.wrap(NOTHING, alert);
			channel.getIOChannel().write(alert.flip());
		}
	}

	@Override
	public boolean isOpen() {
		return !this.wrapper.isClosed();
	}

	@Override
	public void close() {
		this.wrapper.getLock().lock();
		try {
			abortWrite();
			this.wrapper.close();
		}
		finally {
			unlock();
		}
		wakePoller();
		this.readable.end();
		this.writable.end();
	}

	// NIO2 goes on with what it could write in part in a thread that holds no lock, and
	// runs into a null where a wrapper was closed meanwhile. So it first sees its write
	// fail.
	private void abortWrite() {
		if (isWritePending() && this.wrapper.getSocket() instanceof Nio2Channel channel) {
			try {
				channel.getIOChannel().close();
			}
			catch (IOException ex) {
				logger.debug("A channel failed to close", ex);
			}
			long deadline = System.nanoTime() + ABORT_TIMEOUT;
			while (isWritePending() && System.nanoTime() - deadline < 0) {
				LockSupport.parkNanos(this, ABORT_TIMEOUT / 1000);
			}
		}
	}

	private boolean isWritePending() {
		return !this.wrapper.isClosed() && this.wrapper.isWritePending();
	}

	// Which holds the descriptor of a closed socket for as long as it selects.
	private void wakePoller() {
		if (this.wrapper instanceof NioSocketWrapper nioWrapper) {
			nioWrapper.getPoller().getSelector().wakeup();
		}
	}

	private void lock() throws IOException {
		this.wrapper.getLock().lock();
		if (this.wrapper.isClosed()) {
			unlock();
			throw new ClosedChannelException();
		}
		if (Thread.currentThread().isInterrupted()) {
			unlock();
			throw new ClosedByInterruptException(); // Tomcat would forget the interrupt.
		}
	}

	private void unlock() {
		this.wrapper.getLock().unlock();
	}

	// Tomcat's poller closes without the lock, and what it closes has no buffers.
	private IOException failed(RuntimeException cause) {
		if (this.wrapper.isClosed()) {
			return new IOException("The server has closed the connection", cause);
		}
		throw cause;
	}

}
