package io.github.websocketcontroller.connection;

import java.util.concurrent.CountDownLatch;

import io.github.websocketcontroller.WebsocketException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class InterruptGateTests {

	private final InterruptGate gate = new InterruptGate(Thread.currentThread());

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
	void whenTheThreadUsesTheSocketThenItIsInterruptedOnTheWayOut() {
		this.gate.enter();
		this.gate.interrupt();
		this.gate.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.gate.hasInterrupted()).isFalse();
		this.gate.exit();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.gate.hasInterrupted()).isTrue();
		this.gate.enter();
		this.gate.exit();
	}

	@Test
	void whenTheThreadIsInterruptedThenItMayNotUseTheSocket() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(WebsocketException.class).isThrownBy(this.gate::enter);
		assertThat(Thread.interrupted()).isTrue();
		this.gate.interrupt();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void whenACloseIsSentThenAnInterruptDoesNotPreventIt() {
		Thread.currentThread().interrupt();
		assertThat(this.gate.enterUninterrupted()).isTrue();
		this.gate.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		this.gate.exit();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.gate.enterUninterrupted()).isFalse();
		this.gate.exit();
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
		this.gate.enter();
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
	void whenRetiredThenNoInterruptComesAndNoneCounts() {
		this.gate.interrupt();
		this.gate.retire();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		this.gate.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		Thread.currentThread().interrupt();
		this.gate.enter();
		this.gate.exit();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void whenInterruptsRaceWithTheSocketThenNoneIsLostAndNoneHitsIt() throws InterruptedException {
		for (int i = 0; i < 20_000; i++) {
			InterruptGate racing = new InterruptGate(Thread.currentThread());
			Thread interrupter = (i % 100 == 0) ? new Thread(racing::interrupt) : null;
			racing.enter();
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
