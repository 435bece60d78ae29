package io.github.websocketcontroller.protocol;

/**
 * Unmasks the payload of a frame in place and checks it as it arrives. Owned by the
 * reading thread.
 */
final class PayloadDecoder {

	/** What the payload belongs to: never a continuation, but what is continued. */
	private Opcode kind = Opcode.CONTINUATION;

	/** The masking key of the frame. */
	private int key;

	/** How many bytes of the frame have been decoded. */
	private long count;

	/** Whether they are known to be ASCII. */
	private boolean ascii;

	/** State of the check of a text message; outlives its frames. */
	private int text = Utf8Validator.COMPLETE;

	/** State of the check of a Close frame's reason, which may come amid a text. */
	private int reason = Utf8Validator.COMPLETE;

	void begin(Opcode kind, int key) {
		this.kind = kind;
		this.key = key;
		this.count = 0;
		this.ascii = true;
	}

	/**
	 * Whether all that was decoded of the frame is ASCII.
	 * @return {@code false} if not, or if it is compressed
	 */
	boolean isAscii() {
		return this.ascii;
	}

	long count() {
		return this.count;
	}

	/**
	 * Decodes the next bytes of the payload.
	 * @param bytes where they are; those of a Close frame stay in one piece
	 * @param offset where they begin
	 * @param length how many they are
	 * @throws ProtocolException if they can't be part of the payload
	 */
	void decode(byte[] bytes, int offset, int length) throws ProtocolException {
		boolean allAscii = Mask.apply(bytes, offset, length, this.key, (int) this.count);
		if (this.kind == Opcode.CLOSE) {
			checkClose(bytes, offset - (int) this.count, (int) this.count + length);
		}
		else if (!allAscii || this.text != Utf8Validator.COMPLETE) {
			check(bytes, offset, length);
		}
		this.ascii &= allAscii;
		this.count += length;
	}

	/**
	 * Unmasks the next bytes of a payload that is compressed.
	 * @param bytes where they are
	 * @param offset where they begin
	 * @param length how many they are
	 */
	void unmask(byte[] bytes, int offset, int length) {
		Mask.apply(bytes, offset, length, this.key, (int) this.count);
		this.ascii = false;
		this.count += length;
	}

	/**
	 * Checks the next bytes of a message, unmasked and expanded.
	 * @param bytes where they are
	 * @param offset where they begin
	 * @param length how many they are
	 * @throws ProtocolException if they can't be part of a text, and it is one
	 */
	void check(byte[] bytes, int offset, int length) throws ProtocolException {
		if (this.kind == Opcode.TEXT) {
			this.text = validate(this.text, bytes, offset, length);
		}
	}

	private void checkClose(byte[] bytes, int offset, int length) throws ProtocolException {
		if (length < CloseFrame.CODE_SIZE) {
			return;
		}
		if (!CloseCodes.mayReceive(CloseFrame.code(bytes, offset))) {
			throw ProtocolException.violation("Invalid close code");
		}
		int checked = Math.max((int) this.count, CloseFrame.CODE_SIZE);
		this.reason = validate(this.reason, bytes, offset + checked, length - checked);
	}

	private static int validate(int state, byte[] bytes, int offset, int length) throws ProtocolException {
		int next = Utf8Validator.validate(state, bytes, offset, length);
		if (next == Utf8Validator.INVALID) {
			throw ProtocolException.invalidUtf8();
		}
		return next;
	}

	/**
	 * Ends a message or control frame.
	 * @throws ProtocolException if its last character is cut off
	 */
	void end() throws ProtocolException {
		int state = (this.kind == Opcode.TEXT) ? this.text : this.reason;
		if (state != Utf8Validator.COMPLETE) {
			throw ProtocolException.invalidUtf8();
		}
	}

}
