package io.github.websocketcontroller.protocol;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The two ends of a compressed stream for tests, as a client has them that keeps its
 * context.
 */
final class Compressed {

	static final int RSV1 = 0x40;

	private static final byte[] TAIL = { 0, 0, -1, -1 };

	private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

	private final Inflater inflater = new Inflater(true);

	/**
	 * Compresses a message for itself.
	 */
	static byte[] alone(byte[] payload) {
		return new Compressed().deflate(payload);
	}

	byte[] deflate(byte[] payload) {
		this.deflater.setInput(payload);
		byte[] compressed = new byte[payload.length + payload.length / 100 + 100];
		int count = this.deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
		return Arrays.copyOf(compressed, count - TAIL.length);
	}

	byte[] inflate(byte[] compressed) {
		this.inflater.setInput(Frames.concat(compressed, TAIL));
		ByteArrayOutputStream expanded = new ByteArrayOutputStream();
		byte[] chunk = new byte[1000];
		try {
			for (int count = this.inflater.inflate(chunk); count > 0; count = this.inflater.inflate(chunk)) {
				expanded.write(chunk, 0, count);
			}
		}
		catch (DataFormatException ex) {
			throw new IllegalArgumentException(ex);
		}
		return expanded.toByteArray();
	}

	void forget() {
		this.deflater.reset();
		this.inflater.reset();
	}

}
