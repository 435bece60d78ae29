package io.github.websocketcontroller.connection;

/**
 * How long a connection has been idle. Those who use it only leave a mark, which costs no
 * look at the clock; the watchdog collects it a few times a second.
 */
final class IdleTime {

	private final long limit;

	/** Left by any thread, taken away by the watchdog. */
	private volatile boolean used = true;

	/** When the watchdog has last found a mark. Its own. */
	private long usedAt;

	/**
	 * Begins used.
	 * @param limit how long it may last in nanoseconds, 0 for ever
	 */
	IdleTime(long limit) {
		this.limit = limit;
	}

	void end() {
		if (!this.used) {
			this.used = true;
		}
	}

	boolean isOver(long now) {
		if (this.limit == 0) {
			return false;
		}
		if (this.used) {
			this.used = false;
			this.usedAt = now;
			return false;
		}
		return now - this.usedAt > this.limit;
	}

}
