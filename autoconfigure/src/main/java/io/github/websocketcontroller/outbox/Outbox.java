package io.github.websocketcontroller.outbox;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.github.websocketcontroller.OverflowPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What is offered to a peer and not yet written, for any number of threads. It knows
 * whether somebody sees to it that it is written, so that there is one who does and no
 * message is forgotten. Its lock is held for moments only, never during a write.
 */
public final class Outbox {

	private final OutboxQueue queue;

	private final ReentrantLock lock = new ReentrantLock();

	/** Signalled when there may be room. */
	private final Condition room = this.lock.newCondition();

	/** How many threads wait for room. Owned by the lock. */
	private int waiting;

	/** Whether somebody sees to what waits. Owned by the lock. */
	private boolean attended;

	/** Whether nothing is taken any more. Owned by the lock. */
	private boolean sealed;

	/**
	 * The number of the message that would be written last, 0 if none waits. Written
	 * under the lock, read by anyone.
	 */
	private volatile long last;

	/**
	 * Creates an outbox.
	 * @param capacity how many bytes may wait, unless it is a single message
	 * @param policy what happens when there is no room
	 */
	public Outbox(long capacity, OverflowPolicy policy) {
		this.queue = new OutboxQueue(capacity, policy);
	}

	/**
	 * Takes a message, or does what the policy says.
	 * @param message the message
	 * @param patience how long to wait for room if that is the policy, in nanoseconds. A
	 * thread that is interrupted does not wait and stays interrupted.
	 * @return what has become of it, never {@link Admission#NO_ROOM}
	 */
	public Admission offer(OutboxMessage message, long patience) {
		this.lock.lock();
		try {
			Admission admission = admit(message);
			return (admission == Admission.NO_ROOM) ? awaitRoom(message, patience) : admission;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Admission admit(OutboxMessage message) {
		if (this.sealed) {
			return Admission.REFUSED;
		}
		Admission admission = this.queue.offer(message);
		this.sealed = admission == Admission.OVERFLOWED;
		this.last = this.queue.lastSequence();
		if (admission == Admission.QUEUED && !this.attended) {
			this.attended = true;
			return Admission.QUEUED_UNATTENDED;
		}
		return admission;
	}

	private Admission awaitRoom(OutboxMessage message, long patience) {
		Admission admission = Admission.NO_ROOM;
		long remaining = patience;
		this.waiting++;
		try {
			while (admission == Admission.NO_ROOM && remaining > 0) {
				remaining = this.room.awaitNanos(remaining);
				admission = admit(message);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.waiting--;
		}
		return (admission == Admission.NO_ROOM) ? drop() : admission;
	}

	private Admission drop() {
		this.queue.countDropped();
		return Admission.DROPPED;
	}

	/**
	 * The number of the last message that waits.
	 * @return the number or 0 if none waits
	 */
	public long last() {
		return this.last;
	}

	/**
	 * Takes the next message out, to write it. The caller lets one thread at a time do
	 * both.
	 * @param upTo up to which number
	 * @return the message or {@code null} if none of those waits
	 */
	public @Nullable OutboxMessage poll(long upTo) {
		if (this.last == 0) {
			return null;
		}
		this.lock.lock();
		try {
			OutboxMessage message = this.queue.poll(upTo);
			changed();
			return message;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void changed() {
		this.last = this.queue.lastSequence();
		if (this.waiting > 0) {
			this.room.signalAll();
		}
	}

	/**
	 * Makes the caller the one who sees to what waits.
	 * @return {@code false} if nothing waits or somebody does already
	 */
	public boolean attend() {
		if (this.last == 0) {
			return false;
		}
		this.lock.lock();
		try {
			boolean needed = !this.attended && this.queue.size() > 0;
			this.attended |= needed;
			return needed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Called by the one who has seen to what waited. Whoever offers next is told that
	 * nobody does.
	 * @return {@code false} if something waits again, and the caller has to go on
	 */
	public boolean rest() {
		this.lock.lock();
		try {
			this.attended = this.queue.size() > 0;
			return !this.attended;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Called for the one who can't see to it any more, whether something waits or not.
	 */
	public void desert() {
		this.lock.lock();
		try {
			this.attended = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes nothing from now on. What waits can still be written.
	 */
	public void seal() {
		this.lock.lock();
		try {
			this.sealed = true;
			changed();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes nothing from now on, and drops what waits.
	 */
	public void discard() {
		this.lock.lock();
		try {
			this.sealed = true;
			this.queue.clear();
			changed();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Counts a message as dropped that was taken out and could not be written.
	 */
	public void countDropped() {
		this.lock.lock();
		try {
			this.queue.countDropped();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many messages wait.
	 * @return their number
	 */
	public int size() {
		this.lock.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many bytes wait, as counted for the capacity.
	 * @return their number
	 */
	public long bytes() {
		this.lock.lock();
		try {
			return this.queue.bytes();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many messages were taken, or dropped at once, and never written.
	 * @return their number
	 */
	public long dropped() {
		this.lock.lock();
		try {
			return this.queue.dropped();
		}
		finally {
			this.lock.unlock();
		}
	}

}
