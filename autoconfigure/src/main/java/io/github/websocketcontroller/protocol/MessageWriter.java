package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Writes messages and control frames as a server does (RFC 6455, 5 and 6.1), each as one
 * frame if not in fragments. Every method blocks until the transport has taken all of it;
 * after an {@link IOException} a frame may be half written and nothing more can be said.
 * Not thread-safe: the caller lets one thread at a time write. Only {@link #progress()}
 * and {@link #hasUnflushed()} may be called by any thread.
 */
public final class MessageWriter {

	/** A whole control frame has to fit. */
	private static final int MIN_BUFFER_SIZE = 128;

	private final Transport transport;

	private final int bufferSize;

	/** Where small frames are put together. Owned by the writer. */
	private @Nullable ByteBuffer buffer;

	/** How often the transport was asked to take bytes. Owned by the writer. */
	private long writes;

	/** Whether frames don't wait. Owned by the writer. */
	private boolean autoFlush = true;

	/** Whether frames wait in the buffer. Set by the writer, read by anyone. */
	private volatile boolean unflushed;

	/** Whether a frame is begun and not yet taken. Owned by the writer. */
	private boolean amidFrame;

	/** 0 or the number of the write under way. Set by the writer, read by anyone. */
	private final AtomicLong progress = new AtomicLong();

	/**
	 * Creates a writer.
	 * @param transport where to write to
	 * @param bufferSize up to which size, header included, a frame is put together in a
	 * buffer, which is allocated with the first write; at least 128, a smaller one
	 * becomes that
	 */
	public MessageWriter(Transport transport, int bufferSize) {
		this.transport = transport;
		this.bufferSize = Math.max(bufferSize, MIN_BUFFER_SIZE);
	}

	/**
	 * Writes a text message. An unpaired surrogate becomes a question mark.
	 * @param text the text
	 * @throws IOException if the stream is broken or closed
	 */
	public void text(String text) throws IOException {
		if (fits(text.length())) {
			ByteBuffer frame = begin(Opcode.TEXT, true, text.length());
			if (putAscii(text, frame)) {
				end(false);
				return;
			}
			frame.position(frame.position() - FrameHeader.sizeFor(text.length()));
		}
		text(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Writes a text message that is encoded already.
	 * @param utf8 the text in UTF-8, which is not checked
	 * @throws IOException if the stream is broken or closed
	 */
	public void text(byte[] utf8) throws IOException {
		write(Opcode.TEXT, utf8);
	}

	/**
	 * Writes a binary message.
	 * @param payload the payload
	 * @throws IOException if the stream is broken or closed
	 */
	public void binary(byte[] payload) throws IOException {
		write(Opcode.BINARY, payload);
	}

	/**
	 * Writes a binary message.
	 * @param payload the payload from position to limit; neither is changed
	 * @throws IOException if the stream is broken or closed
	 */
	public void binary(ByteBuffer payload) throws IOException {
		int length = payload.remaining();
		ByteBuffer frame = begin(Opcode.BINARY, true, length);
		if (fits(length)) {
			frame.put(frame.position(), payload, payload.position(), length);
			frame.position(frame.position() + length);
			end(false);
		}
		else {
			flush(frame, payload.duplicate());
		}
	}

	/**
	 * Writes a fragment of a message.
	 * @param opcode the kind of the message with its first fragment, then CONTINUATION
	 * @param last whether it is the last one
	 * @param payload where the payload is; a text is not checked to be UTF-8
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @throws IOException if the stream is broken or closed
	 */
	public void fragment(Opcode opcode, boolean last, byte[] payload, int offset, int length) throws IOException {
		write(opcode, last, payload, offset, length);
	}

	/**
	 * Sets whether a frame is written at once. If not, small frames wait in the buffer
	 * until it is full, until {@link #flush()} or until a control frame.
	 * @param autoFlush {@code true}, which is the default, to write at once
	 * @throws IOException if the stream is broken or closed
	 */
	public void setAutoFlush(boolean autoFlush) throws IOException {
		this.autoFlush = autoFlush;
		if (autoFlush) {
			flush();
		}
	}

	/**
	 * Whether frames wait in the buffer. May be called by any thread.
	 * @return {@code true} if {@link #flush()} has something to do
	 */
	public boolean hasUnflushed() {
		return this.unflushed;
	}

	/**
	 * Writes a Ping or a Pong.
	 * @param opcode which of the two
	 * @param payload up to 125 bytes
	 * @throws IllegalArgumentException if the payload is longer, or it is neither
	 * @throws IOException if the stream is broken or closed
	 */
	public void control(Opcode opcode, byte[] payload) throws IOException {
		if (opcode != Opcode.PING && opcode != Opcode.PONG) {
			throw new IllegalArgumentException(opcode + " is neither a Ping nor a Pong");
		}
		if (payload.length > FrameHeader.MAX_CONTROL_PAYLOAD) {
			throw new IllegalArgumentException("A " + opcode + " has at most 125 bytes, not " + payload.length);
		}
		write(opcode, payload);
	}

	/**
	 * Writes a Close.
	 * @param status the status; 1005 stands for none, and a reason longer than 123 bytes
	 * of UTF-8 is cut after a character
	 * @throws IllegalArgumentException if the code must not be sent
	 * @throws IOException if the stream is broken or closed
	 */
	public void close(CloseStatus status) throws IOException {
		write(Opcode.CLOSE, CloseFrame.payload(status));
	}

	/**
	 * Tells whether a write is stuck.
	 * @return 0 while no write is under way, else a number that changes whenever the
	 * transport has taken bytes and never comes back
	 */
	public long progress() {
		return this.progress.get();
	}

	private void write(Opcode opcode, byte[] payload) throws IOException {
		write(opcode, true, payload, 0, payload.length);
	}

	private void write(Opcode opcode, boolean fin, byte[] payload, int offset, int length) throws IOException {
		ByteBuffer frame = begin(opcode, fin, length);
		if (fits(length)) {
			frame.put(payload, offset, length);
			end(opcode.isControl());
		}
		else {
			flush(frame, ByteBuffer.wrap(payload, offset, length));
		}
	}

	private boolean fits(int length) {
		return length <= this.bufferSize - FrameHeader.sizeFor(length);
	}

	// What is returned holds the header and has room for a payload that fits.
	private ByteBuffer begin(Opcode opcode, boolean fin, int length) throws IOException {
		if (this.amidFrame) {
			throw new IOException("A frame was broken off");
		}
		if (this.buffer == null) {
			this.buffer = ByteBuffer.allocate(this.bufferSize);
		}
		int size = FrameHeader.sizeFor(length) + (fits(length) ? length : 0);
		if (this.buffer.remaining() < size) {
			flush();
		}
		FrameHeader.write(this.buffer, opcode, fin, length);
		return this.buffer;
	}

	private static boolean putAscii(String text, ByteBuffer target) {
		byte[] bytes = target.array();
		int offset = target.arrayOffset() + target.position();
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character >= 0x80) {
				return false;
			}
			bytes[offset + i] = (byte) character;
		}
		target.position(target.position() + text.length());
		return true;
	}

	private void end(boolean urgent) throws IOException {
		if (this.autoFlush || urgent) {
			flush();
		}
		else {
			this.unflushed = true;
		}
	}

	/**
	 * Writes the frames that wait in the buffer. Does nothing if there are none.
	 * @throws IOException if the stream is broken or closed
	 */
	public void flush() throws IOException {
		ByteBuffer frames = this.buffer;
		if (frames == null || frames.position() == 0) {
			return;
		}
		this.amidFrame = true;
		try {
			writeAll(frames.flip());
			this.amidFrame = false;
		}
		finally {
			frames.clear();
			flushed();
		}
	}

	private void flush(ByteBuffer frames, ByteBuffer payload) throws IOException {
		this.amidFrame = true;
		try {
			frames.flip();
			while (frames.hasRemaining()) {
				this.progress.lazySet(++this.writes);
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
		this.progress.lazySet(0);
		if (this.unflushed) {
			this.unflushed = false;
		}
	}

	private void writeAll(ByteBuffer source) throws IOException {
		while (source.hasRemaining()) {
			this.progress.lazySet(++this.writes);
			this.transport.write(source);
		}
	}

}
