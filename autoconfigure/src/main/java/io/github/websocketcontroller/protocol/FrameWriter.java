package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Writes one frame after the other: small ones from a buffer, in which they may also wait
 * for each other, and large ones from where they are. Owned by the writer, but for what
 * any thread may ask.
 */
final class FrameWriter {

	/** Not an object of its own, which every write would have to fetch. */
	private static final AtomicLongFieldUpdater<FrameWriter> PROGRESS = AtomicLongFieldUpdater
		.newUpdater(FrameWriter.class, "progress");

	/** A whole control frame has to fit. */
	private static final int MIN_BUFFER_SIZE = 128;

	private final Transport transport;

	private final int bufferSize;

	/** Where small frames are put together. There from a write on until a lull. */
	private @Nullable ByteBuffer buffer;

	/** How often the transport was asked to take bytes. */
	private long writes;

	/** What {@link #writes} was when the buffer was last looked at. */
	private long writesBefore;

	/** Whether frames don't wait. */
	private boolean autoFlush = true;

	/** Whether they wait all the same, since another one follows. */
	private boolean more;

	/** Whether frames wait in the buffer. Set by the writer, read by anyone. */
	private volatile boolean unflushed;

	/** Whether a frame is begun and not yet taken. */
	private boolean amidFrame;

	/** 0 or the number of the write under way. Set by the writer, read by anyone. */
	private volatile long progress;

	FrameWriter(Transport transport, int bufferSize) {
		this.transport = transport;
		this.bufferSize = Math.max(bufferSize, MIN_BUFFER_SIZE);
	}

	/**
	 * Writes a frame.
	 * @param first its {@linkplain FrameHeader#first first byte}
	 * @param payload where the payload is
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @param urgent whether the frame must not wait
	 * @throws IOException if the stream is broken or closed
	 */
	void write(byte first, byte[] payload, int offset, int length, boolean urgent) throws IOException {
		ByteBuffer frame = reserveFrame(length);
		if (fits(length)) {
			frame.put(payloadPosition(frame, length), payload, offset, length);
			complete(frame, first, length);
			end(urgent);
		}
		else {
			flush(frame, first, ByteBuffer.wrap(payload, offset, length));
		}
	}

	/**
	 * Writes a frame.
	 * @param first its {@linkplain FrameHeader#first first byte}
	 * @param payload the payload from position to limit; neither is changed
	 * @throws IOException if the stream is broken or closed
	 */
	void write(byte first, ByteBuffer payload) throws IOException {
		int length = payload.remaining();
		ByteBuffer frame = reserveFrame(length);
		if (fits(length)) {
			frame.put(payloadPosition(frame, length), payload, payload.position(), length);
			complete(frame, first, length);
			end(false);
		}
		else {
			flush(frame, first, payload.duplicate());
		}
	}

	/**
	 * Writes a frame that is put together already.
	 * @param frame the frame, header included, whose payload {@linkplain #fits fits}
	 * @throws IOException if the stream is broken or closed
	 */
	void write(byte[] frame) throws IOException {
		if (this.autoFlush && !this.more && !this.unflushed) {
			requireWhole();
			writeWhole(ByteBuffer.wrap(frame));
		}
		else {
			reserve(frame.length).put(frame);
			end(false);
		}
	}

	/**
	 * Whether a frame is put together in a buffer.
	 * @param length the length of its payload
	 * @return {@code true} if it is small enough
	 */
	boolean fits(int length) {
		return length <= this.bufferSize - FrameHeader.sizeFor(length);
	}

	// What is returned has room for the header, and for a payload that fits.
	private ByteBuffer reserveFrame(int length) throws IOException {
		return reserve(FrameHeader.sizeFor(length) + (fits(length) ? length : 0));
	}

	// The header comes last: a payload that can't be copied leaves nothing behind.
	private static int payloadPosition(ByteBuffer frame, int length) {
		return frame.position() + FrameHeader.sizeFor(length);
	}

	private static void complete(ByteBuffer frame, byte first, int length) {
		FrameHeader.write(frame, first, length);
		frame.position(frame.position() + length);
	}

	private ByteBuffer reserve(int size) throws IOException {
		requireWhole();
		if (this.buffer == null) {
			this.buffer = ByteBuffer.allocate(this.bufferSize);
		}
		if (this.buffer.remaining() < size) {
			flush();
		}
		return this.buffer;
	}

	private void requireWhole() throws IOException {
		if (this.amidFrame) {
			throw new IOException("A frame was broken off");
		}
	}

	private void end(boolean urgent) throws IOException {
		if ((this.autoFlush && !this.more) || urgent) {
			flush();
		}
		else if (!this.unflushed) {
			this.unflushed = true;
		}
	}

	void setAutoFlush(boolean autoFlush) throws IOException {
		this.autoFlush = autoFlush;
		if (autoFlush) {
			flush();
		}
	}

	boolean isAutoFlush() {
		return this.autoFlush;
	}

	void setMore(boolean more) {
		this.more = more;
	}

	boolean hasUnflushed() {
		return this.unflushed;
	}

	long progress() {
		return this.progress;
	}

	/**
	 * Writes the frames that wait in the buffer. Does nothing if there are none.
	 * @throws IOException if the stream is broken or closed
	 */
	void flush() throws IOException {
		ByteBuffer frames = this.buffer;
		if (frames == null || frames.position() == 0) {
			return;
		}
		writeWhole(frames.flip());
	}

	private void writeWhole(ByteBuffer frames) throws IOException {
		this.amidFrame = true;
		try {
			writeAll(frames);
			this.amidFrame = false;
		}
		finally {
			frames.clear();
			flushed();
		}
	}

	/**
	 * Frees the buffer if nothing was written since the last call.
	 */
	void trim() {
		if (this.writes == this.writesBefore && !this.unflushed) {
			this.buffer = null;
		}
		this.writesBefore = this.writes;
	}

	/**
	 * Whether there is something to {@link #trim()}. A guess when another thread writes.
	 * @return {@code true} if there is a buffer
	 */
	boolean hasBuffer() {
		return this.buffer != null;
	}

	private void flush(ByteBuffer frames, byte first, ByteBuffer payload) throws IOException {
		this.amidFrame = true;
		try {
			FrameHeader.write(frames, first, payload.remaining());
			frames.flip();
			while (frames.hasRemaining()) {
				PROGRESS.lazySet(this, ++this.writes);
				this.transport.write(frames, payload);
			}
			writeAll(payload);
			this.amidFrame = false;
		}
		finally {
			frames.clear();
			flushed();
		}
	}

	private void flushed() {
		PROGRESS.lazySet(this, 0);
		if (this.unflushed) {
			this.unflushed = false;
		}
	}

	private void writeAll(ByteBuffer source) throws IOException {
		while (source.hasRemaining()) {
			PROGRESS.lazySet(this, ++this.writes);
			this.transport.write(source);
		}
	}

}
