package io.github.websocketcontroller.protocol;

import java.io.EOFException;
import java.io.Flushable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.websocketcontroller.compression.MessageInflater;
import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Reads the messages and control frames that a client sends (RFC 6455, 5 and 6.2; RFC
 * 7692, 6.2). Not thread-safe: one thread at a time reads, and takes what it has read
 * before it goes on. Only {@link #progress()} may be called by any thread.
 */
public final class MessageReader {

	private static final byte[] NOTHING = {};

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final FrameReader frames;

	/** What was read last and not yet taken. */
	private @Nullable Opcode ready;

	/** Where its payload is: the read buffer's array or the message buffer's. */
	private byte[] payload = NOTHING;

	private int offset;

	private int length;

	/** Whether the message that is being read in parts has more of them. */
	private boolean amidParts;

	/** What ended the stream. */
	private @Nullable IOException failure;

	/**
	 * Creates a reader.
	 * @param transport where to read from
	 * @param bufferSize the size of the read buffer in bytes, at least 128; a smaller one
	 * becomes that
	 * @param maxMessageSize how many bytes a message may have that is read whole, not
	 * counting headers
	 * @param maxStreamedMessageSize how many bytes a message may have that is read in
	 * parts
	 * @param output is flushed before each read from the transport, which may have to
	 * wait
	 * @param inflater expands messages, whose sizes are those after it; {@code null} if
	 * none may be compressed
	 */
	public MessageReader(Transport transport, int bufferSize, int maxMessageSize, long maxStreamedMessageSize,
			Flushable output, @Nullable MessageInflater inflater) {
		this(new ReadBuffer(transport, bufferSize, output), new MessageBuffer(bufferSize), maxMessageSize,
				maxStreamedMessageSize, inflater);
	}

	MessageReader(ReadBuffer input, MessageBuffer message, int maxMessageSize, long maxStreamedMessageSize,
			@Nullable MessageInflater inflater) {
		this.input = input;
		this.message = message;
		this.frames = new FrameReader(input, message, maxMessageSize, maxStreamedMessageSize, inflater);
	}

	/**
	 * Waits until a message or a control frame is complete. What was read before and not
	 * taken is dropped, and so is the rest of a message that was being read in parts.
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
		prepare(timeout);
		try {
			return readWhole();
		}
		catch (ProtocolException | EOFException ex) {
			throw failed(ex);
		}
	}

	/**
	 * Waits until the first part of a message or a control frame is there. What was read
	 * before and not taken is dropped, and so is the rest of a message that was being
	 * read in parts.
	 * @param timeout how long the call may wait in nanoseconds; 0 is for ever
	 * @return as {@link #nextPart}
	 * @throws IOException as {@link #nextPart}
	 */
	public @Nullable Opcode begin(long timeout) throws IOException {
		prepare(timeout);
		try {
			Opcode skipped = skipParts();
			return this.amidParts ? skipped : readPart();
		}
		catch (ProtocolException | EOFException ex) {
			throw failed(ex);
		}
	}

	/**
	 * Waits until a part of a message or a control frame is there. What was read before
	 * and not taken is dropped. A message that {@link #next} was waiting for goes on in
	 * parts.
	 * @param timeout how long the call may wait in nanoseconds; 0 is for ever
	 * @return the kind of what was read, never CONTINUATION, or {@code null} if the time
	 * is up
	 * @throws EOFException if the stream has ended, even within a frame
	 * @throws ProtocolException if the peer must not send what it has sent; all further
	 * calls fail the same way
	 * @throws IOException if the stream is broken or closed
	 */
	public @Nullable Opcode nextPart(long timeout) throws IOException {
		prepare(timeout);
		try {
			return readPart();
		}
		catch (ProtocolException | EOFException ex) {
			throw failed(ex);
		}
	}

	private void prepare(long timeout) throws IOException {
		if (this.failure != null) {
			throw this.failure;
		}
		drop();
		this.input.limitTime(timeout);
	}

	private IOException failed(IOException failure) {
		this.failure = failure;
		this.message.release();
		return failure;
	}

	private @Nullable Opcode readPart() throws IOException {
		if (!this.frames.nextPart()) {
			return null;
		}
		Opcode kind = this.frames.kind();
		locatePayload();
		if (!kind.isControl()) {
			this.amidParts = !this.frames.isMessageEnded();
		}
		this.ready = kind;
		return kind;
	}

	/**
	 * Reads to the end of the message that is being read in parts.
	 * @return what keeps it from there, a control frame or the time that is up
	 */
	private @Nullable Opcode skipParts() throws IOException {
		while (this.amidParts) {
			Opcode skipped = readPart();
			if (skipped == null || skipped.isControl()) {
				return skipped;
			}
			drop();
		}
		return null;
	}

	private @Nullable Opcode readWhole() throws IOException {
		Opcode skipped = skipParts();
		if (this.amidParts) {
			return skipped;
		}
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
	 * Takes bytes of the part just read.
	 * @param target where to put them
	 * @param index where they begin there
	 * @param count how many are wanted
	 * @return how many were taken; 0 if all of the part was
	 * @throws IllegalStateException if what was read is no message
	 */
	public int take(byte[] target, int index, int count) {
		check(this.ready == Opcode.BINARY || this.ready == Opcode.TEXT);
		int taken = Math.min(count, this.length);
		System.arraycopy(this.payload, this.offset, target, index, taken);
		this.offset += taken;
		this.length -= taken;
		return taken;
	}

	/**
	 * How many bytes of the part just read can be taken.
	 * @return the number of bytes
	 */
	public int available() {
		return (this.ready == Opcode.BINARY || this.ready == Opcode.TEXT) ? this.length : 0;
	}

	/**
	 * Whether the part just read is not the last of its message.
	 * @return {@code true} if parts follow
	 */
	public boolean isAmidParts() {
		return this.amidParts;
	}

	/**
	 * Whether the next read may find its bytes without waiting.
	 * @return {@code true} if bytes were read that belong to what follows
	 */
	public boolean hasMore() {
		return this.input.available() > 0;
	}

	/**
	 * Takes the text message just read. Can be called once.
	 * @return the text
	 * @throws IllegalStateException if what was read is no text or has been taken
	 */
	public String text() {
		check(this.ready == Opcode.TEXT);
		// What is known to be ASCII need not be looked through again.
		Charset charset = this.frames.isAscii() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
		String text = new String(this.payload, this.offset, this.length, charset);
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

	/**
	 * Frees the native memory that messages are expanded with. Called when nothing is to
	 * be read any more; without effect if there is none.
	 */
	public void release() {
		this.frames.release();
	}

	private byte[] copy() {
		return Arrays.copyOfRange(this.payload, this.offset, this.offset + this.length);
	}

	// A buffer that has grown is not kept while the application works or the peer is
	// silent.
	private void drop() {
		if (this.ready != null && !this.ready.isControl() && !this.frames.inPlace()) {
			dropCollected();
		}
		this.ready = null;
		this.payload = NOTHING;
	}

	private void dropCollected() {
		if (this.amidParts) {
			this.message.clear();
		}
		else {
			this.message.release();
		}
	}

	private static void check(boolean there) {
		if (!there) {
			throw new IllegalStateException("What was read last is something else or has been taken");
		}
	}

}
