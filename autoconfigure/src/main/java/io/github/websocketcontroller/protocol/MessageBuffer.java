package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

import io.github.websocketcontroller.compression.MessageInflater;

/**
 * Collects a message that is too large for the read buffer or comes in fragments. Grows
 * with what has arrived, not with what a header announces. Owned by the reading thread.
 */
final class MessageBuffer {

	private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

	/** How much memory to have in advance of what has arrived. */
	private final int advance;

	/** What has arrived is before the position. */
	private ByteBuffer buffer = EMPTY;

	MessageBuffer(int advance) {
		this.advance = Math.max(advance, ReadBuffer.MIN_CAPACITY);
	}

	byte[] bytes() {
		return this.buffer.array();
	}

	int length() {
		return this.buffer.position();
	}

	int capacity() {
		return this.buffer.capacity();
	}

	/**
	 * Takes bytes out of the read buffer.
	 * @param input the read buffer
	 * @param count how many; not more than a read buffer has
	 * @param most how long the message can become
	 */
	void append(ReadBuffer input, int count, int most) {
		reserve(count, most);
		this.buffer.put(input.bytes(), input.position(), count);
		input.skip(count);
	}

	/**
	 * Reads bytes past the read buffer.
	 * @param input the read buffer, which has to be empty
	 * @param count how many to read at most
	 * @param most how long the message can become
	 * @return how many were read; 0 if the time is up
	 * @throws IOException if the stream ends or is broken
	 */
	int readFrom(ReadBuffer input, int count, int most) throws IOException {
		// Grow a little before it is full, so that no read is for a handful of bytes.
		reserve(Math.min(count, Math.max(1, length() / 4)), most);
		this.buffer.limit(length() + Math.min(count, capacity() - length()));
		try {
			return input.read(this.buffer);
		}
		finally {
			this.buffer.limit(capacity());
		}
	}

	/**
	 * Expands bytes into this buffer.
	 * @param inflater the inflater, which has been fed
	 * @param most how long the message can become; it must be shorter now
	 * @return how many bytes were added; 0 if the inflater has used up all
	 * @throws DataFormatException if it was fed with something else
	 */
	int inflateFrom(MessageInflater inflater, int most) throws DataFormatException {
		reserve(1, most);
		int count = inflater.inflate(bytes(), length(), Math.min(capacity(), most) - length());
		this.buffer.position(length() + count);
		return count;
	}

	// The same steps however the bytes arrive, which are then most of the last step.
	private void reserve(int count, int most) {
		if (capacity() - length() < count) {
			long step = Math.max(4L * capacity() + this.advance, (long) length() + count);
			int capacity = (int) Math.min(step, most);
			this.buffer = ByteBuffer.allocate(capacity).put(this.buffer.flip());
		}
	}

	/**
	 * Has room for a number of bytes in all.
	 * @param capacity the number of bytes
	 */
	void ensureCapacity(int capacity) {
		if (capacity() < capacity) {
			this.buffer = ByteBuffer.allocate(capacity).put(this.buffer.flip());
		}
	}

	/**
	 * Drops what has arrived and keeps the memory for more.
	 */
	void clear() {
		this.buffer.clear();
	}

	void release() {
		this.buffer = EMPTY;
	}

}
