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
	 * @param bytes where the part is
	 * @param offset where it begins
	 * @param count how many bytes it has
	 * @param key the key of the frame
	 * @param index the index in the payload of the first byte of the part
	 */
	static void apply(byte[] bytes, int offset, int count, int key, int index) {
		int rotated = Integer.rotateRight(key, (index & 3) * Byte.SIZE);
		long doubled = (rotated & 0xFFFFFFFFL) | ((long) rotated << 32);
		int end = offset + count;
		int position = offset;
		for (; position <= end - Long.BYTES; position += Long.BYTES) {
			EIGHT_BYTES.set(bytes, position, (long) EIGHT_BYTES.get(bytes, position) ^ doubled);
		}
		for (; position < end; position++) {
			bytes[position] ^= (byte) doubled;
			doubled >>>= Byte.SIZE;
		}
	}

}
