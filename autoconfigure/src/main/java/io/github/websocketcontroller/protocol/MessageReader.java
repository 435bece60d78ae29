package io.github.websocketcontroller.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Reads the messages and control frames that a client sends (RFC 6455, 5 and 6.2). Not
 * thread-safe: one thread at a time reads, and takes what it has read before it goes on.
 * Only {@link #progress()} may be called by any thread.
 */
public final class MessageReader {

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final FrameReader frames;

	/** What was read last and not yet taken. */
	private @Nullable Opcode ready;

	/** Where its payload is: the read buffer's array or the message buffer's. */
	private byte[] payload;

	private int offset;

	private int length;

	/** What ended the stream. */
	private @Nullable IOException failure;

	/**
	 * Creates a reader.
	 * @param transport where to read from
	 * @param bufferSize the size of the read buffer in bytes, at least 128; a smaller one
	 * becomes that
	 * @param maxMessageSize how many bytes a message may have, not counting headers
	 */
	public MessageReader(Transport transport, int bufferSize, int maxMessageSize) {
		this(new ReadBuffer(transport, bufferSize), new MessageBuffer(bufferSize), maxMessageSize);
	}

	MessageReader(ReadBuffer input, MessageBuffer message, int maxMessageSize) {
		this.input = input;
		this.message = message;
		this.frames = new FrameReader(input, message, maxMessageSize);
		this.payload = input.bytes();
	}

	/**
	 * Waits until a message or a control frame is complete. What was read before and not
	 * taken is dropped.
	 * @param timeout how long the call may wait in nanoseconds, however little arrives at
	 * a time; 0 is for ever
	 * @return the kind of what was read, never CONTINUATION, or {@code null} if the time
	 * is up: what has arrived is kept and the next call goes on
	 * @throws EOFException if the stream has ended, even within a frame
	 * @throws ProtocolException if the peer must not send what it has sent; all further
	 * calls fail the same way
	 * @throws IOException if the stream is broken or closed
	 */
	public @Nullable Opcode next(long timeout) throws IOException {
		if (this.failure != null) {
			throw this.failure;
		}
		drop();
		this.input.limitTime(timeout);
		try {
			return read();
		}
		catch (ProtocolException | EOFException ex) {
			this.failure = ex;
			this.message.release();
			throw ex;
		}
	}

	private @Nullable Opcode read() throws IOException {
		while (this.frames.next()) {
			Opcode completed = this.frames.completed();
			if (completed != null) {
				locatePayload();
				this.ready = completed;
				return completed;
			}
		}
		return null;
	}

	private void locatePayload() {
		if (this.frames.inPlace()) {
			this.payload = this.input.bytes();
			this.length = this.frames.length();
			this.offset = this.input.position() - this.length;
		}
		else {
			this.payload = this.message.bytes();
			this.length = this.message.length();
			this.offset = 0;
		}
	}

	/**
	 * Takes the text message just read. Can be called once.
	 * @return the text
	 * @throws IllegalStateException if what was read is no text or has been taken
	 */
	public String text() {
		check(this.ready == Opcode.TEXT);
		String text = new String(this.payload, this.offset, this.length, StandardCharsets.UTF_8);
		drop();
		return text;
	}

	/**
	 * Takes the binary or text message just read. Can be called once.
	 * @return the payload, which is the caller's
	 * @throws IllegalStateException if what was read is no message or has been taken
	 */
	public byte[] binary() {
		check(this.ready == Opcode.BINARY || this.ready == Opcode.TEXT);
		boolean whole = !this.frames.inPlace() && this.length == this.payload.length;
		byte[] bytes = whole ? this.payload : copy();
		drop();
		return bytes;
	}

	/**
	 * The payload of the Ping or Pong just read.
	 * @return the payload, which is the caller's
	 * @throws IllegalStateException if what was read is neither
	 */
	public byte[] controlPayload() {
		check(this.ready == Opcode.PING || this.ready == Opcode.PONG);
		return copy();
	}

	/**
	 * The status of the Close just read.
	 * @return the status; 1005 if the peer gave none
	 * @throws IllegalStateException if what was read is no Close
	 */
	public CloseStatus closeStatus() {
		check(this.ready == Opcode.CLOSE);
		return CloseFrame.parse(this.payload, this.offset, this.length);
	}

	/**
	 * Tells whether the peer is silent.
	 * @return 0 while no read waits for the peer, else a number that changes whenever
	 * bytes have come and never comes back
	 */
	public long progress() {
		return this.input.progress();
	}

	private byte[] copy() {
		return Arrays.copyOfRange(this.payload, this.offset, this.offset + this.length);
	}

	private void drop() {
		// A message buffer that has grown is not kept while the application works.
		if (this.ready != null && !this.ready.isControl() && !this.frames.inPlace()) {
			this.message.release();
			this.payload = this.input.bytes();
		}
		this.ready = null;
	}

	private static void check(boolean there) {
		if (!there) {
			throw new IllegalStateException("What was read last is something else or has been taken");
		}
	}

}
