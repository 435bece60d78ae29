package io.github.websocketcontroller.protocol;

import java.io.IOException;

import io.github.websocketcontroller.compression.MessageInflater;
import org.jspecify.annotations.Nullable;

/**
 * Reads one frame after the other. Leaves the payload of a control frame or of a small,
 * unfragmented message where it arrived, in the read buffer, and collects the others in
 * the message buffer, whole or in parts, through {@link PlainPayload} or
 * {@link CompressedPayload}. Owned by the reading thread.
 */
final class FrameReader {

	/** What is collected of a message at a time that is read in parts. */
	private static final int PART_SIZE = 16 * 1024;

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final int maxMessageSize;

	private final long maxStreamedMessageSize;

	private final FrameHeader header;

	private final PayloadDecoder decoder = new PayloadDecoder();

	private final PlainPayload plainPayload;

	/** There if messages may be compressed. */
	private final @Nullable CompressedPayload compressedPayload;

	/** That, while the message that was begun last is compressed. */
	private @Nullable CompressedPayload compressed;

	/** Kind of the message whose fragments are arriving. */
	private @Nullable Opcode fragmented;

	/** Kind of the message that was begun last. */
	private Opcode messageKind = Opcode.CONTINUATION;

	/** Whether that message is complete. */
	private boolean messageEnded = true;

	/** How many bytes its frames have or have announced. */
	private long messageLength;

	/** Whether a part that was collected was read, and not the frame under way. */
	private boolean collected;

	/** What the frame belongs to: never a continuation, but what is continued. */
	private Opcode kind = Opcode.CONTINUATION;

	/** Length of the frame's payload. */
	private long length;

	/** Whether the frame's payload stays in the read buffer. */
	private boolean inPlace;

	/** Whether the header has been read and the payload not yet. */
	private boolean open;

	FrameReader(ReadBuffer input, MessageBuffer message, int maxMessageSize, long maxStreamedMessageSize,
			@Nullable MessageInflater inflater) {
		this.input = input;
		this.message = message;
		this.maxMessageSize = Math.min(maxMessageSize, PlainPayload.LONGEST_ARRAY);
		this.maxStreamedMessageSize = maxStreamedMessageSize;
		this.header = new FrameHeader(inflater != null);
		this.plainPayload = new PlainPayload(input, message, this.decoder);
		this.compressedPayload = (inflater != null) ? new CompressedPayload(input, message, this.decoder, inflater)
				: null;
	}

	/**
	 * Reads the next frame or goes on with the one that has begun.
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the frame must not be
	 */
	boolean next() throws IOException {
		this.collected = false;
		if (this.open) {
			requireSize();
		}
		else if (!readHeader(this.maxMessageSize, true)) {
			return false;
		}
		if (!(this.inPlace ? awaitPayload() : collectPayload())) {
			return false;
		}
		endFrame();
		return true;
	}

	/**
	 * Reads a control frame or a part of a message, which is in the read buffer if it is
	 * {@linkplain #inPlace() in place} and otherwise all that the message buffer holds.
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the frame must not be
	 */
	boolean nextPart() throws IOException {
		while (this.message.length() == 0) {
			if (!this.open && !readHeader(this.maxStreamedMessageSize, false)) {
				return false;
			}
			if (!(this.inPlace ? awaitPayload() : collectPart())) {
				return false;
			}
			if (isFrameComplete()) {
				endFrame();
				if (this.inPlace) {
					this.collected = false;
					return true;
				}
				if (this.header.fin()) {
					break;
				}
			}
		}
		this.collected = true;
		return true;
	}

	// A frame that was begun to be read in parts may be longer than a whole message.
	private void requireSize() throws ProtocolException {
		if (!this.kind.isControl() && this.compressed == null && this.messageLength > this.maxMessageSize) {
			throw ProtocolException.tooBig();
		}
	}

	private boolean isFrameComplete() {
		return (this.compressed != null && !this.inPlace) ? this.compressed.isComplete()
				: this.plainPayload.isComplete(this.header);
	}

	private void endFrame() throws ProtocolException {
		this.open = false;
		if (this.header.fin()) {
			this.decoder.end();
			if (!this.kind.isControl()) {
				endMessage();
			}
		}
	}

	private void endMessage() {
		this.messageEnded = true;
		if (this.compressed != null) {
			this.compressed.endMessage();
		}
	}

	/**
	 * What the frame or part that was read belongs to.
	 * @return the kind of the message or control frame
	 */
	Opcode kind() {
		return this.collected ? this.messageKind : this.kind;
	}

