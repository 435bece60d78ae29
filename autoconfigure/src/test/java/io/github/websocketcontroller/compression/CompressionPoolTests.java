package io.github.websocketcontroller.compression;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CompressionPool}.
 */
class CompressionPoolTests {

	private final CountedPool counted = new CountedPool();

	private final Pool<Inflater> inflaters = this.counted.pool().inflaters();

	@Test
	void whenOneIsGivenBackThenItIsTakenAgain() {
		Inflater first = this.inflaters.take();
		Inflater second = this.inflaters.take();
		assertThat(second).isNotSameAs(first);
		this.inflaters.give(first);
		assertThat(this.inflaters.take()).isSameAs(first);
		assertThat(this.counted.made()).isEqualTo(2);
	}

	@Test
	void whenManyAreGivenBackThenMostAreEnded() {
		List<Inflater> taken = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			taken.add(this.inflaters.take());
		}
		assertThat(this.counted.living()).isEqualTo(1000);
		taken.forEach(this.inflaters::give);
		assertThat(this.counted.living()).isBetween(1, 4 + 2 * Runtime.getRuntime().availableProcessors());
	}

	@Test
	void whenItIsClosedThenAllAreEndedNowOrWhenGivenBack() {
		CompressionPool pool = this.counted.pool();
		Inflater used = this.inflaters.take();
		this.inflaters.give(this.inflaters.take());
		pool.deflaters(new CompressionPool.DeflaterSettings(1, 0))
			.give(pool.deflaters(new CompressionPool.DeflaterSettings(1, 0)).take());
		assertThat(this.counted.living()).isEqualTo(3);
		pool.close();
		assertThat(this.counted.living()).isEqualTo(1);
		this.inflaters.give(used);
		assertThat(this.counted.living()).isZero();
	}

}
