package io.github.websocketcontroller.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.OverflowPolicy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class OutboxTests {

	private static final long LONG = TimeUnit.SECONDS.toNanos(60);

	private static OutboxMessage message() {
		return OutboxMessage.text("message");
	}

	private static Outbox outboxForOne(OverflowPolicy policy) {
		return new Outbox(message().weight(), policy);
	}

	@Test
	void whenNobodySeesToWhatWaitsThenOneIsToldTo() {
		Outbox outbox = new Outbox(1000, OverflowPolicy.CLOSE);
		assertThat(outbox.attend()).isFalse();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.QUEUED_UNATTENDED);
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.QUEUED);
		assertThat(outbox.attend()).isFalse();
		assertThat(outbox.rest()).isFalse();
		outbox.poll(Long.MAX_VALUE);
		outbox.poll(Long.MAX_VALUE);
		assertThat(outbox.last()).isZero();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.QUEUED);
		assertThat(outbox.rest()).isFalse();
		outbox.poll(Long.MAX_VALUE);
		assertThat(outbox.rest()).isTrue();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.QUEUED_UNATTENDED);
	}

	@Test
	void whenTheOneIsLostThenAnotherIsTold() {
		Outbox outbox = new Outbox(1000, OverflowPolicy.CLOSE);
		outbox.offer(message(), 0);
		outbox.desert();
		assertThat(outbox.attend()).isTrue();
		assertThat(outbox.attend()).isFalse();
		outbox.desert();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.QUEUED_UNATTENDED);
		assertThat(outbox.size()).isEqualTo(2);
	}

	@Test
	void whenSealedThenNothingIsTakenAndWhatWaitsStays() {
		Outbox outbox = new Outbox(1000, OverflowPolicy.CLOSE);
		OutboxMessage before = message();
		outbox.offer(before, 0);
		outbox.seal();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.REFUSED);
		assertThat(outbox.poll(Long.MAX_VALUE)).isSameAs(before);
		assertThat(outbox.dropped()).isZero();
	}

	@Test
	void whenDiscardedThenNothingIsTakenOrLeft() {
		Outbox outbox = new Outbox(1000, OverflowPolicy.CLOSE);
		outbox.offer(message(), 0);
		outbox.discard();
		outbox.discard();
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.REFUSED);
		assertThat(outbox.poll(Long.MAX_VALUE)).isNull();
		assertThat(outbox.last()).isZero();
		assertThat(outbox.size()).isZero();
		assertThat(outbox.bytes()).isZero();
		assertThat(outbox.dropped()).isEqualTo(1);
		assertThat(outbox.rest()).isTrue();
	}

	@Test
	void whenItHasOverflowedThenThatIsSaidOnce() {
		Outbox outbox = outboxForOne(OverflowPolicy.CLOSE);
		outbox.offer(message(), 0);
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.OVERFLOWED);
		assertThat(outbox.offer(message(), 0)).isEqualTo(Admission.REFUSED);
		assertThat(outbox.last()).isZero();
		assertThat(outbox.dropped()).isEqualTo(2);
	}

	@Test
	void whenThereIsNoRoomInTimeThenTheMessageIsDropped() {
		Outbox outbox = outboxForOne(OverflowPolicy.BLOCK);
		outbox.offer(message(), 0);
		assertThat(outbox.offer(message(), TimeUnit.MILLISECONDS.toNanos(5))).isEqualTo(Admission.DROPPED);
		assertThat(outbox.dropped()).isEqualTo(1);
		assertThat(outbox.size()).isEqualTo(1);
	}

	@Test
	void whenRoomIsMadeThenTheOneThatWaitsGetsIt() throws Exception {
		Outbox outbox = outboxForOne(OverflowPolicy.BLOCK);
		outbox.offer(message(), 0);
		Waiter waiter = new Waiter(outbox);
		assertThat(outbox.poll(Long.MAX_VALUE)).isNotNull();
		assertThat(waiter.admission.get(20, TimeUnit.SECONDS)).isEqualTo(Admission.QUEUED);
		assertThat(outbox.dropped()).isZero();
	}

	@Test
	void whenTheEndComesThenNobodyWaitsForRoomAnyMore() throws Exception {
		for (boolean discarded : List.of(true, false)) {
			Outbox outbox = outboxForOne(OverflowPolicy.BLOCK);
			outbox.offer(message(), 0);
			Waiter waiter = new Waiter(outbox);
			if (discarded) {
				outbox.discard();
			}
			else {
				outbox.seal();
			}
			assertThat(waiter.admission.get(20, TimeUnit.SECONDS)).isEqualTo(Admission.REFUSED);
		}
	}

	@Test
	void whenAThreadIsInterruptedThenItDoesNotWaitForRoom() throws Exception {
		Outbox outbox = outboxForOne(OverflowPolicy.BLOCK);
		outbox.offer(message(), 0);
		Waiter waiter = new Waiter(outbox);
		waiter.thread.interrupt();
		assertThat(waiter.admission.get(20, TimeUnit.SECONDS)).isEqualTo(Admission.DROPPED);
		assertThat(waiter.interrupted.get(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whenManyOfferAndThoseWhoAreToldToTakeThenNoMessageIsForgotten() throws Exception {
		int threads = 8;
		int messages = 20_000;
		Outbox outbox = new Outbox(Long.MAX_VALUE, OverflowPolicy.CLOSE);
		AtomicInteger taken = new AtomicInteger();
		AtomicInteger attendants = new AtomicInteger();
		List<CompletableFuture<Void>> offering = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			offering.add(CompletableFuture.runAsync(() -> {
				for (int j = 0; j < messages; j++) {
					if (outbox.offer(message(), 0) == Admission.QUEUED_UNATTENDED) {
						attend(outbox, taken, attendants);
					}
				}
			}, (task) -> new Thread(task).start()));
		}
		for (CompletableFuture<Void> future : offering) {
			future.get(60, TimeUnit.SECONDS);
		}
		// Not a word to the outbox: whoever was told last has taken all.
		assertThat(taken).hasValue(threads * messages);
	}

	private static void attend(Outbox outbox, AtomicInteger taken, AtomicInteger attendants) {
		do {
			assertThat(attendants.incrementAndGet()).isEqualTo(1);
			while (outbox.poll(Long.MAX_VALUE) != null) {
				taken.incrementAndGet();
			}
			attendants.decrementAndGet();
		}
		while (!outbox.rest());
	}

	/**
	 * A thread that waits for room.
	 */
	private static final class Waiter {

		private final CompletableFuture<Admission> admission = new CompletableFuture<>();

		private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

		private final Thread thread;

		Waiter(Outbox outbox) {
			this.thread = new Thread(() -> {
				this.admission.complete(outbox.offer(message(), LONG));
				this.interrupted.complete(Thread.currentThread().isInterrupted());
			});
			this.thread.start();
			await().until(() -> this.thread.getState() == Thread.State.TIMED_WAITING);
		}

	}

}
