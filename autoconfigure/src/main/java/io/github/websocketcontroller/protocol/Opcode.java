package io.github.websocketcontroller.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a frame is (RFC 6455, 5.2).
 */
public enum Opcode {

	/** A further fragment of the message that has begun. */
	CONTINUATION(0x0),

	/** A text message or the first fragment of one. */
	TEXT(0x1),

	/** A binary message or the first fragment of one. */
	BINARY(0x2),

	/** The closing handshake. */
	CLOSE(0x8),

	/** A question whether the peer is alive. */
	PING(0x9),

	/** The answer to a ping. */
	PONG(0xA);

	private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[16];

	static {
		for (Opcode opcode : values()) {
			BY_CODE[opcode.code] = opcode;
		}
	}

	private final int code;

	Opcode(int code) {
		this.code = code;
	}

	/**
	 * The opcode with a code.
	 * @param code four bits
	 * @return the opcode or {@code null} if the code is reserved
	 */
	static @Nullable Opcode of(int code) {
		return BY_CODE[code];
	}

	int code() {
		return this.code;
	}

	/**
	 * Whether frames of this kind may come between the fragments of a message.
	 * @return {@code true} for Close, Ping and Pong
	 */
	boolean isControl() {
		return this.code >= 0x8;
	}

}
