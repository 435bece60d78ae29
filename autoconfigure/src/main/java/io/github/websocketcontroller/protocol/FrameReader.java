package io.github.websocketcontroller.protocol;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Reads one frame after the other. Leaves the payload of a control frame or of a small,
 * unfragmented message where it arrived, in the read buffer, and collects the others in
 * the message buffer. Owned by the reading thread.
 */
final class FrameReader {

	/** What every JVM can allocate in one piece. */
	private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final int maxMessageSize;

	private final FrameHeader header = new FrameHeader();

	private final PayloadDecoder decoder = new PayloadDecoder();

	/** Kind of the message whose fragments are arriving. */
	private @Nullable Opcode fragmented;

	/** What the frame belongs to: never a continuation, but what is continued. */
	private Opcode kind = Opcode.CONTINUATION;

	/** Length of the frame's payload. */
	private int length;

	/** Whether the frame's payload stays in the read buffer. */
	private boolean inPlace;

	/** Whether the header has been read and the payload not yet. */
	private boolean open;

	FrameReader(ReadBuffer input, MessageBuffer message, int maxMessageSize) {
		this.input = input;
		this.message = message;
		this.maxMessageSize = Math.min(maxMessageSize, LONGEST_ARRAY);
	}

	/**
	 * Reads the next frame or goes on with the one that has begun.
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the frame must not be
	 */
	boolean next() throws IOException {
		if (!this.open && !readHeader()) {
			return false;
		}
		if (!(this.inPlace ? awaitPayload() : collectPayload())) {
			return false;
		}
		this.open = false;
		if (this.header.fin()) {
			this.decoder.end();
		}
		return true;
	}

	/**
	 * The kind of the message or control frame that the frame has completed.
	 * @return the kind or {@code null} if a message goes on
	 */
	@Nullable Opcode completed() {
		return this.header.fin() ? this.kind : null;
	}

	boolean inPlace() {
		return this.inPlace;
	}

	int length() {
		return this.length;
	}

	private boolean readHeader() throws IOException {
		if (!this.input.await(FrameHeader.START_SIZE, FrameHeader.MAX_SIZE)) {
			return false;
		}
		int size = this.header.readStart(this.input.bytes(), this.input.position());
		if (!this.input.await(size, FrameHeader.MAX_SIZE)) {
			return false;
		}
		this.header.readRest(this.input.bytes(), this.input.position());
		this.input.skip(size);
		begin();
		return true;
	}

	private void begin() throws ProtocolException {
		this.kind = this.header.opcode();
		if (this.kind.isControl()) {
			this.inPlace = true;
		}
		else {
			beginData();
		}
		this.length = (int) this.header.length();
		this.decoder.begin(this.kind, this.header.key());
		this.open = true;
	}

	/** Fragments come in order, and not those of two messages at once (5.4). */
	private void beginData() throws ProtocolException {
		Opcode begun = this.fragmented;
		if (begun == null && this.kind == Opcode.CONTINUATION) {
			throw ProtocolException.violation("Continuation of no message");
		}
		if (begun != null && this.kind != Opcode.CONTINUATION) {
			throw ProtocolException.violation("Message within a fragmented message");
		}
		if (this.header.length() > this.maxMessageSize - this.message.length()) {
			throw ProtocolException.tooBig();
		}
		this.kind = (begun != null) ? begun : this.kind;
		this.fragmented = this.header.fin() ? null : this.kind;
		this.inPlace = begun == null && this.header.fin() && this.header.length() <= this.input.capacity();
	}

	private boolean awaitPayload() throws IOException {
		while (!decodeAvailable()) {
			if (!this.input.await(this.decoder.count() + 1, this.length)) {
				return false;
			}
		}
		this.input.skip(this.length);
		return true;
	}

	private boolean decodeAvailable() throws ProtocolException {
		int decoded = this.decoder.count();
		int arrived = Math.min(this.input.available(), this.length);
		this.decoder.decode(this.input.bytes(), this.input.position() + decoded, arrived - decoded);
		return arrived == this.length;
	}

	private boolean collectPayload() throws IOException {
		while (this.decoder.count() < this.length) {
			int begin = this.message.length();
			if (!collectSome(this.length - this.decoder.count())) {
				return false;
			}
			this.decoder.decode(this.message.bytes(), begin, this.message.length() - begin);
		}
		return true;
	}

	private boolean collectSome(int missing) throws IOException {
		int most = this.header.fin() ? this.message.length() + missing : this.maxMessageSize;
		if (this.input.available() == 0 && missing >= this.input.capacity()) {
			return this.message.readFrom(this.input, missing, most) > 0;
		}
		// The end of a frame comes through the read buffer, with what follows it.
		if (!this.input.await(1, missing)) {
			return false;
		}
		this.message.append(this.input, Math.min(this.input.available(), missing), most);
		return true;
	}

}
