package io.github.websocketcontroller.compression;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What holds native memory and is used for a moment. Keeps as many as threads can use at
 * a time and ends the others. Thread-safe.
 *
 * @param <T> the type of what it holds
 */
final class Pool<T> {

	private final Supplier<T> factory;

	private final Consumer<T> reset;

	private final Consumer<T> end;

	private final int capacity;

	private final ReentrantLock lock = new ReentrantLock();

	/** Owned by the lock. */
	private final Deque<T> idle = new ArrayDeque<>();

	/** Whether nothing is kept any more. Owned by the lock. */
	private boolean closed;

	Pool(Supplier<T> factory, Consumer<T> reset, Consumer<T> end, int capacity) {
		this.factory = factory;
		this.reset = reset;
		this.end = end;
		this.capacity = capacity;
	}

	T take() {
		T kept = poll();
		return (kept != null) ? kept : this.factory.get();
	}

	private @Nullable T poll() {
		this.lock.lock();
		try {
			return this.idle.pollFirst();
		}
		finally {
			this.lock.unlock();
		}
	}

	void give(T taken) {
		this.reset.accept(taken);
		if (!keep(taken)) {
			this.end.accept(taken);
		}
	}

	private boolean keep(T taken) {
		this.lock.lock();
		try {
			boolean room = !this.closed && this.idle.size() < this.capacity;
			if (room) {
				this.idle.addFirst(taken);
			}
			return room;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends what is idle now, and the rest when it is given back.
	 */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.idle.forEach(this.end);
			this.idle.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

}
