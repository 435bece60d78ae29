package io.github.websocketcontroller.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class Utf8ValidatorTests {

	private static final int VALID = Utf8Validator.COMPLETE;

	/** Whether the JDK takes bytes for characters, whole ones and nothing else. */
	private final CharsetDecoder strictDecoder = StandardCharsets.UTF_8.newDecoder();

	private final CharBuffer decoded = CharBuffer.allocate(64);

	@Test
	void whenUpToThreeBytesThenVerdictIsThatOfTheJdk() {
		byte[] bytes = new byte[3];
		for (int sequence = 0; sequence < 1 << 24; sequence++) {
			bytes[0] = (byte) (sequence >> 16);
			bytes[1] = (byte) (sequence >> 8);
			bytes[2] = (byte) sequence;
			check(bytes, 3);
		}
		for (int sequence = 0; sequence < 1 << 16; sequence++) {
			bytes[0] = (byte) (sequence >> 8);
			bytes[1] = (byte) sequence;
			check(bytes, 2);
			check(bytes, 1);
		}
	}

	@Test
	void whenFourRandomBytesThenVerdictIsThatOfTheJdk() {
		Random random = new Random(6455);
		byte[] bytes = new byte[4];
		for (int i = 0; i < 2_000_000; i++) {
			random.nextBytes(bytes);
			check(bytes, 4);
			bytes[0] = (byte) (0xF0 | (bytes[0] & 0x07));
			bytes[1] = (byte) (0x80 | (bytes[1] & 0x7F));
			bytes[2] = (byte) (0x80 | (bytes[2] & 0x3F));
			bytes[3] = (byte) (0x80 | (bytes[3] & 0x3F));
			check(bytes, 4);
		}
	}

	private void check(byte[] bytes, int length) {
		boolean valid = Utf8Validator.validate(VALID, bytes, 0, length) == Utf8Validator.COMPLETE;
		if (valid != isUtf8(bytes, length)) {
			assertThat(valid).as("%s", ByteBuffer.wrap(bytes, 0, length)).isEqualTo(!valid);
		}
	}

	private boolean isUtf8(byte[] bytes, int length) {
		this.strictDecoder.reset();
		return !this.strictDecoder.decode(ByteBuffer.wrap(bytes, 0, length), this.decoded.clear(), true).isError();
	}

	@Test
	void whenNoCharacterBeginsLikeThisThenTheByteThatMakesItSoFails() {
		Beginnings beginnings = new Beginnings();
		for (int sequence = 0; sequence < 1 << 24; sequence++) {
			int first = sequence >>> 16;
			int second = sequence >>> 8;
			byte[] bytes = beginnings.bytes(sequence);
			int state = Utf8Validator.validate(VALID, bytes, 0, 1);
			beginnings.check(1, first, state);
			if (state > 0) {
				state = Utf8Validator.validate(state, bytes, 1, 1);
				beginnings.check(2, second, state);
			}
			if (state > 0 && first >= 0xE0) {
				beginnings.check(3, sequence, Utf8Validator.validate(state, bytes, 2, 1));
			}
		}
	}

	@Test
	void whenTextIsCutAnywhereThenStateGoesOn() {
		byte[] text = Frames.utf8("plain ASCII of some length \u00e9\u20ac\ud83d\ude00 and then \u00fc more of it");
		for (int split = 0; split <= text.length; split++) {
			int state = Utf8Validator.validate(VALID, text, 0, split);
			assertThat(state).isNotEqualTo(Utf8Validator.INVALID);
			assertThat(Utf8Validator.validate(state, text, split, text.length - split))
				.isEqualTo(Utf8Validator.COMPLETE);
		}
	}

	@Test
	void whenOneByteOfAsciiIsBrokenThenItIsFoundWhereverItIs() {
		for (int length = 1; length < 40; length++) {
			for (int broken = 0; broken < length; broken++) {
				byte[] bytes = new byte[length];
				bytes[broken] = (byte) 0xFF;
				assertThat(Utf8Validator.validate(VALID, bytes, 0, length)).isEqualTo(Utf8Validator.INVALID);
				assertThat(Utf8Validator.validate(VALID, bytes, 0, broken)).isEqualTo(Utf8Validator.COMPLETE);
			}
		}
	}

	/** What the characters that there are begin with, according to the JDK. */
	private static final class Beginnings {

		private final BitSet[] some = { new BitSet(), new BitSet(), new BitSet(), new BitSet(), new BitSet() };

		private final BitSet[] whole = { new BitSet(), new BitSet(), new BitSet(), new BitSet(), new BitSet() };

		private final byte[] bytes = new byte[3];

		private Beginnings() {
			for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
				if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
					add(Frames.utf8(Character.toString(codePoint)));
				}
			}
		}

		private void add(byte[] character) {
			int beginning = 0;
			for (int i = 0; i < Math.min(character.length, 3); i++) {
				beginning = (beginning << 8) | (character[i] & 0xFF);
				this.some[i + 1].set(beginning);
			}
			if (character.length <= 3) {
				this.whole[character.length].set(beginning);
			}
		}

		private byte[] bytes(int sequence) {
			this.bytes[0] = (byte) (sequence >> 16);
			this.bytes[1] = (byte) (sequence >> 8);
			this.bytes[2] = (byte) sequence;
			return this.bytes;
		}

		private void check(int length, int sequence, int state) {
			if ((state != Utf8Validator.INVALID) != this.some[length].get(sequence)
					|| (state == Utf8Validator.COMPLETE) != this.whole[length].get(sequence)) {
				throw new AssertionError("State after " + Integer.toHexString(sequence) + " is " + state);
			}
		}

	}

}
