package io.github.websocketcontroller.protocol;

import java.nio.ByteBuffer;

/**
 * The header of the frame that is being read (RFC 6455, 5.2), and how one is written.
 *
 * <pre>
 *  byte 0     FIN · RSV1 RSV2 RSV3 · opcode (4 bits)
 *  byte 1     MASK · length (7 bits): 0-125, or 126 or 127 for
 *  0/2/8 more                         a length of 16 or of 63 bits
 *  0/4 more   masking key, if MASK: always from a client, never from a server
 *  the rest   payload
 * </pre>
 *
 * The fields are owned by the reading thread.
 */
final class FrameHeader {

	/** How many bytes a header begins with, which tell how many it has. */
	static final int START_SIZE = 2;

	/** How many bytes a header has at most. */
	static final int MAX_SIZE = 14;

	static final int MAX_CONTROL_PAYLOAD = 125;

	private static final int FIN = 0x80;

	/** RSV1: the message is compressed (RFC 7692, 6). */
	private static final int COMPRESSED = 0x40;

	private static final int RESERVED_BITS = 0x70;

	private static final int MASKED = 0x80;

	private static final int LENGTH_16 = 126;

	private static final int LENGTH_63 = 127;

	private static final int KEY_SIZE = 4;

	/** What must not be set. */
	private final int reservedBits;

	/** Whether the frame is the last or only one of its message. */
	private boolean fin;

	/** Whether it is the first or only one of a message that is compressed. */
	private boolean compressed;

	private Opcode opcode = Opcode.CONTINUATION;

	/** How many bytes of an extended length follow the first two bytes. */
	private int lengthSize;

	private long length;

	/** The masking key as {@link Mask} wants it. */
	private int key;

	/**
	 * Creates a header.
	 * @param compression whether messages may be compressed
	 */
	FrameHeader(boolean compression) {
		this.reservedBits = compression ? RESERVED_BITS & ~COMPRESSED : RESERVED_BITS;
	}

	/**
	 * Reads the first two bytes.
	 * @param bytes where the header is
	 * @param offset where it begins
	 * @return how many bytes the header has
	 * @throws ProtocolException if there is no such frame
	 */
	int readStart(byte[] bytes, int offset) throws ProtocolException {
		int first = bytes[offset];
		int second = bytes[offset + 1];
		if ((first & this.reservedBits) != 0) {
			throw ProtocolException.violation("Reserved bit is set");
		}
		Opcode code = Opcode.of(first & 0xF);
		if (code == null) {
			throw ProtocolException.violation("Reserved opcode");
		}
		if ((second & MASKED) == 0) {
			throw ProtocolException.violation("Frame is not masked");
		}
		this.fin = (first & FIN) != 0;
		this.compressed = (first & COMPRESSED) != 0;
		this.opcode = code;
		if (this.compressed && (code.isControl() || code == Opcode.CONTINUATION)) {
			throw ProtocolException.violation("Reserved bit is set");
		}
		this.length = second & 0x7F;
		if (code.isControl()) {
			checkControl();
		}
		this.lengthSize = (this.length < LENGTH_16) ? 0 : (this.length == LENGTH_16) ? Short.BYTES : Long.BYTES;
		return START_SIZE + this.lengthSize + KEY_SIZE;
	}

	private void checkControl() throws ProtocolException {
		if (!this.fin) {
			throw ProtocolException.violation("Control frame is fragmented");
		}
		if (this.length > MAX_CONTROL_PAYLOAD) {
			throw ProtocolException.violation("Control frame is too long");
		}
		if (this.opcode == Opcode.CLOSE && this.length == 1) {
			throw ProtocolException.violation("Close frame with half a code");
		}
	}

	/**
	 * Reads what follows the first two bytes.
	 * @param bytes where the header is
	 * @param offset where it begins
	 * @throws ProtocolException if the length is none
	 */
	void readRest(byte[] bytes, int offset) throws ProtocolException {
		int position = offset + START_SIZE;
		if (this.lengthSize != 0) {
			this.length = readLength(bytes, position, this.lengthSize);
		}
		this.key = Mask.key(bytes, position + this.lengthSize);
	}

	private static long readLength(byte[] bytes, int offset, int size) throws ProtocolException {
		long length = 0;
		for (int i = 0; i < size; i++) {
			length = (length << Byte.SIZE) | (bytes[offset + i] & 0xFF);
		}
		if (length < 0) {
			throw ProtocolException.violation("Length with the highest bit set");
		}
		if (length < ((size == Short.BYTES) ? LENGTH_16 : 0x10000)) {
			throw ProtocolException.violation("Length is not written in the shortest form");
		}
		return length;
	}

	boolean fin() {
		return this.fin;
	}

	boolean compressed() {
		return this.compressed;
	}

	Opcode opcode() {
		return this.opcode;
	}

	long length() {
		return this.length;
	}

	int key() {
		return this.key;
	}

	/**
	 * How many bytes the header of an unmasked frame has.
	 * @param length the length of the payload
	 * @return the size of the header
	 */
	static int sizeFor(int length) {
		return START_SIZE + ((length < LENGTH_16) ? 0 : (length < 0x10000) ? Short.BYTES : Long.BYTES);
	}

	/**
	 * The first byte of a header.
	 * @param opcode the opcode
	 * @param fin whether the frame is the last or only one of its message
	 * @param compressed whether it is the first or only one of a compressed message
	 * @return the byte
	 */
	static byte first(Opcode opcode, boolean fin, boolean compressed) {
		return (byte) ((fin ? FIN : 0) | (compressed ? COMPRESSED : 0) | opcode.code());
	}

	/**
	 * Writes the header of an unmasked frame.
	 * @param target where to write it
	 * @param first the first byte
	 * @param length the length of the payload
	 */
	static void write(ByteBuffer target, byte first, int length) {
		target.put(first);
		switch (sizeFor(length)) {
			case START_SIZE -> target.put((byte) length);
			case START_SIZE + Short.BYTES -> target.put((byte) LENGTH_16).putShort((short) length);
			default -> target.put((byte) LENGTH_63).putLong(length);
		}
	}

}
