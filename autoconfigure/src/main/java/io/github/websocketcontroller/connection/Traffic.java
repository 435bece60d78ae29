package io.github.websocketcontroller.connection;

import io.github.websocketcontroller.WebsocketSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Knows the data messages of a connection, as far as their limits need it: how many come
 * per second, and since when there was none. Control frames don't count.
 */
final class Traffic {

	static final CloseStatus TOO_MANY_MESSAGES = CloseStatus.POLICY_VIOLATION.withReason("Too many messages");

	static final CloseStatus IDLE = CloseStatus.GOING_AWAY.withReason("Idle");

	private final @Nullable MessageRate rate;

	private final IdleTime idle;

	Traffic(WebsocketSettings settings) {
		this.rate = (settings.messagesPerSecond() > 0)
				? new MessageRate(settings.messagesPerSecond(), System.nanoTime()) : null;
		this.idle = new IdleTime(settings.idleTime().toNanos());
	}

	/**
	 * Counts a message. Called by whoever receives it, when it is complete.
	 * @return {@code false} if it is one too many
	 */
	boolean received() {
		this.idle.end();
		return this.rate == null || this.rate.allows(System.nanoTime());
	}

	/**
	 * Notes a further part of a message. Called by whoever receives it.
	 */
	void receivedPart() {
		this.idle.end();
	}

	/**
	 * Notes a message, or a part of one, that was sent. Called by any thread.
	 */
	void sent() {
		this.idle.end();
	}

	/**
	 * Whether there was no message for too long. For the watchdog alone.
	 * @param now the present {@link System#nanoTime()}
	 * @return {@code true} if its limit is exceeded
	 */
	boolean isIdle(long now) {
		return this.idle.isOver(now);
	}

}
