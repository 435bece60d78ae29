package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.outbox.Outbox;
import io.github.websocketcontroller.outbox.OutboxMessage;
import io.github.websocketcontroller.protocol.MessageWriter;
import io.github.websocketcontroller.protocol.Opcode;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * The sending half of a connection: whole messages in turn, and a Close after which
 * nothing follows (RFC 6455, 5.5.1). A message is written after those that were offered
 * before it; control frames do not wait for these.
 */
final class Outgoing {

	/** How often to look whether the connection has ended meanwhile. */
	private static final long LOOK_NANOS = 100_000_000L;

	/** How long another one has the lock who is not held up by the peer. */
	private static final long TURN_NANOS = 50_000L;

	private final MessageWriter writer;

	private final Closing closing;

	private final InterruptGate gate;

	private final ConnectionEnd end;

	private final Traffic traffic;

	private final Outbox outbox;

	private final LateFlushes lateFlushes;

	/**
	 * Whose turn it is to write. Fair, or one that writes message after message of the
	 * outbox would let nobody in between.
	 */
	private final ReentrantLock lock = new ReentrantLock(true);

	private final Condition messageEnded = this.lock.newCondition();

	/** The message that is being sent in fragments. Owned by the lock. */
	private @Nullable MessageOutputStream message;

	/** Who has begun it. Written by who has the lock. */
	private volatile @Nullable Thread messageOwner;

	/** Whether it is compressed. Owned by the lock. */
	private boolean messageCompressed;

	/** Whether messages from now on are. Written by any thread. */
	private volatile boolean compressing = true;

	/**
	 * The thread that is about to receive what is there already. Written by whoever
	 * receives; who sends only asks whether it is itself, so that no other one's write
	 * has to be seen.
	 */
	private @Nullable Thread returning;

	/** Whether {@link #lateFlushes} knows. Set with the lock, reset by them. */
	private volatile boolean lateFlushDue;

	/** Whether a Close was sent or a frame was broken off. Owned by the lock. */
	private boolean finished;

	/** The watchdog's own: what {@link MessageWriter#progress()} was, and since when. */
	private long lastProgress;

	private long lastProgressAt;

	Outgoing(MessageWriter writer, Closing closing, InterruptGate gate, ConnectionEnd end, Traffic traffic,
			Outbox outbox, LateFlushes lateFlushes) {
		this.writer = writer;
		this.closing = closing;
		this.gate = gate;
		this.end = end;
		this.traffic = traffic;
		this.outbox = outbox;
		this.lateFlushes = lateFlushes;
	}

	void text(String text) {
		send(MessageWriter::text, text);
		this.traffic.sent();
	}

	void text(byte[] utf8) {
		send(MessageWriter::text, utf8);
		this.traffic.sent();
	}

	void binary(byte[] payload) {
		send(MessageWriter::binary, payload);
		this.traffic.sent();
	}

	void binary(ByteBuffer payload) {
		send(MessageWriter::binary, payload);
		this.traffic.sent();
	}

