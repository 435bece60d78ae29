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
 * frame. Every method blocks until the transport has taken all of it; after an
 * {@link IOException} a frame may be half written and nothing more can be said. Not
 * thread-safe: the caller lets one thread at a time write. Only {@link #progress()} may
 * be called by any thread.
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
			ByteBuffer frame = begin(Opcode.TEXT, text.length());
			if (putAscii(text, frame)) {
				write(frame.flip());
				return;
			}
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
		ByteBuffer frame = begin(Opcode.BINARY, length);
		if (fits(length)) {
			frame.put(frame.position(), payload, payload.position(), length);
			write(frame.position(frame.position() + length).flip());
		}
		else {
			write(frame.flip(), payload.duplicate());
		}
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
		ByteBuffer frame = begin(opcode, payload.length);
		if (fits(payload.length)) {
			write(frame.put(payload).flip());
		}
		else {
			write(frame.flip(), ByteBuffer.wrap(payload));
		}
	}

	private boolean fits(int length) {
		return length <= this.bufferSize - FrameHeader.sizeFor(length);
	}

	private ByteBuffer begin(Opcode opcode, int length) throws IOException {
		if (this.amidFrame) {
			throw new IOException("A frame was broken off");
		}
		if (this.buffer == null) {
			this.buffer = ByteBuffer.allocate(this.bufferSize);
		}
		FrameHeader.write(this.buffer.clear(), opcode, length);
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

	private void write(ByteBuffer frame) throws IOException {
		this.amidFrame = true;
		try {
			writeAll(frame);
			this.amidFrame = false;
		}
		finally {
			this.progress.lazySet(0);
		}
	}

	private void write(ByteBuffer header, ByteBuffer payload) throws IOException {
		this.amidFrame = true;
		try {
			while (header.hasRemaining()) {
				this.progress.lazySet(++this.writes);
				this.transport.write(header, payload);
			}
			writeAll(payload);
			this.amidFrame = false;
		}
		finally {
			this.progress.lazySet(0);
		}
	}

	private void writeAll(ByteBuffer source) throws IOException {
		while (source.hasRemaining()) {
			this.progress.lazySet(++this.writes);
			this.transport.write(source);
		}
	}

}
