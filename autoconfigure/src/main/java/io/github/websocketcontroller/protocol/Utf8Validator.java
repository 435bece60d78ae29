package io.github.websocketcontroller.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks UTF-8 (RFC 3629, 4) piece by piece. The caller keeps the state between the
 * pieces, which is {@link #COMPLETE} at the end of a character, {@link #INVALID} from the
 * first byte on that can't be part of UTF-8, and otherwise says how many bytes are
 * missing and between which two values the next of them has to be.
 */
final class Utf8Validator {

	/** Between two characters; the state to begin with. */
	static final int COMPLETE = 0;

	/** There is no way on. */
	static final int INVALID = -1;

	private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.nativeOrder());

	private static final long HIGH_BITS = 0x8080808080808080L;

	/** The state after each first byte of a character. */
	private static final int[] AFTER_FIRST = new int[256];

	static {
		for (int octet = 0; octet < AFTER_FIRST.length; octet++) {
			AFTER_FIRST[octet] = afterFirst(octet);
		}
	}

	private Utf8Validator() {
	}

	/**
	 * Checks a piece.
	 * @param state the state after the piece before it
	 * @param bytes where the piece is
	 * @param offset where it begins
	 * @param count how many bytes it has
	 * @return the state after it
	 */
	static int validate(int state, byte[] bytes, int offset, int count) {
		int end = offset + count;
		int position = offset;
		int current = state;
		while (position < end) {
			if (current == COMPLETE) {
				position = skipAscii(bytes, position, end);
				if (position == end) {
					return COMPLETE;
				}
			}
			current = next(current, bytes[position++] & 0xFF);
			if (current == INVALID) {
				return INVALID;
			}
		}
		return current;
	}

	private static int skipAscii(byte[] bytes, int offset, int end) {
		int position = offset;
		if (bytes[position] < 0) {
			return position;
		}
		while (position <= end - Long.BYTES && ((long) EIGHT_BYTES.get(bytes, position) & HIGH_BITS) == 0) {
			position += Long.BYTES;
		}
		while (position < end && bytes[position] >= 0) {
			position++;
		}
		return position;
	}

	private static int next(int state, int octet) {
		if (state == COMPLETE) {
			return AFTER_FIRST[octet];
		}
		if (octet < lowest(state) || octet > highest(state)) {
			return INVALID;
		}
		int missing = missing(state) - 1;
		return (missing == 0) ? COMPLETE : state(missing, 0x80, 0xBF);
	}

	private static int afterFirst(int octet) {
		// Some first bytes narrow what the second may be, which keeps out overlong forms,
		// surrogates and what lies above U+10FFFF.
		if (octet < 0x80) {
			return COMPLETE;
		}
		if (octet < 0xC2 || octet > 0xF4) {
			return INVALID;
		}
		if (octet < 0xE0) {
			return state(1, 0x80, 0xBF);
		}
		return switch (octet) {
			case 0xE0 -> state(2, 0xA0, 0xBF);
			case 0xED -> state(2, 0x80, 0x9F);
			case 0xF0 -> state(3, 0x90, 0xBF);
			case 0xF4 -> state(3, 0x80, 0x8F);
			default -> state((octet < 0xF0) ? 2 : 3, 0x80, 0xBF);
		};
	}

	private static int state(int missing, int lowest, int highest) {
		return (missing << 16) | (lowest << 8) | highest;
	}

	private static int missing(int state) {
		return state >>> 16;
	}

	private static int lowest(int state) {
		return (state >>> 8) & 0xFF;
	}

	private static int highest(int state) {
		return state & 0xFF;
	}

}
