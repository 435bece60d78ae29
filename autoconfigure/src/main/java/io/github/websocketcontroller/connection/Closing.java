package io.github.websocketcontroller.connection;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * How far a connection is on its way to the end: open, closing, gone. The first status
 * wins.
 */
final class Closing {

	/** Not an object of its own, which every message would have to fetch. */
	private static final AtomicReferenceFieldUpdater<Closing, @Nullable CloseStatus> STATUS = AtomicReferenceFieldUpdater
		.newUpdater(Closing.class, CloseStatus.class, "status");

	/** Null while open. Set once, by whoever is first. */
	private volatile @Nullable CloseStatus status;

	/** Completed by whoever closes the socket. */
	private final CompletableFuture<CloseStatus> gone = new CompletableFuture<>();

	private final long timeout;

	/** Until when the handshake has to be over. Written once, before {@link #begun}. */
	private long deadline;

	/** Written once, after the deadline. */
	private volatile boolean begun;

	/** Whether the peer's Close was seen. Written by the reader. */
	private volatile boolean answered;

	Closing(Duration timeout) {
		this.timeout = timeout.toNanos();
	}

	boolean begin(CloseStatus status) {
		if (!STATUS.compareAndSet(this, null, status)) {
			return false;
		}
		this.deadline = System.nanoTime() + this.timeout;
		this.begun = true;
		return true;
	}

	boolean hasBegun() {
		return this.status != null;
	}

	boolean isOverdue(long now) {
		return this.begun && now - this.deadline > 0;
	}

	@Nullable CloseStatus status() {
		return this.status;
	}

	CloseStatus statusOr(CloseStatus fallback) {
		CloseStatus known = this.status;
		return (known != null) ? known : fallback;
	}

	void answered() {
		this.answered = true;
	}

	/**
	 * Whether the socket is gone.
	 * @return {@code true} if so
	 */
	boolean isOver() {
		return this.begun && this.gone.isDone();
	}

	boolean isAnswered() {
		return this.answered;
	}

	void end() {
		this.gone.complete(statusOr(CloseStatus.NO_CLOSE_FRAME));
	}

	/**
	 * Waits until the socket is gone.
	 * @param timeout nanoseconds, 0 for ever
	 * @return {@code false} if the time is up; {@code true} too for a thread that is
	 * interrupted, which need not wait
	 */
	boolean awaitGone(long timeout) {
		try {
			if (timeout > 0) {
				this.gone.get(timeout, TimeUnit.NANOSECONDS);
			}
			else {
				this.gone.get();
			}
		}
		catch (TimeoutException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		return true;
	}

	CompletableFuture<CloseStatus> gone() {
		return this.gone;
	}

}