	void prepared(PreparedMessage message) {
		send(MessageWriter::prepared, message);
		this.traffic.sent();
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

	/**
	 * Begins a message in fragments, within which nobody sends another one.
	 * @param kind of what kind it is: TEXT or BINARY
	 * @return the message, to be closed by the caller
	 */
	MessageOutputStream begin(Opcode kind) {
		long lastOffered = this.outbox.last();
		boolean compressed = this.compressing;
		enter(true);
		try {
			writeOffered(lastOffered);
			this.messageCompressed = compressed;
			this.message = new MessageOutputStream(this, kind);
			this.messageOwner = Thread.currentThread();
			return this.message;
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
	}

	void fragment(Opcode opcode, boolean last, byte[] payload, int offset, int length) {
		enter(false);
		try {
			this.writer.setCompression(this.messageCompressed);
			this.writer.fragment(opcode, last, payload, offset, length);
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			leave();
		}
		this.traffic.sent();
	}

	// A message that has begun is ended by a thread that is interrupted, too: half of one
	// lets nobody send another.
	void rest(boolean last, byte[] payload, int offset, int length) {
		this.lock.lock();
		try {
			requireOpen();
			boolean interrupted = enterAnyway();
			try {
				this.writer.fragment(Opcode.CONTINUATION, last, payload, offset, length);
			}
			finally {
				exit(interrupted);
			}
		}
		catch (IOException ex) {
			throw lost(ex);
		}
		finally {
			this.lock.unlock();
		}
		this.traffic.sent();
	}

	// Called when all fragments of a message are sent, or can't be.
	void end(MessageOutputStream ended) {
		this.lock.lock();
		try {
			if (this.message == ended) {
				this.message = null;
				this.messageOwner = null;
				this.messageEnded.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	// Whether the calling thread has begun a message in fragments that is not ended. Does
	// not wait for those that write.
	boolean isAmidMessage() {
		return this.messageOwner == Thread.currentThread();
	}

	// What has ended without a word to those who wait is seen by the next look.
	private void awaitEndOfMessage() {
		while (this.message != null && !this.closing.hasBegun()) {
			if (this.messageOwner == Thread.currentThread()) {
				throw new IllegalStateException(
						"The message that this thread has begun to write has to be ended first: its stream is not closed");
			}
			try {
				this.messageEnded.awaitNanos(LOOK_NANOS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw this.end.interrupted();
			}
		}
	}

	void setAutoFlush(boolean autoFlush) {
		write(MessageWriter::setAutoFlush, autoFlush);
	}

	// Does not wait for its turn. Each message is compressed or not as it was said
	// before.
	void setCompression(boolean compression) {
		if (this.closing.hasBegun()) {
			throw this.end.closed(null);
		}
		this.compressing = compression;
	}

	/**
	 * Whether a message is to be compressed that is sent or offered now.
	 * @return {@code true} if so
	 */
	boolean isCompressing() {
		return this.compressing;
	}

	void flush() {
		write((frames, nothing) -> frames.flush(), "");
	}

	/**
	 * Flushes before the calling thread, which has passed the gate, waits for the peer.
	 * Does not wait for a write, which takes along what waits in the buffer and may
	 * itself wait until the peer is read from.
	 * @throws IOException if the connection is lost
	 */
	void flushBeforeWaiting() throws IOException {
		while (this.writer.hasUnflushed() && !tryFlush() && this.writer.progress() == 0) {
			LockSupport.parkNanos(this, TURN_NANOS);
		}
	}

	/**
	 * Says whether the calling thread will receive again without waiting. Until then its
	 * messages wait for each other, but not long: see {@link LateFlushes}.
	 * @param returning {@code false} if the next receive may wait
	 */
	void setReturning(boolean returning) {
		Thread thread = returning ? Thread.currentThread() : null;
		if (this.returning != thread) {
			this.returning = thread;
		}
	}

	private boolean isReturning() {
		return this.returning == Thread.currentThread() && this.writer.isAutoFlush();
	}

	private <T> void writeAndExpectMore(Write<T> write, T payload) throws IOException {
		this.writer.setMore(true);
		try {
			write.write(this.writer, payload);
		}
		finally {
			this.writer.setMore(false);
		}
		if (this.writer.hasUnflushed() && !this.lateFlushDue) {
			this.lateFlushDue = true;
			boolean added = false;
			try {
				added = this.lateFlushes.add(this);
			}
			finally {
				if (!added) {
					this.lateFlushDue = false;
				}
			}
			if (!added) {
				this.writer.flush();
			}
		}
	}

	/**
	 * Whether messages wait for a thread that did not return in time. Called once after
	 * each {@link LateFlushes#add}.
	 * @return {@code true} if {@link #flushLate()} has something to do
	 */
	boolean isLate() {
		this.lateFlushDue = false;
		// A write that is under way takes them along.
		return this.writer.hasUnflushed() && this.writer.progress() == 0;
	}

	/**
	 * Flushes in the place of the thread that did not return in time, whose messages no
	 * longer wait until it receives again. May wait for the peer.
	 */
	void flushLate() {
		this.lock.lock();
		boolean interrupted = enterAnyway();
		try {
			this.returning = null;
			if (!this.finished) {
				this.writer.flush();
			}
		}
		catch (IOException ex) {
			lose();
		}
		finally {
			exit(interrupted);
			this.lock.unlock();
		}
	}

	private boolean tryFlush() throws IOException {
		if (!this.lock.tryLock()) {
			return false;
		}
		try {
			this.writer.flush();
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	// What is offered from now on comes later, or others could keep it from its turn.
	private <T> void send(Write<T> write, T payload) {
		perform(true, this.outbox.last(), write, payload);
	}

	private <T> void write(Write<T> write, T payload) {
		perform(false, 0, write, payload);
	}

	private <T> void perform(boolean message, long lastOffered, Write<T> write, T payload) {
		boolean compressed = this.compressing;
		enter(message);
		try {
			if (lastOffered != 0) {
				writeOffered(lastOffered);
			}
			this.writer.setCompression(compressed);
			if (message && isReturning()) {
				writeAndExpectMore(write, payload);
			}
			else {
				write.write(this.writer, payload);
			}
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
			this.traffic.sent();
		}
		finally {
			if (!written) {
				this.outbox.countDropped();
			}
		}
	}

	/**
	 * Writes the next message of the outbox, be the connection open or closing.
	 * @return {@code false} if no more wait or nothing can be written any more
	 */
	boolean writeNextOffered() {
		this.lock.lock();
		try {
			awaitEndOfMessage();
			return !this.finished && this.message == null && pollAndWrite();
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
			if (this.outbox.last() == 0) {
				this.writer.flush();
				return false;
			}
			return true;
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
				this.writer.release();
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

	/**
	 * Frees what is kept for writing if nothing was written since the last call. For the
	 * watchdog alone.
	 */
	void trim() {
		if (this.writer.hasBuffer() && this.lock.tryLock()) {
			try {
				this.writer.trim();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private void enter(boolean message) {
		boolean entered = false;
		this.lock.lock();
		try {
			if (message) {
				awaitEndOfMessage();
			}
			requireOpen();
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

	private void requireOpen() {
		if (this.finished || this.closing.hasBegun()) {
			throw this.end.closed(null);
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
		this.writer.release();
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
