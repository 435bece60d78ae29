package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import io.github.websocketcontroller.outbox.Outbox;
import io.github.websocketcontroller.outbox.OutboxMessage;
import io.github.websocketcontroller.protocol.MessageWriter;
import io.github.websocketcontroller.protocol.Opcode;

import org.springframework.web.socket.CloseStatus;

/**
 * The sending half of a connection: whole messages in turn, and a Close after which
 * nothing follows (RFC 6455, 5.5.1). A message is written after those that were offered
 * before it; control frames do not wait for these.
 */
final class Outgoing {

	private final MessageWriter writer;

	private final Closing closing;

	private final InterruptGate gate;

	private final Outbox outbox;

	private final ConnectionEnd end;

	/**
	 * Whose turn it is to write. Fair, or one that writes message after message of the
	 * outbox would let nobody in between.
	 */
	private final ReentrantLock lock = new ReentrantLock(true);

	/** Whether a Close was sent or a frame was broken off. Owned by the lock. */
	private boolean finished;

	/** The watchdog's own: what {@link MessageWriter#progress()} was, and since when. */
	private long lastProgress;

	private long lastProgressAt;

	Outgoing(MessageWriter writer, Closing closing, InterruptGate gate, Outbox outbox, ConnectionEnd end) {
		this.writer = writer;
		this.closing = closing;
		this.gate = gate;
		this.outbox = outbox;
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

	void ping(byte[] payload) {
		write((frames, bytes) -> frames.control(Opcode.PING, bytes), payload, 0);
	}

	void pong(byte[] payload) {
		write((frames, bytes) -> frames.control(Opcode.PONG, bytes), payload, 0);
	}

	// What is offered from now on comes later, or others could keep it from its turn.
	private <T> void write(Write<T> write, T payload) {
		write(write, payload, this.outbox.last());
	}

	private <T> void write(Write<T> write, T payload, long lastOffered) {
		enter();
		try {
			if (lastOffered != 0) {
				writeOffered(lastOffered);
			}
			write.write(this.writer, payload);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	private void writeOffered(long last) throws IOException {
		OutboxMessage message = this.outbox.poll(last);
		while (message != null) {
			write(message);
			message = this.outbox.poll(last);
		}
	}

	private void write(OutboxMessage offered) throws IOException {
		boolean written = false;
		try {
			offered.writeTo(this.writer);
			written = true;
		}
		finally {
			if (!written) {
				this.outbox.countDropped();
			}
		}
	}

	/**
	 * Writes the next message of the outbox, be the connection open or closing.
	 * @return {@code false} if none waits or nothing can be written any more
	 */
	boolean writeNextOffered() {
		this.lock.lock();
		try {
			return !this.finished && pollAndWrite();
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean pollAndWrite() {
		boolean interrupted = enterAnyway();
		try {
			OutboxMessage message = this.outbox.poll(Long.MAX_VALUE);
			if (message != null) {
				write(message);
			}
			return message != null;
		}
		catch (IOException ex) {
			lose();
			return false;
		}
		finally {
			exit(interrupted);
		}
	}

	/**
	 * Takes no more offers, writes what was offered, as long as the peer takes it, and
	 * then sends the Close.
	 * @param status the status
	 */
	void finish(CloseStatus status) {
		this.outbox.seal();
		boolean more = true;
		while (more) {
			more = writeNextOffered();
		}
		close(status);
	}

	/**
	 * Drops what was offered and sends the Close unless one was sent. A peer that is lost
	 * is nobody to tell.
	 * @param status the status
	 */
	void close(CloseStatus status) {
		this.outbox.discard();
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
		boolean interrupted = enterAnyway();
		try {
			this.writer.close(status);
		}
		catch (IOException ex) {
			this.end.cut();
		}
		finally {
			exit(interrupted);
		}
	}

	// A thread that is interrupted still tells the peer.
	private boolean enterAnyway() {
		boolean interrupted = false;
		while (!this.gate.enter()) {
			interrupted |= Thread.interrupted();
		}
		return interrupted;
	}

	private void exit(boolean interrupted) {
		this.gate.exit();
		if (interrupted) {
			Thread.currentThread().interrupt();
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
		lose();
		return this.end.closed(cause);
	}

	private void lose() {
		this.finished = true;
		this.end.cut();
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
