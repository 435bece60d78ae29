package io.github.websocketcontroller.connection;

import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InterruptGateTests {

	private final InterruptGate gate = new InterruptGate();

	@AfterEach
	void forgetInterrupt() {
		assertThat(Thread.interrupted()).as("left interrupted").isFalse();
	}

	@Test
	void whenTheThreadIsInTheApplicationThenItIsInterrupted() {
		this.gate.interrupt();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.gate.hasInterrupted()).isTrue();
	}

	@Test
	void whenTheThreadUsesTheSocketThenItIsNotInterrupted() {
		assertThat(this.gate.enter()).isTrue();
		this.gate.interrupt();
		this.gate.exit();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.gate.hasInterrupted()).isFalse();
	}

	@Test
	void whenTheThreadHasToKnowThenItIsInterruptedOnTheWayOut() {
		assertThat(this.gate.enter()).isTrue();
		this.gate.interruptOnTheWayOut();
		this.gate.interruptOnTheWayOut();
		this.gate.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.gate.hasInterrupted()).isFalse();
		this.gate.exit();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.gate.hasInterrupted()).isTrue();
		assertThat(this.gate.enter()).isTrue();
		this.gate.exit();
	}

	@Test
	void whenTheThreadHasToKnowAndIsInTheApplicationThenItIsInterruptedAtOnce() {
		this.gate.interruptOnTheWayOut();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void whenTheThreadIsInterruptedThenItMayNotUseTheSocket() {
		Thread.currentThread().interrupt();
		assertThat(this.gate.enter()).isFalse();
		assertThat(Thread.interrupted()).isTrue();
		this.gate.interrupt();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void whenAnotherThreadUsesTheSocketThenTheServingThreadIsInterruptedAtOnce() throws InterruptedException {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		Thread other = new Thread(() -> useSocket(inside, end));
		other.start();
		inside.await();
		this.gate.interrupt();
		assertThat(Thread.interrupted()).isTrue();
		end.countDown();
		other.join();
	}

	private void useSocket(CountDownLatch inside, CountDownLatch end) {
		assertThat(this.gate.enter()).isTrue();
		try {
			inside.countDown();
			end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.gate.exit();
		}
	}

	@Test
	void whenRetiredThenNoInterruptComes() {
		this.gate.interrupt();
		this.gate.retire();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		this.gate.interrupt();
		this.gate.interruptOnTheWayOut();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void whenInterruptsRaceWithTheSocketThenNoneIsLostAndNoneHitsIt() throws InterruptedException {
		for (int i = 0; i < 20_000; i++) {
			InterruptGate racing = new InterruptGate();
			Thread interrupter = (i % 100 == 0) ? new Thread(racing::interruptOnTheWayOut) : null;
			assertThat(racing.enter()).isTrue();
			if (interrupter != null) {
				interrupter.start();
			}
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			racing.exit();
			if (interrupter != null) {
				joinInterrupted(interrupter);
				assertThat(Thread.interrupted()).isTrue();
			}
		}
	}

	private static void joinInterrupted(Thread thread) throws InterruptedException {
		boolean interrupted = false;
		while (thread.isAlive()) {
			interrupted |= Thread.interrupted();
			Thread.onSpinWait();
		}
		interrupted |= Thread.interrupted();
		thread.join();
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
