package io.github.websocketcontroller.connection;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MessageRateTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	/** So that the clock overflows on the way. */
	private static final long START = Long.MAX_VALUE - SECOND / 2;

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 7, 1000, 1_000_000 })
	void whenMessagesOfASecondComeAtOnceThenOneMoreIsTooMany(int perSecond) {
		MessageRate rate = new MessageRate(perSecond, START);
		assertThat(count(rate, START)).isEqualTo(perSecond);
		assertThat(rate.allows(START)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 7, 1000 })
	void whenASecondHasPassedThenAsManyMayComeAgain(int perSecond) {
		MessageRate rate = new MessageRate(perSecond, START);
		count(rate, START);
		assertThat(count(rate, START + SECOND)).isEqualTo(perSecond);
		assertThat(count(rate, START + 100 * SECOND)).isEqualTo(perSecond);
	}

	@Test
	void whenMessagesComeAtTheRateThenNoneIsTooMany() {
		MessageRate rate = new MessageRate(3, START);
		count(rate, START);
		for (int i = 1; i <= 3000; i++) {
			assertThat(rate.allows(START + (i * SECOND + 2) / 3)).isTrue();
		}
	}

	@Test
	void whenMessagesComeFasterThanTheRateThenOneIsTooMany() {
		MessageRate rate = new MessageRate(10, START);
		long now = START;
		int allowed = 0;
		while (rate.allows(now)) {
			now += SECOND / 11;
			allowed++;
		}
		assertThat(allowed).isBetween(95, 105);
	}

	private static int count(MessageRate rate, long now) {
		int count = 0;
		while (rate.allows(now)) {
			count++;
		}
		return count;
	}

}
