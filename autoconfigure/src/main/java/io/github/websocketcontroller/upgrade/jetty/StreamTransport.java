package io.github.websocketcontroller.upgrade.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/**
 * A {@link JettyTransport} over a stream of HTTP/2.
 */
final class StreamTransport extends JettyTransport {

	private final EndPoint endPoint;

	private final Stream stream;

	/**
	 * Keeps apart who takes what has arrived and who closes: both give the buffer back
	 * that it is in, which is one of the connection's.
	 */
	private final ReentrantLock filling = new ReentrantLock();

	private final AtomicBoolean closed = new AtomicBoolean();

	StreamTransport(EndPoint endPoint) {
		super(endPoint);
		this.endPoint = endPoint;
		this.stream = (Stream) endPoint.getTransport();
	}

	@Override
	int fill(ByteBuffer room) throws IOException {
		this.filling.lock();
		try {
			if (!this.endPoint.isOpen()) {
				throw new ClosedChannelException();
			}
			return super.fill(room);
		}
		catch (IllegalStateException ex) {
			// Jetty has closed it meanwhile, without a look at who reads.
			throw new IOException("The stream was closed while it was read", ex);
		}
		finally {
			this.filling.unlock();
		}
	}

	// What is written by the connection that the stream shares may still be read after a
	// write of ours was given up. Jetty would copy two buffers as well, to direct memory.
	@Override
	void flush(ByteBuffer... buffers) throws IOException {
		int length = 0;
		for (ByteBuffer buffer : buffers) {
			length += buffer.remaining();
		}
		ByteBuffer copy = ByteBuffer.allocate(length);
		for (ByteBuffer buffer : buffers) {
			copy.put(buffer);
		}
		super.flush(copy.flip());
	}

	/**
	 * Sees too what Jetty has missed to tell the end point: that the stream was broken
	 * while the response was on its way.
	 */
	@Override
	public boolean isOpen() {
		return !this.closed.get() && super.isOpen() && (this.endPoint.isOutputShutdown() || !this.stream.isClosed());
	}

	/**
	 * Ends the stream, and resets it if the peer has not ended it too (RFC 8441, 5).
	 * Jetty would keep it until the connection ends.
	 */
	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		if (!this.endPoint.isOutputShutdown()) {
			DataFrame end = new DataFrame(this.stream.getId(), BufferUtil.EMPTY_BUFFER, true);
			this.stream.data(end, Callback.from(InvocationType.NON_BLOCKING, () -> reset(ErrorCode.NO_ERROR),
					(failure) -> reset(ErrorCode.CANCEL_STREAM_ERROR)));
		}
		else if (!this.endPoint.isInputShutdown()) {
			reset(ErrorCode.NO_ERROR);
		}
		// Not the end point, whose own END_STREAM may be on its way or come too late.
		this.endPoint.getConnection().onClose(null);
		end();
	}

	private void reset(ErrorCode code) {
		if (!this.stream.isClosed()) {
			this.stream.reset(new ResetFrame(this.stream.getId(), code.code), Callback.NOOP);
			this.filling.lock();
			try {
				super.close();
			}
			finally {
				this.filling.unlock();
			}
		}
	}

}
