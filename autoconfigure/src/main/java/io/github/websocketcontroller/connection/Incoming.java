package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.protocol.MessageReader;
import io.github.websocketcontroller.protocol.Opcode;
import io.github.websocketcontroller.protocol.ProtocolException;
import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * The receiving half of a connection: messages for one thread at a time, control frames
 * answered on the way.
 */
final class Incoming {

	private static final int DISCARD_BUFFER_SIZE = 4096;

	private static final int RECEIVES_IN_VAIN = 1000;

	private final MessageReader reader;

	private final Transport transport;

	private final Outgoing outgoing;

	private final Closing closing;

	private final InterruptGate gate;

	private final ConnectionEnd end;

	private final Traffic traffic;

	private final ControlFrames control;

	private final Forks forks;

	private final Turn turn = new Turn();

	/** The message that is being read in parts. Owned by the turn. */
	private @Nullable MessageInputStream stream;

	/** Whether frames can't be told apart any more. Owned by the turn. */
	private boolean broken;

	/**
	 * Receives after the end. Written by whoever receives, none of whom has to see all.
	 */
	private int receivedInVain;

	/** Whether the library reads and discards for good. */
	private volatile boolean ignored;

	Incoming(MessageReader reader, Transport transport, Outgoing outgoing, Closing closing, InterruptGate gate,
			ConnectionEnd end, Traffic traffic, ControlFrames control, Forks forks) {
		this.reader = reader;
		this.transport = transport;
		this.outgoing = outgoing;
		this.closing = closing;
		this.gate = gate;
		this.end = end;
		this.traffic = traffic;
		this.control = control;
		this.forks = forks;
	}

	/**
	 * Waits for a message.
	 * @param <T> the type of the value
	 * @param timeout nanoseconds, 0 for ever
	 * @param conversion makes a value of the message
	 * @return the message or {@code null} when the time is up
	 */
	<T> @Nullable T receive(long timeout, Conversion<T> conversion) {
		if (!takeTurn(timeout)) {
			return null;
		}
		try {
			this.stream = null;
			Opcode kind = nextMessage(timeout, MessageReader::next);
			return (kind != null) ? conversion.convert(kind, this.reader) : null;
		}
		finally {
			this.outgoing.setReturning(this.reader.hasMore());
			this.turn.unlock();
		}
	}

	/**
	 * Waits for a message of a loop, which ends with the connection.
	 * @param <T> the type of the value
	 * @param conversion makes a value of the message
	 * @return the message or {@code null} when the peer has closed the connection, which
	 * is no exception there
	 */
	<T> @Nullable T receiveUnlessClosed(Conversion<T> conversion) {
		if (!takeTurn(0)) {
			return null;
		}
		try {
			this.stream = null;
			Opcode kind = nextMessageOrClose(0, MessageReader::next);
			return (kind != null && kind != Opcode.CLOSE) ? conversion.convert(kind, this.reader) : null;
		}
		finally {
			this.outgoing.setReturning(this.reader.hasMore());
			this.turn.unlock();
		}
	}

	/**
	 * Waits for a message to begin.
	 * @param timeout nanoseconds, 0 for ever
	 * @param conversion makes a stream of the message
	 * @return the message or {@code null} when the time is up
	 */
	@Nullable MessageInputStream receiveStream(long timeout, Conversion<MessageInputStream> conversion) {
		if (!takeTurn(timeout)) {
			return null;
		}
		try {
			this.stream = null;
			this.outgoing.setReturning(false);
			Opcode kind = nextMessage(timeout, MessageReader::begin);
			this.stream = (kind != null) ? conversion.convert(kind, this.reader) : null;
			return this.stream;
		}
		finally {
			this.turn.unlock();
		}
	}

