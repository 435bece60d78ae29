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
		enter();
		try {
			this.writer.text(text);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	void text(byte[] utf8) {
		enter();
		try {
			this.writer.text(utf8);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	void binary(byte[] payload) {
		enter();
		try {
			this.writer.binary(payload);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	void binary(ByteBuffer payload) {
		enter();
		try {
			this.writer.binary(payload);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	void control(Opcode opcode, byte[] payload) {
		enter();
		try {
			this.writer.control(opcode, payload);
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

	private void sendClose(CloseStatus status) {
		boolean interrupted = this.gate.enterUninterrupted();
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
			this.gate.enter();
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

}
