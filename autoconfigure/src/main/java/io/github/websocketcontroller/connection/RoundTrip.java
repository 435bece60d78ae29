package io.github.websocketcontroller.connection;

import java.time.Duration;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Measures how long the peer takes to answer the last ping. Thread-safe.
 */
final class RoundTrip {

	/** The last ping, while it is not answered. Written by writer and reader. */
	private volatile @Nullable Ping awaited;

	/** Written by the reader. */
	private volatile @Nullable Duration last;

	/**
	 * Called right before a ping is written.
	 * @param payload its payload, which is copied
	 */
	void begin(byte[] payload) {
		this.awaited = new Ping(payload.clone(), System.nanoTime());
	}

	boolean isAwaited() {
		return this.awaited != null;
	}

	/**
	 * Called when a pong was read. One that nobody has asked for is none of ours.
	 * @param payload its payload
	 */
	void end(byte[] payload) {
		Ping ping = this.awaited;
		if (ping != null && Arrays.equals(ping.payload, payload)) {
			this.last = Duration.ofNanos(System.nanoTime() - ping.at);
			this.awaited = null;
		}
	}

	@Nullable Duration last() {
		return this.last;
	}

	/** A ping that was sent, and when. */
	private static final class Ping {

		private final byte[] payload;

		private final long at;

		Ping(byte[] payload, long at) {
			this.payload = payload;
			this.at = at;
		}

	}

}