	/**
	 * The kind of the message or control frame that the frame has completed.
	 * @return the kind or {@code null} if a message goes on
	 */
	@Nullable Opcode completed() {
		return this.header.fin() ? this.kind : null;
	}

	/**
	 * Whether all of the last message was read.
	 * @return {@code false} while parts of it are missing
	 */
	boolean isMessageEnded() {
		return this.messageEnded;
	}

	boolean inPlace() {
		return this.inPlace && !this.collected;
	}

	/**
	 * Whether what was read in place is ASCII.
	 * @return {@code false} if not, or if nothing was read in place
	 */
	boolean isAscii() {
		return inPlace() && this.decoder.isAscii();
	}

	/**
	 * Frees what is kept for messages that are compressed. Nothing can be read any more.
	 */
	void release() {
		if (this.compressedPayload != null) {
			this.compressedPayload.release();
		}
	}

	/**
	 * The length of what was read in place.
	 * @return the number of bytes
	 */
	int length() {
		return (int) this.length;
	}

	// Whole: whether a payload that may stay in place is worth some more room.
	private boolean readHeader(long maxSize, boolean whole) throws IOException {
		if (!this.input.await(FrameHeader.START_SIZE, FrameHeader.MAX_SIZE)) {
			return false;
		}
		int size = this.header.readStart(this.input.bytes(), this.input.position());
		if (!this.input.await(size, FrameHeader.MAX_SIZE)) {
			return false;
		}
		this.header.readRest(this.input.bytes(), this.input.position());
		this.input.skip(size);
		begin(maxSize, whole);
		return true;
	}

	private void begin(long maxSize, boolean whole) throws ProtocolException {
		this.kind = this.header.opcode();
		if (this.kind.isControl()) {
			this.inPlace = this.input.begin(this.header.length());
		}
		else {
			beginData(maxSize, whole);
		}
		this.length = this.header.length();
		this.decoder.begin(this.kind, this.header.key());
		this.open = true;
	}

	// Fragments come in order, and not those of two messages at once (5.4).
	private void beginData(long maxSize, boolean whole) throws ProtocolException {
		Opcode begun = this.fragmented;
		if (begun == null && this.kind == Opcode.CONTINUATION) {
			throw ProtocolException.violation("Continuation of no message");
		}
		if (begun != null && this.kind != Opcode.CONTINUATION) {
			throw ProtocolException.violation("Message within a fragmented message");
		}
		if (begun == null) {
			beginMessage();
		}
		this.kind = this.messageKind;
		this.fragmented = this.header.fin() ? null : this.kind;
		if (this.compressed != null) {
			this.compressed.beginFrame();
			this.input.begin(this.header.length());
			this.inPlace = false;
			return;
		}
		if (this.header.length() > maxSize - this.messageLength) {
			throw ProtocolException.tooBig();
		}
		this.messageLength += this.header.length();
		boolean single = begun == null && this.header.fin();
		boolean fits = (whole && single) ? this.input.beginWhole(this.header.length())
				: this.input.begin(this.header.length());
		this.inPlace = single && fits;
	}

	private void beginMessage() {
		this.messageKind = this.kind;
		this.messageEnded = false;
		this.messageLength = 0;
		this.compressed = this.header.compressed() ? this.compressedPayload : null;
		if (this.compressed != null) {
			this.compressed.beginMessage();
		}
	}

	private boolean awaitPayload() throws IOException {
		while (!decodeAvailable()) {
			if (!this.input.await((int) this.decoder.count() + 1, length())) {
				return false;
			}
		}
		this.input.skip(length());
		return true;
	}

	private boolean decodeAvailable() throws ProtocolException {
		int decoded = (int) this.decoder.count();
		int arrived = Math.min(this.input.available(), length());
		this.decoder.decode(this.input.bytes(), this.input.position() + decoded, arrived - decoded);
		return arrived == this.length;
	}

	private boolean collectPayload() throws IOException {
		// One byte more shows that it is too much.
		return (this.compressed != null)
				? this.compressed.collect(this.header, this.maxMessageSize + 1, this.maxMessageSize)
				: this.plainPayload.collect(this.header, this.maxMessageSize);
	}

	private boolean collectPart() throws IOException {
		return (this.compressed != null) ? this.compressed.collect(this.header, PART_SIZE, this.maxStreamedMessageSize)
				: this.plainPayload.collectPart(this.header, PART_SIZE);
	}

}
