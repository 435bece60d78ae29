package io.github.websocketcontroller.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionLimitsTests {

	private static final String HOST = "192.0.2.1";

	@Test
	void whenThereAreNoLimitsThenNothingIsCounted() {
		ConnectionLimits limits = new ConnectionLimits(0, 0);
		for (int i = 0; i < 100; i++) {
			assertThat(limits.hasRoom(HOST)).isTrue();
			assertThat(limits.admit(HOST).isGranted()).isTrue();
		}
		assertNothing(limits);
	}

	@Test
	void whenTheLimitIsReachedThenThereIsRoomOnceAConnectionHasEnded() {
		ConnectionLimits limits = new ConnectionLimits(2, 0);
		Admission first = limits.admit(HOST);
		Admission second = limits.admit("192.0.2.2");
		assertThat(limits.hasRoom("192.0.2.3")).isFalse();
		Admission third = limits.admit("192.0.2.3");
		assertThat(third.isGranted()).isFalse();
		third.end();
		assertThat(limits.hasRoom("192.0.2.3")).isFalse();
		first.end();
		first.end();
		assertThat(limits.hasRoom("192.0.2.3")).isTrue();
		assertThat(limits.total()).isEqualTo(1);
		second.end();
		assertNothing(limits);
	}

	@Test
	void whenAnAddressHasReachedItsLimitThenOthersHaveRoom() {
		ConnectionLimits limits = new ConnectionLimits(0, 1);
		Admission one = limits.admit("2001:db8:1:2::1");
		assertThat(one.isGranted()).isTrue();
		assertThat(limits.hasRoom("2001:db8:1:2::ffff")).isFalse();
		assertThat(limits.admit("2001:db8:1:2::ffff").isGranted()).isFalse();
		assertThat(limits.hasRoom("2001:db8:1:3::1")).isTrue();
		Admission other = limits.admit("2001:db8:1:3::1");
		assertThat(limits.addresses()).isEqualTo(2);
		one.end();
		assertThat(limits.hasRoom("2001:db8:1:2::ffff")).isTrue();
		assertThat(limits.addresses()).isEqualTo(1);
		other.end();
		assertNothing(limits);
	}

	@Test
	void whenThereIsNoRoomInAllThenTheAddressIsNotCounted() {
		ConnectionLimits limits = new ConnectionLimits(1, 5);
		Admission first = limits.admit(HOST);
		assertThat(limits.admit("192.0.2.2").isGranted()).isFalse();
		assertThat(limits.addresses()).isEqualTo(1);
		first.end();
		assertNothing(limits);
	}

	@ParameterizedTest
	@CsvSource({ "7, 0", "0, 7", "7, 7" })
	void whenManyComeAtOnceThenAsManyAsMayAreAdmitted(int most, int mostPerAddress) throws Exception {
		ConnectionLimits limits = new ConnectionLimits(most, mostPerAddress);
		int threads = 8;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 100; round++) {
				CyclicBarrier start = new CyclicBarrier(threads);
				List<Future<List<Admission>>> futures = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					futures.add(executor.submit(() -> {
						start.await(20, TimeUnit.SECONDS);
						return List.of(limits.admit(HOST), limits.admit(HOST));
					}));
				}
				List<Admission> admissions = new ArrayList<>();
				for (Future<List<Admission>> future : futures) {
					admissions.addAll(future.get());
				}
				assertThat(admissions.stream().filter(Admission::isGranted)).hasSize(7);
				admissions.forEach(Admission::end);
				assertNothing(limits);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static void assertNothing(ConnectionLimits limits) {
		assertThat(limits.total()).isZero();
		assertThat(limits.addresses()).isZero();
	}

}
