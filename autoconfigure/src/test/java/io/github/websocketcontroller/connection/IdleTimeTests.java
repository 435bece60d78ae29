package io.github.websocketcontroller.connection;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IdleTimeTests {

	private static final long START = 1_000_000;

	private final IdleTime idle = new IdleTime(100);

	@Test
	void whenNothingHappensForLongerThanTheLimitThenItIsOver() {
		assertThat(this.idle.isOver(START)).isFalse();
		assertThat(this.idle.isOver(START + 100)).isFalse();
		assertThat(this.idle.isOver(START + 101)).isTrue();
		assertThat(this.idle.isOver(START + 102)).isTrue();
	}

	@Test
	void whenSomethingHappensThenItBeginsAnew() {
		assertThat(this.idle.isOver(START)).isFalse();
		this.idle.end();
		this.idle.end();
		assertThat(this.idle.isOver(START + 101)).isFalse();
		assertThat(this.idle.isOver(START + 201)).isFalse();
		assertThat(this.idle.isOver(START + 202)).isTrue();
	}

	@Test
	void whenThereIsNoLimitThenItIsNeverOver() {
		IdleTime unlimited = new IdleTime(0);
		assertThat(unlimited.isOver(START)).isFalse();
		assertThat(unlimited.isOver(START + TimeUnit.DAYS.toNanos(1000))).isFalse();
	}

}
