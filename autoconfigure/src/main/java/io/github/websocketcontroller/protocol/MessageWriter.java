package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Writes messages and control frames as a server does (RFC 6455, 5 and 6.1; RFC 7692,
 * 6.1). A message is one frame unless it is written in fragments, or is large and
 * compressed. Every method blocks until the transport has taken all of it; after an
 * {@link IOException} a frame may be half written and nothing more can be said. Not
 * thread-safe: the caller lets one thread at a time write. Only {@link #progress()},
 * {@link #hasUnflushed()} and {@link #hasBuffer()} may be called by any thread.
 */
public final class MessageWriter {

	private static final byte TEXT = FrameHeader.first(Opcode.TEXT, true, false);

	private static final byte BINARY = FrameHeader.first(Opcode.BINARY, true, false);

	private static final UnaryOperator<byte[]> TEXT_FRAME = MessageWriter::textFrame;

	private static final UnaryOperator<byte[]> BINARY_FRAME = MessageWriter::binaryFrame;

	private final FrameWriter frames;

	/** There if messages may be compressed. Owned by the writer. */
	private final @Nullable Compression compression;

	/**
	 * Creates a writer.
	 * @param transport where to write to
	 * @param bufferSize up to which size, header included, a frame is put together in a
	 * buffer, which is allocated with the first write; at least 128, a smaller one
	 * becomes that
	 * @param compression compresses messages; {@code null} if none may be compressed
	 */
	public MessageWriter(Transport transport, int bufferSize, @Nullable Compression compression) {
		this.frames = new FrameWriter(transport, bufferSize);
		this.compression = compression;
	}

	/**
	 * Writes a text message. An unpaired surrogate becomes a question mark.
	 * @param text the text
	 * @throws IOException if the stream is broken or closed
	 */
	public void text(String text) throws IOException {
		// The JDK makes an array in less time than a loop over the characters needs.
		text(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Writes a text message that is encoded already.
	 * @param utf8 the text in UTF-8, which is not checked
	 * @throws IOException if the stream is broken or closed
	 */
	public void text(byte[] utf8) throws IOException {
		message(Opcode.TEXT, TEXT, utf8);
	}

	/**
	 * Writes a binary message.
	 * @param payload the payload
	 * @throws IOException if the stream is broken or closed
	 */
	public void binary(byte[] payload) throws IOException {
		message(Opcode.BINARY, BINARY, payload);
	}

	private void message(Opcode kind, byte first, byte[] payload) throws IOException {
		if (this.compression != null && this.compression.applies(payload.length)) {
			this.compression.write(this.frames, kind, payload, 0, payload.length, true);
		}
		else {
			this.frames.write(first, payload, 0, payload.length, false);
		}
	}

	/**
	 * Writes a binary message.
	 * @param payload the payload from position to limit; neither is changed
	 * @throws IOException if the stream is broken or closed
	 */
	public void binary(ByteBuffer payload) throws IOException {
		if (this.compression != null && this.compression.applies(payload.remaining())) {
			byte[] bytes = new byte[payload.remaining()];
			payload.get(payload.position(), bytes);
			this.compression.write(this.frames, Opcode.BINARY, bytes, 0, bytes.length, true);
		}
		else {
			this.frames.write(BINARY, payload);
		}
	}

	/**
	 * Writes a message that was prepared for many connections.
	 * @param message the message
	 * @throws IOException if the stream is broken or closed
	 */
	public void prepared(PreparedMessage message) throws IOException {
		if (this.compression != null && this.compression.applies(message.getLength())) {
			this.compression.writePrepared(this.frames, message.isText() ? Opcode.TEXT : Opcode.BINARY, message);
		}
		else if (this.frames.fits(message.getLength())) {
			this.frames.write(message.framed(message.isText() ? TEXT_FRAME : BINARY_FRAME));
		}
		else {
			this.frames.write(message.isText() ? TEXT : BINARY, message.getPayload());
		}
	}

	private static byte[] textFrame(byte[] payload) {
		return frame(TEXT, payload);
	}

	private static byte[] binaryFrame(byte[] payload) {
		return frame(BINARY, payload);
	}

	private static byte[] frame(byte first, byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(FrameHeader.sizeFor(payload.length) + payload.length);
		FrameHeader.write(frame, first, payload.length);
		return frame.put(payload).array();
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
		if (this.compression != null && this.compression.appliesToFragment(opcode, last, length)) {
			this.compression.write(this.frames, opcode, payload, offset, length, last);
		}
		else {
			this.frames.write(FrameHeader.first(opcode, last, false), payload, offset, length, false);
		}
	}

	/**
	 * Sets whether messages that begin from now on are compressed, if that was agreed on
	 * and they are large enough.
	 * @param compression {@code true}, which is the default, to compress them
	 */
	public void setCompression(boolean compression) {
		if (this.compression != null) {
			this.compression.setEnabled(compression);
		}
	}

	/**
	 * Sets whether a frame is written at once. If not, small frames wait in the buffer
	 * until it is full, until {@link #flush()} or until a control frame.
	 * @param autoFlush {@code true}, which is the default, to write at once
	 * @throws IOException if the stream is broken or closed
	 */
	public void setAutoFlush(boolean autoFlush) throws IOException {
		this.frames.setAutoFlush(autoFlush);
	}

	/**
	 * Whether a frame is written at once.
	 * @return {@code false} if small frames wait
	 */
	public boolean isAutoFlush() {
		return this.frames.isAutoFlush();
	}

	/**
	 * Sets whether small frames wait although they are usually written at once, since
	 * another one follows or a flush.
	 * @param more {@code false}, which is the default, if nothing need follow
	 */
	public void setMore(boolean more) {
		this.frames.setMore(more);
	}

	/**
	 * Whether frames wait in the buffer. May be called by any thread.
	 * @return {@code true} if {@link #flush()} has something to do
	 */
	public boolean hasUnflushed() {
		return this.frames.hasUnflushed();
	}

	/**
	 * Writes the frames that wait in the buffer. Does nothing if there are none.
	 * @throws IOException if the stream is broken or closed
	 */
	public void flush() throws IOException {
		this.frames.flush();
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
		urgent(opcode, payload);
	}

	/**
	 * Writes a Close.
	 * @param status the status; 1005 stands for none, and a reason longer than 123 bytes
	 * of UTF-8 is cut after a character
	 * @throws IllegalArgumentException if the code must not be sent
	 * @throws IOException if the stream is broken or closed
	 */
	public void close(CloseStatus status) throws IOException {
		urgent(Opcode.CLOSE, CloseFrame.payload(status));
	}

	private void urgent(Opcode opcode, byte[] payload) throws IOException {
		this.frames.write(FrameHeader.first(opcode, true, false), payload, 0, payload.length, true);
	}

	/**
	 * Tells whether a write is stuck.
	 * @return 0 while no write is under way, else a number that changes whenever the
	 * transport has taken bytes and never comes back
	 */
	public long progress() {
		return this.frames.progress();
	}

	/**
	 * Frees the buffer if nothing was written since the last call. The next write makes
	 * another one.
	 */
	public void trim() {
		this.frames.trim();
	}

	/**
	 * Whether there is a buffer that {@link #trim()} may free.
	 * @return {@code true} if so; a guess while another thread writes
	 */
	public boolean hasBuffer() {
		return this.frames.hasBuffer();
	}

	/**
	 * Frees the native memory that messages are compressed with. Called when nothing is
	 * to be written any more; without effect if there is none.
	 */
	public void release() {
		if (this.compression != null) {
			this.compression.release();
		}
	}

}
