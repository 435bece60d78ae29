package io.github.websocketcontroller.connection;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.protocol.MessageReader;

import org.springframework.web.socket.CloseStatus;

/**
 * Finds out whether a silent peer is still there. Only the time counts in which a read
 * waits: what an application that does not read has not seen may well have come.
 */
final class Heartbeat {

	static final CloseStatus NO_PONG = CloseStatus.SERVER_ERROR.withReason("No pong");

	/** Who was halted for longer has perhaps halted the reader with it. */
	private static final long LONGEST_ROUND = TimeUnit.SECONDS.toNanos(1);

	private final long interval;

	private final long timeout;

	private final MessageReader reader;

	private final Outgoing outgoing;

	private final Closing closing;

	private final RoundTrip roundTrip;

	private final Executor helpers;

	private final ConnectionEnd end;

	/** The watchdog's own: what {@link MessageReader#progress()} was while reading. */
	private long lastProgress;

	/** The watchdog's own: when it looked last, and whether a read waited then. */
	private long lastRoundAt;

	private boolean lastWaited;

	/** The watchdog's own: how long reads have waited in vain. */
	private long silence;

	/** The watchdog's own: whether that is the time since a ping. */
	private boolean pinged;

	/** Whether a ping is being written. Set by the watchdog, reset by a helper. */
	private volatile boolean pinging;

	Heartbeat(WebsocketSettings settings, MessageReader reader, Outgoing outgoing, Closing closing, RoundTrip roundTrip,
			Executor helpers, ConnectionEnd end) {
		this.interval = settings.heartbeatInterval().toNanos();
		this.timeout = settings.heartbeatTimeout().toNanos();
		this.reader = reader;
		this.outgoing = outgoing;
		this.closing = closing;
		this.roundTrip = roundTrip;
		this.helpers = helpers;
		this.end = end;
	}

	/**
	 * Looks whether a ping or a pong is due. Never blocks. For the watchdog alone.
	 * @param now the present {@link System#nanoTime()}
	 */
	void watch(long now) {
		if (this.interval == 0 || this.closing.hasBegun()) {
			return;
		}
		listen(now);
		if (this.silence > (this.pinged ? this.timeout : this.interval)) {
			this.silence = 0;
			if (this.pinged) {
				giveUp();
			}
			else {
				ping();
			}
		}
	}

	private void listen(long now) {
		long progress = this.reader.progress();
		boolean waits = progress != 0;
		if (waits && progress != this.lastProgress) {
			this.lastProgress = progress;
			this.silence = 0;
			this.pinged = false;
		}
		else if (waits && this.lastWaited && !this.pinging) {
			this.silence += Math.min(now - this.lastRoundAt, LONGEST_ROUND);
		}
		this.lastWaited = waits;
		this.lastRoundAt = now;
	}

	// The turn to write may be another's for long, and the peer may take nothing.
	private void ping() {
		this.pinging = true;
		this.pinged = true;
		if (!tryExecute(this::writePing)) {
			this.pinging = false;
			this.pinged = false;
		}
	}

	private void writePing() {
		try {
			byte[] payload = new byte[Long.BYTES];
			ByteBuffer.wrap(payload).putLong(ThreadLocalRandom.current().nextLong());
			this.outgoing.ping(payload, this.roundTrip);
		}
		catch (ConnectionClosedException ex) {
			// It has come to an end in another way.
		}
		finally {
			this.pinging = false;
		}
	}

	private void giveUp() {
		if (this.closing.begin(NO_PONG) && !tryExecute(this::writeClose)) {
			this.end.cut();
		}
	}

	// Nobody is there to answer it.
	private void writeClose() {
		try {
			this.outgoing.close(NO_PONG);
		}
		finally {
			this.end.cut();
		}
	}

	private boolean tryExecute(Runnable task) {
		try {
			this.helpers.execute(task);
			return true;
		}
		catch (RuntimeException | OutOfMemoryError ex) {
			return false; // There is no thread, of which others tell.
		}
	}

}
