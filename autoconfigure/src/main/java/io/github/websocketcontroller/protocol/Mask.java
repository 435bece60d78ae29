package io.github.websocketcontroller.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The masking of payloads (RFC 6455, 5.3). Masking twice is unmasking.
 */
final class Mask {

	/** Little endian, so that the machines we run on need not swap. */
	private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.LITTLE_ENDIAN);

	private static final long HIGH_BITS = 0x8080808080808080L;

	private Mask() {
	}

	/**
	 * The key in the form that {@link #apply} wants: its first byte is the lowest.
	 * @param bytes where the key is
	 * @param offset where it begins
	 * @return the key
	 */
	static int key(byte[] bytes, int offset) {
		return (bytes[offset] & 0xFF) | ((bytes[offset + 1] & 0xFF) << 8) | ((bytes[offset + 2] & 0xFF) << 16)
				| (bytes[offset + 3] << 24);
	}

	/**
	 * Masks or unmasks a part of a payload in place.
	 * <p>
	 * Takes 64 bytes at a time, which makes it too long for the JIT compiler to inline.
	 * Inlined where it is used, deep below {@code serve}, it would be too deep for what
	 * the handle itself needs, which would then be called for each eight bytes.
	 * @param bytes where the part is
	 * @param offset where it begins
	 * @param count how many bytes it has
	 * @param key the key of the frame
	 * @param index the index in the payload of the first byte of the part
	 * @return whether all bytes are ASCII afterwards
	 */
	static boolean apply(byte[] bytes, int offset, int count, int key, int index) {
		int rotated = Integer.rotateRight(key, (index & 3) * Byte.SIZE);
		long doubled = (rotated & 0xFFFFFFFFL) | ((long) rotated << 32);
		int end = offset + count;
		int position = offset;
		long all = 0;
		for (; position <= end - 8 * Long.BYTES; position += 8 * Long.BYTES) {
			long first = (long) EIGHT_BYTES.get(bytes, position) ^ doubled;
			long second = (long) EIGHT_BYTES.get(bytes, position + 8) ^ doubled;
			long third = (long) EIGHT_BYTES.get(bytes, position + 16) ^ doubled;
			long fourth = (long) EIGHT_BYTES.get(bytes, position + 24) ^ doubled;
			long fifth = (long) EIGHT_BYTES.get(bytes, position + 32) ^ doubled;
			long sixth = (long) EIGHT_BYTES.get(bytes, position + 40) ^ doubled;
			long seventh = (long) EIGHT_BYTES.get(bytes, position + 48) ^ doubled;
			long eighth = (long) EIGHT_BYTES.get(bytes, position + 56) ^ doubled;
			EIGHT_BYTES.set(bytes, position, first);
			EIGHT_BYTES.set(bytes, position + 8, second);
			EIGHT_BYTES.set(bytes, position + 16, third);
			EIGHT_BYTES.set(bytes, position + 24, fourth);
			EIGHT_BYTES.set(bytes, position + 32, fifth);
			EIGHT_BYTES.set(bytes, position + 40, sixth);
			EIGHT_BYTES.set(bytes, position + 48, seventh);
			EIGHT_BYTES.set(bytes, position + 56, eighth);
			all |= first | second | third | fourth | fifth | sixth | seventh | eighth;
		}
		for (; position <= end - Long.BYTES; position += Long.BYTES) {
			long eight = (long) EIGHT_BYTES.get(bytes, position) ^ doubled;
			EIGHT_BYTES.set(bytes, position, eight);
			all |= eight;
		}
		for (; position < end; position++) {
			bytes[position] ^= (byte) doubled;
			all |= bytes[position];
			doubled >>>= Byte.SIZE;
		}
		return (all & HIGH_BITS) == 0;
	}

}
