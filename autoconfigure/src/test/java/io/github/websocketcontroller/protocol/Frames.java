package io.github.websocketcontroller.protocol;

import java.io.ByteArrayOutputStream;
import java.io.Flushable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Frames for tests, put together the slow and obvious way.
 */
final class Frames {

	static final int FIN = 0x80;

	private static final byte[] KEY = hex("a1 7f 03 e8");

	/** What a reader flushes that has no writer beside it. */
	static final Flushable NOTHING_TO_FLUSH = () -> {
	};

	private Frames() {
	}

	static byte[] hex(String hex) {
		return HexFormat.of().parseHex(hex.replace(" ", ""));
	}

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static byte[] bytes(int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (i * 31 + 7);
		}
		return bytes;
	}

	static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

	static byte[] text(String text) {
		return masked(FIN | 0x1, utf8(text));
	}

	static byte[] binary(byte[] payload) {
		return masked(FIN | 0x2, payload);
	}

	static byte[] masked(int first, byte[] payload) {
		byte[] scrambled = payload.clone();
		for (int i = 0; i < scrambled.length; i++) {
			scrambled[i] ^= KEY[i % 4];
		}
		return concat(header(first, 0x80, payload.length), KEY, scrambled);
	}

	static byte[] unmasked(int first, byte[] payload) {
		return concat(header(first, 0, payload.length), payload);
	}

	private static byte[] header(int first, int mask, int length) {
		ByteBuffer header = ByteBuffer.allocate(10).put((byte) first);
		if (length <= 125) {
			header.put((byte) (mask | length));
		}
		else if (length <= 65535) {
			header.put((byte) (mask | 126)).putShort((short) length);
		}
		else {
			header.put((byte) (mask | 127)).putLong(length);
		}
		byte[] bytes = new byte[header.flip().remaining()];
		header.get(bytes);
		return bytes;
	}

}
