package io.github.websocketcontroller.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;

class ClosingTests {

	private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

	private final Closing closing = new Closing(Duration.ofSeconds(10));

	@Test
	void whenOpenThenThereIsNoStatusAndNothingIsOverdue() {
		assertThat(this.closing.hasBegun()).isFalse();
		assertThat(this.closing.status()).isNull();
		assertThat(this.closing.statusOr(CloseStatus.NO_CLOSE_FRAME)).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
		assertThat(this.closing.isAnswered()).isFalse();
		assertThat(this.closing.isOverdue(System.nanoTime() + TimeUnit.DAYS.toNanos(1))).isFalse();
		assertThat(this.closing.awaitGone(SHORT)).isFalse();
	}

	@Test
	void whenBothSidesCloseThenTheFirstStatusStays() {
		assertThat(this.closing.begin(CloseStatus.GOING_AWAY)).isTrue();
		assertThat(this.closing.begin(CloseStatus.NORMAL)).isFalse();
		assertThat(this.closing.status()).isEqualTo(CloseStatus.GOING_AWAY);
		assertThat(this.closing.statusOr(CloseStatus.NORMAL)).isEqualTo(CloseStatus.GOING_AWAY);
		assertThat(this.closing.gone()).isNotDone();
	}

	@Test
	void whenTheTimeoutHasPassedSinceTheFirstCloseThenTheHandshakeIsOverdue() {
		long before = System.nanoTime();
		this.closing.begin(CloseStatus.GOING_AWAY);
		long after = System.nanoTime();
		this.closing.begin(CloseStatus.NORMAL);
		assertThat(this.closing.isOverdue(before + TimeUnit.SECONDS.toNanos(10))).isFalse();
		assertThat(this.closing.isOverdue(after + TimeUnit.SECONDS.toNanos(10) + 1)).isTrue();
	}

	@Test
	void whenTheSocketIsGoneThenTheFirstStatusIsTheLast() {
		this.closing.begin(CloseStatus.GOING_AWAY);
		this.closing.end();
		this.closing.end();
		assertThat(this.closing.gone()).isCompletedWithValue(CloseStatus.GOING_AWAY);
		assertThat(this.closing.awaitGone(0)).isTrue();
		assertThat(this.closing.awaitGone(SHORT)).isTrue();
	}

	@Test
	void whenInterruptedThenNobodyWaitsForTheEnd() {
		Thread.currentThread().interrupt();
		assertThat(this.closing.awaitGone(0)).isTrue();
		assertThat(Thread.interrupted()).isTrue();
	}

}
