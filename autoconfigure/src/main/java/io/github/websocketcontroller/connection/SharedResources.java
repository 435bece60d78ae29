package io.github.websocketcontroller.connection;

import java.util.concurrent.Executor;

import io.github.websocketcontroller.compression.CompressionPool;
import io.github.websocketcontroller.outbox.Deliveries;

/**
 * What all connections of a server use. Thread-safe.
 *
 * @param json reads and writes JSON
 * @param helpers runs tasks of the library, each on a thread of its own
 * @param compressors where native memory comes from, if messages may be compressed
 * @param deliveries has what is offered written
 * @param lateFlushes sees to messages that wait for a thread to receive again
 */
public record SharedResources(JsonCodec json, Executor helpers, CompressionPool compressors, Deliveries deliveries,
		LateFlushes lateFlushes) implements AutoCloseable {

	/**
	 * Creates them.
	 * @param json reads and writes JSON
	 * @param helpers runs each task on a thread of its own
	 */
	public SharedResources(JsonCodec json, Executor helpers) {
		this(json, helpers, new CompressionPool(), new Deliveries(helpers));
	}

	SharedResources(JsonCodec json, Executor helpers, CompressionPool compressors, Deliveries deliveries) {
		this(json, helpers, compressors, deliveries, new LateFlushes(deliveries));
	}

	/**
	 * Frees what is kept for connections to come. Waits a moment for a thread to end.
	 */
	@Override
	public void close() {
		this.compressors.close();
		this.lateFlushes.close();
	}

}
