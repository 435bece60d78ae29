package io.github.websocketcontroller.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Transport} over a {@link SocketChannel} in blocking mode, which parks a
 * virtual thread without pinning its carrier.
 */
public final class SocketTransport implements Transport {

	/**
	 * The JDK copies a heap buffer through a direct one of the same size and keeps that
	 * for the life of the carrier thread: what one call takes bounds direct memory.
	 */
	static final int LARGEST_SLICE = 64 * 1024;

	private final SocketChannel channel;

	private final Closeable closer;

	private final AtomicBoolean closed = new AtomicBoolean();

	/** What was read before us and not yet delivered. Owned by the reader. */
	private @Nullable ByteBuffer leftover;

	/** Reads with a time-out, which the channel can't. Owned by the reader. */
	private @Nullable InputStream timedInput;

	/**
	 * Takes a connection over.
	 * @param channel the connected channel, in blocking mode
	 * @param leftover bytes that have already been read from the channel and are to be
	 * delivered first; they are copied
	 * @param closer what closes the connection, and the channel with it; called once
	 */
	public SocketTransport(SocketChannel channel, ByteBuffer leftover, Closeable closer) {
		this.channel = channel;
		this.closer = closer;
		if (leftover.hasRemaining()) {
			this.leftover = ByteBuffer.allocate(leftover.remaining()).put(leftover.duplicate()).flip();
		}
	}

	@Override
	public int read(ByteBuffer target, long timeout) throws IOException {
		if (this.leftover != null) {
			return readLeftover(this.leftover, target);
		}
		return (timeout <= 0) ? read(target) : readTimed(target, timeout);
	}

	private int readLeftover(ByteBuffer source, ByteBuffer target) {
		int count = Math.min(source.remaining(), target.remaining());
		target.put(target.position(), source, source.position(), count);
		target.position(target.position() + count);
		source.position(source.position() + count);
		if (!source.hasRemaining()) {
			this.leftover = null;
		}
		return count;
	}

	private int read(ByteBuffer target) throws IOException {
		int limit = target.limit();
		target.limit(sliceEnd(target, LARGEST_SLICE));
		try {
			return this.channel.read(target);
		}
		finally {
			target.limit(limit);
		}
	}

	private int readTimed(ByteBuffer target, long timeout) throws IOException {
		int room = Math.min(target.remaining(), LARGEST_SLICE);
		byte[] bytes = target.hasArray() ? target.array() : new byte[room];
		int offset = target.hasArray() ? target.arrayOffset() + target.position() : 0;
		int count;
		try {
			this.channel.socket().setSoTimeout(toMillis(timeout));
			count = timedInput().read(bytes, offset, room);
		}
		catch (SocketTimeoutException ex) {
			return 0;
		}
		if (count > 0 && !target.hasArray()) {
			target.put(bytes, 0, count);
		}
		else if (count > 0) {
			target.position(target.position() + count);
		}
		return count;
	}

	private InputStream timedInput() throws IOException {
		if (this.timedInput == null) {
			this.timedInput = this.channel.socket().getInputStream();
		}
		return this.timedInput;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		int limit = source.limit();
		source.limit(sliceEnd(source, LARGEST_SLICE));
		try {
			return this.channel.write(source);
		}
		finally {
			source.limit(limit);
		}
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) throws IOException {
		int headerLimit = header.limit();
		int payloadLimit = payload.limit();
		header.limit(sliceEnd(header, LARGEST_SLICE));
		payload.limit((header.limit() == headerLimit) ? sliceEnd(payload, LARGEST_SLICE - header.remaining())
				: payload.position());
		try {
			return this.channel.write(new ByteBuffer[] { header, payload });
		}
		finally {
			header.limit(headerLimit);
			payload.limit(payloadLimit);
		}
	}

	@Override
	public void closeOutput() throws IOException {
		this.channel.shutdownOutput();
	}

	@Override
	public boolean isOpen() {
		return this.channel.isOpen();
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			try {
				this.closer.close();
			}
			catch (IOException | RuntimeException ex) {
				closeChannel();
			}
		}
	}

	/** So that no socket stays open and no reader waits because the closer failed. */
	private void closeChannel() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// The descriptor is released all the same.
		}
	}

	private static int sliceEnd(ByteBuffer buffer, int most) {
		return buffer.position() + Math.min(buffer.remaining(), most);
	}

	private static int toMillis(long nanos) {
		long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
		boolean exact = TimeUnit.MILLISECONDS.toNanos(millis) == nanos;
		return (int) Math.min(exact ? millis : millis + 1, Integer.MAX_VALUE);
	}

}
