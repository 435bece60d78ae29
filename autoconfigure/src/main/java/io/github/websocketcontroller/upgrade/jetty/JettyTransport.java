package io.github.websocketcontroller.upgrade.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

import io.github.websocketcontroller.transport.Readiness;
import io.github.websocketcontroller.transport.Transport;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Transport} over an end point of Jetty's, which never blocks: what can't be
 * done at once is waited for parked, until Jetty says that it can be or has been done.
 */
class JettyTransport implements Transport {

	/** What one read takes, and one write without TLS. */
	private static final int LARGEST_SLICE = 64 * 1024;

	/**
	 * The payload of a TLS record. What the peer does not take at once is then encrypted
	 * already, which is no work for Jetty's selectors.
	 */
	private static final int LARGEST_RECORD = 16 * 1024;

	private final EndPoint endPoint;

	private final int largestWrite;

	private final Readiness readable = new Readiness();

	private final Readiness written = new Readiness();

	private final Callback readableCallback = Callback.from(InvocationType.NON_BLOCKING, this.readable::signal);

	private final Callback writtenCallback = Callback.from(InvocationType.NON_BLOCKING, this.written::signal,
			this::writeFailed);

	/** Why a write has failed, after which none succeeds. Written by any thread. */
	private volatile @Nullable Throwable failure;

	/** What Jetty has read before us. Set before the reader starts, then owned by it. */
	private @Nullable ByteBuffer leftover;

	JettyTransport(EndPoint endPoint) {
		this.endPoint = endPoint;
		this.largestWrite = endPoint.isSecure() ? LARGEST_RECORD : LARGEST_SLICE;
	}

	void deliverFirst(ByteBuffer leftover) {
		this.leftover = leftover;
	}

	@Override
	public int read(ByteBuffer target, long timeout) throws IOException {
		if (this.leftover != null) {
			return readLeftover(this.leftover, target);
		}
		// Jetty appends to what is before the limit, as far as the capacity goes.
		ByteBuffer room = target.slice(target.position(), Math.min(target.remaining(), LARGEST_SLICE)).limit(0);
		long deadline = Readiness.deadline(timeout);
		int count = fillOrRegister(room);
		while (count == 0 && this.readable.await(deadline)) {
			count = fillOrRegister(room);
		}
		if (count > 0) {
			target.position(target.position() + count);
		}
		return count;
	}

	private int readLeftover(ByteBuffer source, ByteBuffer target) {
		int count = BufferUtil.put(source, target);
		if (!source.hasRemaining()) {
			this.leftover = null;
		}
		return count;
	}

	// A read whose time was up has left its interest registered.
	private int fillOrRegister(ByteBuffer room) throws IOException {
		requireOpen();
		this.readable.reset();
		int count = fill(room);
		if (count == 0) {
			this.endPoint.tryFillInterested(this.readableCallback);
		}
		return count;
	}

	/**
	 * Takes what has arrived.
	 * @param room where to put it
	 * @return how many bytes; 0 if there are none, -1 at the end of the stream
	 * @throws IOException if the end point is broken or closed
	 */
	int fill(ByteBuffer room) throws IOException {
		return this.endPoint.fill(room);
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		int limit = source.limit();
		int count = limit(source, this.largestWrite);
		try {
			flush(source);
		}
		finally {
			source.limit(limit);
		}
		return count;
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) throws IOException {
		int headerLimit = header.limit();
		int payloadLimit = payload.limit();
		int count = limit(header, this.largestWrite);
		count += limit(payload, this.largestWrite - count);
		try {
			flush(header, payload);
		}
		finally {
			header.limit(headerLimit);
			payload.limit(payloadLimit);
		}
		return count;
	}

	private static int limit(ByteBuffer buffer, int most) {
		int count = Math.min(buffer.remaining(), most);
		buffer.limit(buffer.position() + count);
		return count;
	}

	/**
	 * Waits until all bytes are written, and the buffers are the caller's again.
	 * @param buffers the bytes
	 * @throws IOException if they could not be written
	 */
	void flush(ByteBuffer... buffers) throws IOException {
		requireOpen();
		this.written.reset();
		this.endPoint.write(this.writtenCallback, buffers);
		try {
			this.written.await(0);
		}
		catch (IOException ex) {
			close(); // Jetty must not go on with buffers that are the caller's again.
			throw ex;
		}
		if (this.failure != null) {
			throw new IOException("The write has failed", this.failure);
		}
	}

	private void writeFailed(Throwable failure) {
		this.failure = failure;
		this.written.signal();
	}

	@Override
	public void closeOutput() throws IOException {
		requireOpen();
		this.endPoint.shutdownOutput();
	}

	private void requireOpen() throws IOException {
		if (!isOpen()) {
			throw new ClosedChannelException();
		}
	}

	@Override
	public boolean isOpen() {
		return this.endPoint.isOpen();
	}

	@Override
	public void close() {
		this.endPoint.close();
		end();
	}

	/**
	 * Ends what waits, after the end point has been closed.
	 */
	void end() {
		this.readable.end();
		this.written.end();
	}

}
