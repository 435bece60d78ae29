package io.github.websocketcontroller.serve;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether a connection is within the limits, and if so that it counts until this ends.
 * Thread-safe.
 */
final class Admission {

	/** There are no limits. */
	static final Admission UNCOUNTED = new Admission(true, () -> {
	});

	static final Admission REFUSED = new Admission(false, () -> {
	});

	private final boolean granted;

	private final Runnable leave;

	private final AtomicBoolean ended = new AtomicBoolean();

	/**
	 * Grants it.
	 * @param leave what to do once when the connection is gone
	 */
	Admission(Runnable leave) {
		this(true, leave);
	}

	private Admission(boolean granted, Runnable leave) {
		this.granted = granted;
		this.leave = leave;
	}

	boolean isGranted() {
		return this.granted;
	}

	/**
	 * Makes room for another connection. A further call does nothing.
	 */
	void end() {
		if (this.ended.compareAndSet(false, true)) {
			this.leave.run();
		}
	}

}
