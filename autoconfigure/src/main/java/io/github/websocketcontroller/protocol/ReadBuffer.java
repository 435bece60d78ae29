package io.github.websocketcontroller.protocol;

import java.io.EOFException;
import java.io.Flushable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import io.github.websocketcontroller.transport.Transport;

/**
 * The bytes that have been read from the transport and not yet used, and the time that
 * reading more may take. Grows somewhat for a peer whose messages are larger, so that
 * each takes one read, and goes back when they no longer are. Owned by the reading
 * thread.
 */
final class ReadBuffer {

	/** Not an object of its own, which every read would have to fetch. */
	private static final AtomicLongFieldUpdater<ReadBuffer> PROGRESS = AtomicLongFieldUpdater
		.newUpdater(ReadBuffer.class, "progress");

	/** A control frame's payload, or any header, has to fit. */
	static final int MIN_CAPACITY = 128;

	/** How many times the usual size it may have. */
	private static final int GROWTH = 8;

	/**
	 * After how many frames on end that need no more than the usual size it goes back.
	 */
	private static final int FRAMES_BEFORE_SHRINKING = 4;

	private final Transport transport;

	private final Flushable output;

	private final int usualCapacity;

	private byte[] bytes;

	/** The array as the transport wants it. */
	private ByteBuffer view;

	/** How many frames on end have needed no more than the usual size. */
	private int framesWithoutNeed;

	/** Index of the first byte that is not used yet. */
	private int position;

	/** Index after the last byte that has been read. */
	private int limit;

	/** How long reading may take in nanoseconds; 0 is for ever. */
	private long timeout;

	/** When it has to end. Set by the first read that may have to wait. */
	private long deadline;

	private boolean waiting;

	/** One more than the reads that have brought bytes. Owned by the reading thread. */
	private long arrivals = 1;

	/** 0 or what {@link #arrivals} is. Set by the reading thread, read by anyone. */
	private volatile long progress;

	ReadBuffer(Transport transport, int capacity, Flushable output) {
		this.transport = transport;
		this.output = output;
		this.usualCapacity = Math.max(capacity, MIN_CAPACITY);
		this.bytes = new byte[this.usualCapacity];
		this.view = ByteBuffer.wrap(this.bytes);
	}

	/**
	 * Sets what all reads from now on may take together.
	 * @param timeout the time in nanoseconds; 0 is for ever
	 */
	void limitTime(long timeout) {
		this.timeout = timeout;
		this.waiting = false;
	}

	byte[] bytes() {
		return this.bytes;
	}

	int capacity() {
		return this.bytes.length;
	}

	int position() {
		return this.position;
	}

	int available() {
		return this.limit - this.position;
	}

	void skip(int count) {
		this.position += count;
	}

	/**
	 * Begins a frame whose payload is wanted in one piece.
	 * @param length the length of the payload, whose header has been used
	 * @return {@code false} if it is too long for that
	 */
	boolean beginWhole(long length) {
		if (length + FrameHeader.MAX_SIZE > (long) GROWTH * this.usualCapacity) {
			return begin(length);
		}
		this.framesWithoutNeed = fits(length) ? this.framesWithoutNeed + 1 : 0;
		return true;
	}

	/**
	 * Begins a frame that is not worth more than the usual size.
	 * @param length the length of the payload
	 * @return whether it will be in one piece
	 */
	boolean begin(long length) {
		this.framesWithoutNeed++;
		return fits(length);
	}

	private boolean fits(long length) {
		return length <= this.usualCapacity;
	}

	// Moves what is there to the beginning, of a new array if the size changes.
	private void resize(int capacity) {
		byte[] resized = (capacity == this.bytes.length) ? this.bytes : new byte[capacity];
		System.arraycopy(this.bytes, this.position, resized, 0, available());
		this.limit -= this.position;
		this.position = 0;
		if (resized != this.bytes) {
			this.bytes = resized;
			this.view = ByteBuffer.wrap(resized);
		}
	}

	/**
	 * Waits for bytes.
	 * @param count how many have to be available
	 * @param room how many will be wanted in one piece soon
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken
	 */
	boolean await(int count, int room) throws IOException {
		while (available() < count) {
			makeRoom(room);
			int read = read(this.view.clear().position(this.limit));
			if (read == 0) {
				return false;
			}
			this.limit += read;
		}
		return true;
	}

	// Grows when it is full: with what has arrived, not with what a header announces.
	private void makeRoom(int room) {
		if (this.position == this.limit) {
			this.position = 0;
			this.limit = 0;
			if (this.bytes.length > this.usualCapacity && this.framesWithoutNeed >= FRAMES_BEFORE_SHRINKING) {
				resize(this.usualCapacity);
			}
		}
		else if (room > this.bytes.length - this.position) {
			boolean grows = room > this.bytes.length && this.limit == this.bytes.length;
			resize(grows ? capacityFor(room) : this.bytes.length);
		}
	}

	private int capacityFor(int room) {
		return (room + FrameHeader.MAX_SIZE + this.usualCapacity - 1) / this.usualCapacity * this.usualCapacity;
	}

	/**
	 * Reads past this buffer, which has to be empty.
	 * @param target where to put the bytes
	 * @return how many were read; 0 if the time is up
	 * @throws IOException if the stream ends or is broken
	 */
	int read(ByteBuffer target) throws IOException {
		long remaining = 0;
		if (this.timeout > 0) {
			remaining = remainingTime();
			if (remaining <= 0) {
				return 0;
			}
		}
		this.output.flush();
		int count = waitForBytes(target, remaining);
		if (count < 0) {
			throw new EOFException("The peer has ended the stream");
		}
		return count;
	}

	private int waitForBytes(ByteBuffer target, long remaining) throws IOException {
		PROGRESS.lazySet(this, this.arrivals);
		try {
			int count = this.transport.read(target, remaining);
			if (count > 0) {
				this.arrivals++;
			}
			return count;
		}
		finally {
			PROGRESS.lazySet(this, 0);
		}
	}

	long progress() {
		return this.progress;
	}

	private long remainingTime() {
		long now = System.nanoTime();
		if (!this.waiting) {
			this.waiting = true;
			this.deadline = now + this.timeout;
		}
		return this.deadline - now;
	}

}