	/**
	 * Reads of a message that was received as a stream.
	 * @param reading the message
	 * @param target where to put the bytes
	 * @param offset where they begin there
	 * @param length how many are wanted, at least one
	 * @return how many bytes were read; -1 at the end of the message
	 * @throws IOException if another message was asked for since
	 */
	int readPart(MessageInputStream reading, byte[] target, int offset, int length) throws IOException {
		if (!takeTurn(0)) {
			throw this.end.closed(null);
		}
		try {
			if (this.stream != reading) {
				throw new IOException("The message was skipped when the next one was asked for");
			}
			while (this.reader.available() == 0) {
				if (!this.reader.isAmidParts()) {
					return -1;
				}
				nextMessage(0, MessageReader::nextPart);
			}
			return this.reader.take(target, offset, length);
		}
		finally {
			this.turn.unlock();
		}
	}

	// How much of a message can be read without waiting.
	int available(MessageInputStream reading) {
		if (!this.turn.tryLock()) {
			return 0;
		}
		try {
			return (this.stream == reading) ? this.reader.available() : 0;
		}
		finally {
			this.turn.unlock();
		}
	}

	private boolean takeTurn(long timeout) {
		refuseEndlessLoop();
		if (this.turn.isHeldByCurrentThread()) {
			throw new IllegalStateException("A handler that is called by a receive can't receive itself");
		}
		if (this.ignored || !this.turn.tryLock()) {
			refuse(timeout);
			return false;
		}
		if (!this.gate.isOwn()) {
			this.forks.received();
		}
		return true;
	}

	// A loop that catches everything would go on for ever, and starve virtual threads.
	private void refuseEndlessLoop() {
		if (this.closing.isOver() && ++this.receivedInVain > RECEIVES_IN_VAIN) {
			throw new Error("The connection has ended, and a loop that catches exceptions goes on receiving");
		}
	}

	/**
	 * Marks the messages as nobody's. The caller's thread, or another one, then calls
	 * {@link #drain()}.
	 * @return {@code false} if they were nobody's before
	 */
	synchronized boolean ignore() {
		boolean first = !this.ignored;
		this.ignored = true;
		return first;
	}

	/**
	 * Reads and discards until the peer's Close or the end of the stream.
	 */
	void drain() {
		if (!awaitTurn()) {
			return;
		}
		try {
			drainFrames();
			if (this.broken) {
				discard();
			}
		}
		finally {
			this.reader.release();
			this.turn.unlock();
		}
	}

	private void drainFrames() {
		try {
			while (!this.broken && !this.closing.isOver()) {
				nextMessageOrClose(0, MessageReader::next);
			}
		}
		catch (ConnectionClosedException ex) {
			// The stream has ended without a Close, or can't be understood any more.
		}
	}

