package io.github.websocketcontroller.compression;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Counts the native memory that is not freed.
 */
public final class CountedPool {

	private final AtomicInteger made = new AtomicInteger();

	private final AtomicInteger living = new AtomicInteger();

	private final CompressionPool pool = new CompressionPool(CountedInflater::new, CountedDeflater::new);

	/**
	 * The pool.
	 */
	public CompressionPool pool() {
		return this.pool;
	}

	/**
	 * How many inflaters and deflaters were made.
	 */
	public int made() {
		return this.made.get();
	}

	/**
	 * How many of them were not ended, be they idle or used.
	 */
	public int living() {
		return this.living.get();
	}

	private void count() {
		this.made.incrementAndGet();
		this.living.incrementAndGet();
	}

	private final class CountedInflater extends Inflater {

		CountedInflater() {
			super(true);
			count();
		}

		@Override
		public void end() {
			super.end();
			CountedPool.this.living.decrementAndGet();
		}

	}

	private final class CountedDeflater extends Deflater {

		CountedDeflater() {
			super(Deflater.DEFAULT_COMPRESSION, true);
			count();
		}

		@Override
		public void end() {
			super.end();
			CountedPool.this.living.decrementAndGet();
		}

	}

}
