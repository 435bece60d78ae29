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
 */
public record SharedResources(JsonCodec json, Executor helpers, CompressionPool compressors,
		Deliveries deliveries) implements AutoCloseable {

	/**
	 * Creates them.
	 * @param json reads and writes JSON
	 * @param helpers runs each task on a thread of its own
	 */
	public SharedResources(JsonCodec json, Executor helpers) {
		this(json, helpers, new CompressionPool(), new Deliveries(helpers));
	}

	/**
	 * Frees what is kept for connections to come.
	 */
	@Override
	public void close() {
		this.compressors.close();
	}

}