	// Whoever has it may be held up by a handler of the application, even after the end.
	private boolean awaitTurn() {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					if (this.turn.tryLock(1, TimeUnit.SECONDS)) {
						return true;
					}
					if (this.closing.isOver()) {
						return false;
					}
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Whether a thread waits for bytes of the peer.
	 * @param thread the thread
	 * @return {@code true} if so
	 */
	boolean isWaiting(Thread thread) {
		return this.turn.owner() == thread && this.reader.progress() != 0;
	}

	private @Nullable Opcode nextMessage(long timeout, Step step) {
		Opcode kind = nextMessageOrClose(timeout, step);
		if (kind == Opcode.CLOSE) {
			throw this.end.closed(null);
		}
		return kind;
	}

	private @Nullable Opcode nextMessageOrClose(long timeout, Step step) {
		long deadline = (timeout > 0) ? System.nanoTime() + timeout : 0;
		long remaining = timeout;
		while (true) {
			Opcode opcode = next(remaining, step);
			if (opcode == null) {
				return null;
			}
			if (isMessage(opcode)) {
				return opcode;
			}
			if (opcode == Opcode.CLOSE) {
				peerClosed(this.reader.closeStatus());
				return opcode;
			}
			if (timeout > 0) {
				remaining = deadline - System.nanoTime();
				if (remaining <= 0) {
					return null;
				}
			}
		}
	}

	private boolean isMessage(Opcode opcode) {
		switch (opcode) {
			case TEXT, BINARY -> {
				return !this.closing.hasBegun() && (goesOn() || isWithinRate());
			}
			case PING -> answer(this.reader.controlPayload());
			case PONG -> pongArrived();
			default -> {
			}
		}
		return false;
	}

	// Whether it is a further part of a message, which is counted once.
	private boolean goesOn() {
		if (this.stream == null) {
			return false;
		}
		this.traffic.receivedPart();
		return true;
	}

	// What follows is discarded, as after any Close of ours.
	private boolean isWithinRate() {
		boolean within = this.traffic.received();
		if (!within && this.closing.begin(Traffic.TOO_MANY_MESSAGES)) {
			this.outgoing.close(Traffic.TOO_MANY_MESSAGES);
		}
		return within;
	}

	private @Nullable Opcode next(long timeout, Step step) {
		if (this.closing.isOver() || this.broken) {
			this.reader.release();
			throw this.end.closed(null);
		}
		try {
			return read(timeout, step);
		}
		catch (ProtocolException ex) {
			throw violated(ex);
		}
		catch (IOException ex) {
			this.end.cut();
			throw this.end.closed(ex);
		}
	}

	private @Nullable Opcode read(long timeout, Step step) throws IOException {
		if (!this.gate.enter()) {
			throw this.end.interrupted();
		}
		try {
			return step.read(this.reader, timeout);
		}
		finally {
			this.gate.exit();
		}
	}

	private void answer(byte[] payload) {
		if (this.closing.hasBegun() || this.control.handlePing(payload)) {
			return;
		}
		try {
			this.outgoing.pong(payload);
		}
		catch (ConnectionClosedException ex) {
			// Closing began meanwhile; the next read tells.
		}
	}

	private void pongArrived() {
		if (!this.closing.hasBegun() && this.control.wantsPongs()) {
			this.control.handlePong(this.reader.controlPayload());
		}
	}

	private void peerClosed(CloseStatus status) {
		this.closing.answered();
		try {
			if (!this.closing.hasBegun()) {
				this.control.handleClose(status);
			}
		}
		finally {
			this.closing.begin(status);
			this.outgoing.close(this.closing.statusOr(status));
			this.end.cut();
		}
	}

	private ConnectionClosedException violated(ProtocolException violation) {
		this.broken = true;
		this.closing.begin(violation.getCloseStatus());
		this.outgoing.close(this.closing.statusOr(violation.getCloseStatus()));
		this.forks.receivingIsOver();
		return this.end.closed(violation);
	}

	/**
	 * Lingers until the peer has seen the Close: closing a socket that holds unread bytes
	 * would reset it, and the Close could get lost.
	 */
	private void discard() {
		ByteBuffer bytes = ByteBuffer.allocate(DISCARD_BUFFER_SIZE);
		try {
			this.transport.closeOutput();
			while (this.transport.read(bytes, 0) >= 0) {
				bytes.clear();
			}
		}
		catch (IOException ex) {
			// The peer, or the watchdog, has ended it.
		}
	}

	// Returns only when the time is up while the closing handshake goes on.
	private void refuse(long timeout) {
		if (this.closing.hasBegun()) {
			if (this.closing.awaitGone(timeout)) {
				throw this.end.closed(null);
			}
			return;
		}
		if (this.ignored) {
			throw new IllegalStateException("Incoming messages are ignored since ignoreIncoming() was called");
		}
		Thread owner = this.turn.owner();
		throw new IllegalStateException("Thread " + Thread.currentThread().getName() + " can't receive while thread "
				+ ((owner != null) ? owner.getName() : "another") + " does");
	}

	/**
	 * How far the reader goes. Captures nothing, so that none is made per message.
	 */
	@FunctionalInterface
	private interface Step {

		@Nullable Opcode read(MessageReader reader, long timeout) throws IOException;

	}

	/**
	 * Makes a value of the message that the reader has just read.
	 *
	 * @param <T> the type of the value
	 */
	@FunctionalInterface
	interface Conversion<T> {

		T convert(Opcode kind, MessageReader reader);

	}

	/**
	 * A lock that can name its owner.
	 */
	private static final class Turn extends ReentrantLock {

		private static final long serialVersionUID = 1L;

		@Nullable Thread owner() {
			return getOwner();
		}

	}

}
