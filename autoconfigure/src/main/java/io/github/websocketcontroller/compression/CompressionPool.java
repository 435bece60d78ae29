package io.github.websocketcontroller.compression;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The inflaters and deflaters of an application's connections, which have tens and
 * hundreds of kilobytes of native memory each. Thread-safe.
 */
public final class CompressionPool implements AutoCloseable {

	/** As many as threads can keep busy, and some that wait for their peers. */
	private static final int CAPACITY = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

	private static final byte[] NOTHING = {};

	private final Supplier<Deflater> deflaterFactory;

	private final Pool<Inflater> inflaters;

	/** By their settings, of which there are few. */
	private final Map<DeflaterSettings, Pool<Deflater>> deflaters = new ConcurrentHashMap<>();

	/**
	 * Creates an empty pool.
	 */
	public CompressionPool() {
		this(() -> new Inflater(true), () -> new Deflater(Deflater.DEFAULT_COMPRESSION, true));
	}

	CompressionPool(Supplier<Inflater> inflaterFactory, Supplier<Deflater> deflaterFactory) {
		this.inflaters = new Pool<>(inflaterFactory, Inflater::reset, Inflater::end, CAPACITY);
		this.deflaterFactory = deflaterFactory;
	}

	Pool<Inflater> inflaters() {
		return this.inflaters;
	}

	Pool<Deflater> deflaters(DeflaterSettings settings) {
		return this.deflaters.computeIfAbsent(settings,
				(key) -> new Pool<>(() -> create(key), Deflater::reset, Deflater::end, CAPACITY));
	}

	// A changed setting costs the JDK a call that compresses nothing, so that it is made
	// before anybody waits for a result.
	private Deflater create(DeflaterSettings settings) {
		Deflater deflater = this.deflaterFactory.get();
		deflater.setLevel(settings.level());
		deflater.setStrategy(settings.strategy());
		deflater.deflate(NOTHING, 0, 0, Deflater.NO_FLUSH);
		return deflater;
	}

	/**
	 * Frees what nobody uses now, and from now on the rest as soon as nobody does.
	 */
	@Override
	public void close() {
		this.inflaters.close();
		this.deflaters.values().forEach(Pool::close);
	}

	/**
	 * What makes one deflater compress differently from another.
	 *
	 * @param level from 1, fast, to 9, small
	 * @param strategy the strategy
	 */
	record DeflaterSettings(int level, int strategy) {
	}

}
