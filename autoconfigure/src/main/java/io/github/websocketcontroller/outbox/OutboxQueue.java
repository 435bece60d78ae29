package io.github.websocketcontroller.outbox;

import java.util.HashMap;
import java.util.Map;

import io.github.websocketcontroller.OverflowPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Messages in the order in which they are to be written, bounded in bytes, and what
 * happens when there is no room. Not thread-safe.
 */
final class OutboxQueue {

	private final long capacity;

	private final OverflowPolicy policy;

	/** Those that have a key, if messages are conflated and one waits. */
	private @Nullable Map<Object, OutboxMessage> byKey;

	private @Nullable OutboxMessage first;

	private @Nullable OutboxMessage last;

	private int size;

	private long bytes;

	private long dropped;

	/** How many messages have got a place of their own so far. */
	private long sequence;

	/**
	 * Creates a queue.
	 * @param capacity how many bytes may wait, unless it is a single message
	 * @param policy what happens when there is no room
	 */
	OutboxQueue(long capacity, OverflowPolicy policy) {
		this.capacity = capacity;
		this.policy = policy;
	}

	/**
	 * Takes a message, or does what the policy says.
	 * @param message the message, which is in no queue
	 * @return {@link Admission#QUEUED}, {@link Admission#DROPPED},
	 * {@link Admission#OVERFLOWED} or {@link Admission#NO_ROOM}
	 */
	Admission offer(OutboxMessage message) {
		OutboxMessage replaced = waitingLike(message);
		if (!hasRoom(message, replaced)) {
			Admission refusal = makeRoom(message);
			if (refusal != null) {
				return refusal;
			}
		}
		if (replaced != null) {
			replace(replaced, message);
			this.dropped++;
		}
		else {
			append(message);
		}
		return Admission.QUEUED;
	}

	private @Nullable OutboxMessage waitingLike(OutboxMessage message) {
		OutboxMessage found = (message.key() != null && this.byKey != null) ? this.byKey.get(message.key()) : null;
		// A key that changes after all could be found long after its message has left.
		return (found != null && found.sequence != 0) ? found : null;
	}

	private boolean hasRoom(OutboxMessage message, @Nullable OutboxMessage replaced) {
		if (replaced == null) {
			return this.size == 0 || this.bytes + message.weight() <= this.capacity;
		}
		return this.size == 1 || this.bytes - replaced.weight() + message.weight() <= this.capacity;
	}

	// Null if there is room then.
	private @Nullable Admission makeRoom(OutboxMessage message) {
		switch (this.policy) {
			case DROP_OLDEST -> {
				while (!hasRoom(message, null)) {
					poll(Long.MAX_VALUE);
					this.dropped++;
				}
				return null;
			}
			case DROP_NEWEST -> {
				this.dropped++;
				return Admission.DROPPED;
			}
			case BLOCK -> {
				return Admission.NO_ROOM;
			}
			case CLOSE, CONFLATE -> {
				clear();
				this.dropped++;
				return Admission.OVERFLOWED;
			}
		}
		throw new IllegalStateException("No such policy: " + this.policy);
	}

	private void append(OutboxMessage message) {
		remember(message);
		message.sequence = ++this.sequence;
		link(this.last, message);
		link(message, null);
		this.size++;
		this.bytes += message.weight();
	}

	private void replace(OutboxMessage replaced, OutboxMessage message) {
		remember(message);
		message.sequence = replaced.sequence;
		link(replaced.previous, message);
		link(message, replaced.next);
		replaced.sequence = 0;
		this.bytes += message.weight() - replaced.weight();
	}

	private void link(@Nullable OutboxMessage left, @Nullable OutboxMessage right) {
		if (left != null) {
			left.next = right;
		}
		else {
			this.first = right;
		}
		if (right != null) {
			right.previous = left;
		}
		else {
			this.last = left;
		}
	}

	private void remember(OutboxMessage message) {
		if (this.policy == OverflowPolicy.CONFLATE && message.key() != null) {
			if (this.byKey == null) {
				this.byKey = new HashMap<>();
			}
			this.byKey.put(message.key(), message);
		}
	}

	/**
	 * Takes the next message out.
	 * @param upTo up to which number in the order
	 * @return the message or {@code null} if none of those waits
	 */
	@Nullable OutboxMessage poll(long upTo) {
		OutboxMessage message = this.first;
		if (message == null || message.sequence > upTo) {
			return null;
		}
		link(null, message.next);
		message.next = null;
		message.sequence = 0;
		this.size--;
		this.bytes -= message.weight();
		forget(message);
		return message;
	}

	private void forget(OutboxMessage message) {
		if (this.size == 0) {
			this.byKey = null;
		}
		else if (this.byKey != null && message.key() != null) {
			this.byKey.remove(message.key());
		}
	}

	/**
	 * Drops what waits.
	 */
	void clear() {
		this.dropped += this.size;
		this.first = null;
		this.last = null;
		this.byKey = null;
		this.size = 0;
		this.bytes = 0;
	}

	/**
	 * Counts a message as dropped that is not in the queue.
	 */
	void countDropped() {
		this.dropped++;
	}

	/**
	 * The number of the message that would be written last.
	 * @return the number or 0 if none waits
	 */
	long lastSequence() {
		return (this.last != null) ? this.last.sequence : 0;
	}

	int size() {
		return this.size;
	}

	/**
	 * How many bytes wait, with what each message counts for besides its payload.
	 * @return bytes
	 */
	long bytes() {
		return this.bytes;
	}

	long dropped() {
		return this.dropped;
	}

}
