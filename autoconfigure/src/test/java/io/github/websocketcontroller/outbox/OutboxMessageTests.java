package io.github.websocketcontroller.outbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class OutboxMessageTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "\u007f\u0080", "\u07ff\u0800", "\uffff", "a\ud83d\ude00b", "\ud83d", "\ude00",
			"\ud83da", "\ude00\ud83d", "\ud83d\ud83d\ude00", "abc\u00e9", "\ud7ff\ue000" })
	void whenATextIsOfferedThenItCountsForItsBytes(String text) {
		assertCounted(text);
	}

	@Test
	void whenATextIsOfAnyCharactersThenItCountsForItsBytes() {
		Random random = new Random(7);
		for (int i = 0; i < 2000; i++) {
			char[] characters = new char[random.nextInt(20)];
			for (int j = 0; j < characters.length; j++) {
				characters[j] = (char) (random.nextBoolean() ? random.nextInt(0x10000)
						: 0xD7F0 + random.nextInt(0x820));
			}
			assertCounted(new String(characters));
		}
	}

	private static void assertCounted(String text) {
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		int expected = OutboxMessage.OVERHEAD + utf8.length;
		assertThat(OutboxMessage.text(text).weight()).as(text).isEqualTo(expected);
		assertThat(OutboxMessage.text(utf8, null).weight()).isEqualTo(expected);
		assertThat(OutboxMessage.binary(utf8).weight()).isEqualTo(expected);
	}

	@Test
	void whenABufferIsOfferedThenWhatRemainsCountsAndItsPositionStays() {
		ByteBuffer buffer = ByteBuffer.wrap(new byte[10], 2, 3);
		assertThat(OutboxMessage.binary(buffer, "key").weight()).isEqualTo(OutboxMessage.OVERHEAD + 3);
		assertThat(buffer.position()).isEqualTo(2);
		assertThat(buffer.remaining()).isEqualTo(3);
	}

}
