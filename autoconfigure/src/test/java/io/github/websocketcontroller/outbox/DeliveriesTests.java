package io.github.websocketcontroller.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class DeliveriesTests {

	/** What has been started and not yet run. */
	private final List<Runnable> started = new ArrayList<>();

	private final List<Integer> made = new ArrayList<>();

	/** How many threads can be had. */
	private int threads = Integer.MAX_VALUE;

	private final Deliveries deliveries = new Deliveries(this::start);

	private void start(Runnable task) {
		if (this.threads == 0) {
			throw new RejectedExecutionException("none left");
		}
		this.threads--;
		this.started.add(task);
	}

	private void runNextThread() {
		this.started.remove(0).run();
	}

	private void addAll(int from, int to) {
		for (int i = from; i < to; i++) {
			int number = i;
			this.deliveries.add(() -> this.made.add(number));
		}
	}

	@Test
	void whenNoPeerHoldsUpThenOneThreadMakesAllAndAnotherIsOnStandby() {
		addAll(0, 20);
		assertThat(this.started).hasSize(1);
		runNextThread();
		assertThat(this.made).hasSize(20).isSorted();
		assertThat(this.started).hasSize(1);
		runNextThread();
		assertThat(this.started).isEmpty();
		addAll(20, 21);
		assertThat(this.started).hasSize(1);
		runNextThread();
		assertThat(this.made).hasSize(21);
		assertThat(this.started).as("nothing more is due").isEmpty();
	}

	@Test
	void whenMuchIsDueThenAThreadLeavesTheRestToTheNext() {
		addAll(0, 1000);
		int threads = 0;
		while (!this.started.isEmpty()) {
			int before = this.made.size();
			runNextThread();
			threads++;
			assertThat(this.made.size() - before).isLessThan(100);
		}
		assertThat(this.made).hasSize(1000).isSorted();
		assertThat(threads).isBetween(10, 100);
	}

	@Test
	void whenPeersHoldUpThenTheOthersAreNotHeldUp() throws Exception {
		Executor executor = (task) -> new Thread(task).start();
		Deliveries concurrent = new Deliveries(executor);
		CountDownLatch released = new CountDownLatch(1);
		CountDownLatch heldUp = new CountDownLatch(10);
		CountDownLatch others = new CountDownLatch(1000);
		for (int i = 0; i < 1000; i++) {
			if (i % 100 == 0) {
				concurrent.add(() -> {
					await(released);
					heldUp.countDown();
				});
			}
			concurrent.add(others::countDown);
		}
		assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(heldUp.getCount()).isEqualTo(10);
		released.countDown();
		assertThat(heldUp.await(20, TimeUnit.SECONDS)).isTrue();
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenNoThreadCanBeHadThenTheCallerIsToldAndItIsNotMade() {
		this.threads = 0;
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> addAll(0, 1));
		this.threads = 1;
		addAll(1, 2);
		runNextThread();
		assertThat(this.made).containsExactly(1);
	}

	@Test
	void whenThereIsNoThreadForStandbyThenTheFirstMakesAll() {
		this.threads = 1;
		addAll(0, 100);
		runNextThread();
		assertThat(this.made).hasSize(100);
	}

	@Test
	void whenADeliveryFailsThenTheOthersAreMade() {
		this.deliveries.add(() -> {
			throw new IllegalStateException("as the test wants");
		});
		addAll(0, 10);
		assertThatIllegalStateException().isThrownBy(this::runNextThread);
		runNextThread();
		assertThat(this.made).hasSize(10);
	}

	@Test
	void whenSomebodyReliedOnAThreadThatCouldNotBeHadThenItIsMadeLater() {
		AtomicInteger starts = new AtomicInteger();
		Deliveries[] unlucky = new Deliveries[1];
		unlucky[0] = new Deliveries((task) -> {
			if (starts.getAndIncrement() == 0) {
				unlucky[0].add(() -> this.made.add(2)); // meanwhile, in another thread
				throw new RejectedExecutionException("none left");
			}
			task.run();
		});
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> unlucky[0].add(() -> this.made.add(1)));
		assertThat(this.made).isEmpty();
		unlucky[0].resume();
		assertThat(this.made).containsExactly(2);
	}

}
