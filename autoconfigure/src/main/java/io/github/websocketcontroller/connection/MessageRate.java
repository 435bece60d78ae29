package io.github.websocketcontroller.connection;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket: holds as many messages as may come per second, and is refilled at that
 * rate. Owned by the thread that receives.
 */
final class MessageRate {

	/** What a message costs. A message per second earns 1 per nanosecond. */
	private static final long MESSAGE = TimeUnit.SECONDS.toNanos(1);

	private final int perSecond;

	private final long capacity;

	private long level;

	private long filledAt;

	/**
	 * A full bucket.
	 * @param perSecond how many messages may come per second, at least 1
	 * @param now the present {@link System#nanoTime()}
	 */
	MessageRate(int perSecond, long now) {
		this.perSecond = perSecond;
		this.capacity = perSecond * MESSAGE;
		this.level = this.capacity;
		this.filledAt = now;
	}

	/**
	 * Takes one message out of the bucket.
	 * @param now the present {@link System#nanoTime()}
	 * @return {@code false} if it is empty
	 */
	boolean allows(long now) {
		long elapsed = Math.min(now - this.filledAt, MESSAGE);
		this.level = Math.min(this.capacity, this.level + elapsed * this.perSecond);
		this.filledAt = now;
		if (this.level < MESSAGE) {
			return false;
		}
		this.level -= MESSAGE;
		return true;
	}

}
