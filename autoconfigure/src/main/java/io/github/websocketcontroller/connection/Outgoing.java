package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import io.github.websocketcontroller.protocol.MessageWriter;
import io.github.websocketcontroller.protocol.Opcode;

import org.springframework.web.socket.CloseStatus;

/**
 * The sending half of a connection: whole messages in turn, and a Close after which
 * nothing follows (RFC 6455, 5.5.1).
 */
final class Outgoing {

	private final MessageWriter writer;

	private final Closing closing;

	private final InterruptGate gate;

	private final ConnectionEnd end;

	/** Whose turn it is to write. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Whether a Close was sent or a frame was broken off. Owned by the lock. */
	private boolean finished;

	/** The watchdog's own: what {@link MessageWriter#progress()} was, and since when. */
	private long lastProgress;

	private long lastProgressAt;

	Outgoing(MessageWriter writer, Closing closing, InterruptGate gate, ConnectionEnd end) {
		this.writer = writer;
		this.closing = closing;
		this.gate = gate;
		this.end = end;
	}

	void text(String text) {
		write(MessageWriter::text, text);
	}

	void text(byte[] utf8) {
		write(MessageWriter::text, utf8);
	}

	void binary(byte[] payload) {
		write(MessageWriter::binary, payload);
	}

	void binary(ByteBuffer payload) {
		write(MessageWriter::binary, payload);
	}

	void ping(byte[] payload, RoundTrip roundTrip) {
		write((frames, bytes) -> {
			roundTrip.begin(bytes);
			frames.control(Opcode.PING, bytes);
		}, payload);
	}

	void pong(byte[] payload) {
		write((frames, bytes) -> frames.control(Opcode.PONG, bytes), payload);
	}

	private <T> void write(Write<T> write, T payload) {
		enter();
		try {
			write.write(this.writer, payload);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	/**
	 * Sends the Close unless one was sent. A peer that is lost is nobody to tell.
	 * @param status the status
	 */
	void close(CloseStatus status) {
		this.lock.lock();
		try {
			if (!this.finished) {
				this.finished = true;
				if (!status.equalsCode(CloseStatus.NO_CLOSE_FRAME)) {
					sendClose(status);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	// A thread that is interrupted still tells the peer.
	private void sendClose(CloseStatus status) {
		boolean interrupted = false;
		while (!this.gate.enter()) {
			interrupted |= Thread.interrupted();
		}
		try {
			this.writer.close(status);
		}
		catch (IOException ex) {
			this.end.cut();
		}
		finally {
			this.gate.exit();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Whether the peer has taken nothing for some time of what is being sent. For the
	 * watchdog alone.
	 * @param now the present {@link System#nanoTime()}
	 * @param timeout how long the peer may take nothing, in nanoseconds
	 * @return {@code true} if it has taken nothing for longer
	 */
	boolean isStuck(long now, long timeout) {
		long progress = this.writer.progress();
		if (progress == 0 || progress != this.lastProgress) {
			this.lastProgress = progress;
			this.lastProgressAt = now;
			return false;
		}
		return now - this.lastProgressAt > timeout;
	}

	private void enter() {
		boolean entered = false;
		this.lock.lock();
		try {
			if (this.finished || this.closing.hasBegun()) {
				throw this.end.closed(null);
			}
			if (!this.gate.enter()) {
				throw this.end.interrupted();
			}
			entered = true;
		}
		finally {
			if (!entered) {
				this.lock.unlock();
			}
		}
	}

	private void leave() {
		this.gate.exit();
		this.lock.unlock();
	}

	private RuntimeException lost(IOException cause) {
		this.finished = true;
		this.end.cut();
		return this.end.closed(cause);
	}

	/**
	 * One kind of write. Captures nothing, so that none is made per message.
	 *
	 * @param <T> the type of the payload
	 */
	@FunctionalInterface
	private interface Write<T> {

		void write(MessageWriter writer, T payload) throws IOException;

	}

}
