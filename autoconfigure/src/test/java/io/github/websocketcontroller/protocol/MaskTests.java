package io.github.websocketcontroller.protocol;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MaskTests {

	private static final byte[] KEY = Frames.hex("81 02 f3 7e");

	@Test
	void whenMaskedAtAnyPlaceThenOnlyThatPartIsMasked() {
		int key = Mask.key(KEY, 0);
		for (int offset = 0; offset <= 9; offset++) {
			for (int count = 0; count <= 150; count++) {
				for (int index = 0; index <= 8; index++) {
					byte[] bytes = Frames.bytes(170);
					Mask.apply(bytes, offset, count, key, index);
					assertThat(bytes).isEqualTo(naive(Frames.bytes(170), offset, count, index));
				}
			}
		}
	}

	@Test
	void whenMaskedInPartsThenResultIsThatOfOneCall() {
		int key = Mask.key(KEY, 0);
		byte[] whole = naive(Frames.bytes(50), 0, 50, 0);
		for (int split = 0; split <= 50; split++) {
			byte[] bytes = Frames.bytes(50);
			Mask.apply(bytes, 0, split, key, 0);
			Mask.apply(bytes, split, 50 - split, key, split);
			assertThat(bytes).isEqualTo(whole);
		}
	}

	@Test
	void whenAByteIsNotAsciiAfterwardsThenItIsTold() {
		int key = Mask.key(KEY, 0);
		for (int count = 0; count <= 150; count++) {
			assertThat(Mask.apply(masked(count, -1), 5, count, key, 3)).isTrue();
			for (int i = 0; i < count; i++) {
				assertThat(Mask.apply(masked(count, i), 5, count, key, 3)).isFalse();
			}
		}
	}

	// ASCII but for one byte, and other bytes around it that must not count.
	private static byte[] masked(int count, int exception) {
		byte[] bytes = new byte[count + 10];
		Arrays.fill(bytes, (byte) 0xFF);
		Arrays.fill(bytes, 5, count + 5, (byte) 0x7F);
		if (exception >= 0) {
			bytes[5 + exception] = (byte) 0x80;
		}
		return naive(bytes, 5, count, 3);
	}

	private static byte[] naive(byte[] bytes, int offset, int count, int index) {
		for (int i = 0; i < count; i++) {
			bytes[offset + i] ^= KEY[(index + i) % 4];
		}
		return bytes;
	}

}
