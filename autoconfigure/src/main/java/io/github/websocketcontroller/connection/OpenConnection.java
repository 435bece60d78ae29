package io.github.websocketcontroller.connection;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.outbox.Outbox;
import io.github.websocketcontroller.outbox.OutboxMessage;
import io.github.websocketcontroller.protocol.CloseCodes;
import io.github.websocketcontroller.protocol.MessageReader;
import io.github.websocketcontroller.protocol.MessageWriter;
import io.github.websocketcontroller.protocol.Opcode;
import io.github.websocketcontroller.transport.Transport;
import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogFormatUtils;
import org.springframework.util.Assert;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketMessage;

/**
 * A connection over a transport. Created on the thread that serves it. Besides what the
 * application sees, it can be finished by that thread, watched by the watchdog and cut by
 * anybody. Long because the application's view is wide; what happens is decided in
 * {@link Incoming}, {@link Outgoing}, {@link Offering}, {@link Closing} and
 * {@link Forks}.
 */
public final class OpenConnection implements WebsocketConnection, ConnectionEnd {

	private final String id;

	private final UpgradeRequest request;

	private final Agreement agreement;

	private final Transport transport;

	private final Conversions conversions;

	/** Made once, not per message. */
	private final Incoming.Conversion<String> toText;

	private final Incoming.Conversion<byte[]> toBinary;

	private final Incoming.Conversion<MessageInputStream> toStream;

	/** Runs what must not hold up the caller: closing, and reading what nobody reads. */
	private final Executor helpers;

	private final long writeTimeout;

	private final Closing closing;

	private final InterruptGate gate;

	private final Traffic traffic;

	private final Incoming incoming;

	private final Outgoing outgoing;

	private final RoundTrip roundTrip = new RoundTrip();

	private final ControlFrames control = new ControlFrames(this.roundTrip);

	private final Heartbeat heartbeat;

	private final Forks forks;

	private final Outbox outbox;

	private final Offering offering;

	private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

	/**
	 * Creates a connection.
	 * @param id its identifier
	 * @param request the request it came from
	 * @param agreement what was agreed on in the handshake
	 * @param settings what to run it with
	 * @param transport its bytes
	 * @param shared what it uses with others
	 */
	public OpenConnection(String id, UpgradeRequest request, Agreement agreement, WebsocketSettings settings,
			Transport transport, SharedResources shared) {
		this.id = id;
		this.request = request;
		this.agreement = agreement;
		this.transport = transport;
		this.conversions = new Conversions(this, shared.json());
		this.toText = this.conversions::text;
		this.toBinary = this.conversions::binary;
		this.helpers = shared.helpers();
		this.writeTimeout = settings.writeTimeout().toNanos();
		this.closing = new Closing(settings.closeTimeout());
		this.gate = new InterruptGate();
		this.traffic = new Traffic(settings);
		MessageWriter writer = new MessageWriter(transport, settings.writeBufferSize(),
				agreement.compression(settings, shared.compressors()));
		this.outbox = new Outbox(settings.outboxCapacity(), settings.outboxOverflow());
		this.outgoing = new Outgoing(writer, this.closing, this.gate, this, this.traffic, this.outbox,
				shared.lateFlushes());
		this.offering = new Offering(this, this.outbox, this.outgoing, shared.deliveries(), this.helpers,
				this.writeTimeout);
		MessageReader reader = new MessageReader(transport, settings.readBufferSize(), settings.maxMessageSize(),
				(settings.maxStreamedMessageSize() > 0) ? settings.maxStreamedMessageSize() : Long.MAX_VALUE,
				this.outgoing::flushBeforeWaiting, agreement.inflater(shared.compressors()));
		this.forks = new Forks(this, this, this.closing, this.gate, this.helpers, settings.closeTimeout());
		this.incoming = new Incoming(reader, transport, this.outgoing, this.closing, this.gate, this, this.traffic,
				this.control, this.forks);
		this.toStream = (kind, frames) -> new MessageInputStream(this.incoming);
		this.heartbeat = new Heartbeat(settings, reader, this.outgoing, this.closing, this.roundTrip, this.helpers,
				this);
	}

	@Override
	public String getId() {
		return this.id;
	}

	@Override
	public UpgradeRequest getRequest() {
		return this.request;
	}

	@Override
	public @Nullable String getSubprotocol() {
		return this.agreement.subprotocol();
	}

	@Override
	public List<WebSocketExtension> getExtensions() {
		return this.agreement.extensions();
	}

	@Override
	public Map<String, Object> getAttributes() {
		return this.attributes;
	}

	@Override
	public InetSocketAddress getLocalAddress() {
		return this.request.getLocalAddress();
	}

	@Override
	public InetSocketAddress getRemoteAddress() {
		return this.request.getRemoteAddress();
	}

	@Override
	public boolean isOpen() {
		return !this.closing.hasBegun();
	}

	@Override
	public @Nullable CloseStatus getCloseStatus() {
		return this.closing.status();
	}

	@Override
	public CompletableFuture<CloseStatus> closed() {
		return this.closing.gone().thenApplyAsync((status) -> status, this.helpers);
	}

	@Override
	public WebSocketMessage<?> receive() {
		return required(this.incoming.receive(0, Conversions::message));
	}

	@Override
	public @Nullable WebSocketMessage<?> receive(Duration timeout) {
		return this.incoming.receive(nanos(timeout), Conversions::message);
	}

	@Override
	public String receiveText() {
		return required(this.incoming.receive(0, this.toText));
	}

	@Override
	public @Nullable String receiveText(Duration timeout) {
		return this.incoming.receive(nanos(timeout), this.toText);
	}

	@Override
	public byte[] receiveBinary() {
		return required(this.incoming.receive(0, this.toBinary));
	}

	@Override
	public byte @Nullable [] receiveBinary(Duration timeout) {
		return this.incoming.receive(nanos(timeout), this.toBinary);
	}

	@Override
	public <T> T receiveJson(Class<T> type) {
		return required(this.incoming.receive(0, (kind, reader) -> this.conversions.json(reader, type)));
	}

	@Override
	public <T> @Nullable T receiveJson(Class<T> type, Duration timeout) {
		return this.incoming.receive(nanos(timeout), (kind, reader) -> this.conversions.json(reader, type));
	}

	@Override
	public InputStream receiveStream() {
		return required(this.incoming.receiveStream(0, this.toStream));
	}

	@Override
	public @Nullable InputStream receiveStream(Duration timeout) {
		return this.incoming.receiveStream(nanos(timeout), this.toStream);
	}

	@Override
	public Reader receiveReader() {
		return reader(required(this.incoming.receiveStream(0, this::textStream)));
	}

	@Override
	public @Nullable Reader receiveReader(Duration timeout) {
		MessageInputStream stream = this.incoming.receiveStream(nanos(timeout), this::textStream);
		return (stream != null) ? reader(stream) : null;
	}

	private MessageInputStream textStream(Opcode kind, MessageReader reader) {
		this.conversions.requireText(kind);
		return new MessageInputStream(this.incoming);
	}

	private static Reader reader(InputStream text) {
		return new InputStreamReader(text, StandardCharsets.UTF_8);
	}

	@Override
	public Iterable<WebSocketMessage<?>> messages() {
		return () -> new Messages<>(this, () -> this.incoming.receiveUnlessClosed(Conversions::message));
	}

	@Override
	public <T> Iterable<T> messages(Class<T> type) {
		Supplier<@Nullable T> source = source(type);
		return () -> new Messages<>(this, source);
	}

	private <T> Supplier<@Nullable T> source(Class<T> type) {
		if (type == String.class) {
			return () -> type.cast(this.incoming.receiveUnlessClosed(this.toText));
		}
		if (type == byte[].class) {
			return () -> type.cast(this.incoming.receiveUnlessClosed(this.toBinary));
		}
		return () -> this.incoming.receiveUnlessClosed((kind, reader) -> this.conversions.json(reader, type));
	}

	@Override
	public void send(WebSocketMessage<?> message) {
		Assert.isTrue(message.isLast(), "A fragment can't be sent as a message");
		if (message instanceof TextMessage text) {
			sendText(text.getPayload());
		}
		else if (message instanceof BinaryMessage binary) {
			sendBinary(binary.getPayload());
		}
		else if (message instanceof PingMessage ping) {
			ping(bytes(ping.getPayload()));
		}
		else if (message instanceof PongMessage pong) {
			pong(bytes(pong.getPayload()));
		}
		else {
			throw new IllegalArgumentException("Neither text, binary, ping nor pong: " + message.getClass().getName());
		}
	}

	@Override
	public void sendText(String text) {
		this.outgoing.text(text);
	}

	@Override
	public void sendBinary(byte[] payload) {
		this.outgoing.binary(payload);
	}

	@Override
	public void sendBinary(ByteBuffer payload) {
		this.outgoing.binary(payload);
	}

	@Override
	public void sendJson(Object object) {
		this.outgoing.text(this.conversions.toJson(object));
	}

	@Override
	public void send(PreparedMessage message) {
		this.outgoing.prepared(message);
	}

	@Override
	public OutputStream sendStream() {
		return this.outgoing.begin(Opcode.BINARY);
	}

	@Override
	public Writer sendWriter() {
		return new MessageTextWriter(this.outgoing.begin(Opcode.TEXT));
	}

	@Override
	public void setCompression(boolean compression) {
		this.outgoing.setCompression(compression);
	}

	@Override
	public void setAutoFlush(boolean autoFlush) {
		this.outgoing.setAutoFlush(autoFlush);
	}

	@Override
	public void flush() {
		this.outgoing.flush();
	}

	@Override
	public void ping(byte... payload) {
		this.outgoing.ping(payload, this.roundTrip);
	}

	@Override
	public void pong(byte... payload) {
		this.outgoing.pong(payload);
	}

	@Override
	public void close(CloseStatus status) {
		Assert.isTrue(CloseCodes.maySend(status.getCode()),
				() -> "A Close must not be sent with status " + status.getCode());
		if (this.closing.begin(status)) {
			this.helpers.execute(this::shakeHands);
		}
	}

	@Override
	public void ignoreIncoming() {
		if (this.incoming.ignore()) {
			this.helpers.execute(() -> this.forks.run(this::discardIncoming));
		}
	}

	private void discardIncoming() {
		this.incoming.drain();
		cut();
		this.gate.interruptOnTheWayOut();
	}

	@Override
	public @Nullable Duration getRoundTripTime() {
		return this.roundTrip.last();
	}

	@Override
	public void setPingHandler(@Nullable Consumer<PingMessage> handler) {
		this.control.onPing(handler);
	}

	@Override
	public void setPongHandler(@Nullable Consumer<PongMessage> handler) {
		this.control.onPong(handler);
	}

	@Override
	public void setCloseHandler(@Nullable Consumer<CloseStatus> handler) {
		this.control.onClose(handler);
	}

	@Override
	public void fork(Runnable task) {
		Assert.notNull(task, "There must be a task");
		this.forks.start(task);
	}

	/**
	 * Sets who runs the tasks of forked threads, each on its thread, and handles what
	 * they throw. Called by the serving thread before {@code serve}.
	 * @param runner runs a task and throws nothing
	 */
	public void runForksWith(Consumer<Runnable> runner) {
		this.forks.runWith(runner);
	}

	/**
	 * Ends the connection because a forked thread has failed, and tells the serving
	 * thread.
	 * @param status what to send if closing has not begun
	 */
	public void fail(CloseStatus status) {
		if (this.closing.begin(status)) {
			try {
				this.helpers.execute(this::shakeHands);
			}
			catch (RuntimeException | OutOfMemoryError ex) {
				cut(); // There is no thread to do it properly.
			}
		}
		this.gate.interruptOnTheWayOut();
	}

	@Override
	public boolean offer(WebSocketMessage<?> message) {
		return offerMessage(message, null);
	}

	@Override
	public boolean offer(WebSocketMessage<?> message, Object key) {
		return offerMessage(message, key);
	}

	private boolean offerMessage(WebSocketMessage<?> message, @Nullable Object key) {
		Assert.isTrue(message.isLast(), "A fragment can't be offered as a message");
		if (message instanceof TextMessage text) {
			return isOpen() && this.offering.offer(OutboxMessage.text(text.asBytes(), key));
		}
		if (message instanceof BinaryMessage binary) {
			return isOpen() && this.offering.offer(OutboxMessage.binary(binary.getPayload(), key));
		}
		throw new IllegalArgumentException("Neither text nor binary: " + message.getClass().getName());
	}

	@Override
	public boolean offerText(String text) {
		return isOpen() && this.offering.offer(OutboxMessage.text(text));
	}

	@Override
	public boolean offerBinary(byte[] payload) {
		return isOpen() && this.offering.offer(OutboxMessage.binary(payload));
	}

	@Override
	public boolean offerJson(Object object) {
		return isOpen() && this.offering.offer(OutboxMessage.text(this.conversions.toJson(object), null));
	}

	@Override
	public boolean offer(PreparedMessage message) {
		return isOpen() && this.offering.offer(OutboxMessage.prepared(message, null));
	}

	@Override
	public boolean offer(PreparedMessage message, Object key) {
		return isOpen() && this.offering.offer(OutboxMessage.prepared(message, key));
	}

	@Override
	public int getQueuedMessages() {
		return this.outbox.size();
	}

	@Override
	public long getQueuedBytes() {
		return this.outbox.bytes();
	}

	@Override
	public long getDroppedMessages() {
		return this.outbox.dropped();
	}

	/**
	 * Performs the closing handshake. Called on the serving thread when no code of the
	 * application follows; when it returns, the socket is gone and forked threads have
	 * ended, or were given up.
	 * @param status what to send if closing has not begun; 1011 stands for what must not
	 * be sent
	 */
	public void finish(CloseStatus status) {
		this.gate.retire();
		this.forks.awaitSenders(this.incoming::isWaiting);
		this.closing.begin(CloseCodes.maySend(status.getCode()) ? status : CloseStatus.SERVER_ERROR);
		shakeHands();
		this.forks.awaitReceivers();
	}

	private void shakeHands() {
		this.offering.finish(this.closing.statusOr(CloseStatus.NO_CLOSE_FRAME));
		this.incoming.drain();
		cut();
	}

	/**
	 * Ends what the peer holds up, a closing handshake or a write that takes too long,
	 * what the server has closed without a word, and what is idle. Pings a silent peer,
	 * and frees what a lull makes needless. Called by one thread, a few times a second.
	 * @param now the present {@link System#nanoTime()}
	 */
	public void watch(long now) {
		if (this.closing.isOverdue(now) || !this.transport.isOpen()) {
			cut();
		}
		else if (this.outgoing.isStuck(now, this.writeTimeout)) {
			this.closing.begin(CloseStatus.SERVER_ERROR.withReason("Write timed out"));
			cut();
		}
		else if (this.traffic.isIdle(now)) {
			close(Traffic.IDLE);
		}
		else {
			this.heartbeat.watch(now);
			this.offering.watch();
			this.outgoing.trim();
		}
	}

	@Override
	public void cut() {
		this.closing.begin(CloseStatus.NO_CLOSE_FRAME);
		this.outbox.discard();
		this.transport.close();
		this.closing.end();
		this.forks.tell();
	}

	/**
	 * Interrupts the serving thread, and those it has forked, if they are in code of the
	 * application.
	 */
	public void interrupt() {
		this.gate.interrupt();
		this.forks.interrupt();
	}

	/**
	 * Whether the library has interrupted the serving thread.
	 * @return {@code true} if {@link #interrupt()} or the end of a connection that
	 * ignores what comes in did
	 */
	public boolean isInterrupted() {
		return this.gate.hasInterrupted();
	}

	/**
	 * Whether the calling thread has begun to write a message that is not ended.
	 * @return {@code true} if the stream or writer is open
	 */
	public boolean isAmidMessage() {
		return this.outgoing.isAmidMessage();
	}

	/**
	 * Whether the library has interrupted the calling thread, be it the serving one or
	 * one that was forked.
	 * @return {@code true} if so
	 */
	public boolean isCallerInterrupted() {
		InterruptGate caller = InterruptGate.current();
		return caller != null && caller.hasInterrupted();
	}

	/**
	 * Whether the peer has taken part in the closing handshake.
	 * @return {@code true} if its Close was received
	 */
	public boolean isAnswered() {
		return this.closing.isAnswered();
	}

	@Override
	public ConnectionClosedException closed(@Nullable Throwable cause) {
		return new ConnectionClosedException(this, this.closing.statusOr(CloseStatus.NO_CLOSE_FRAME), cause);
	}

	@Override
	public WebsocketException interrupted() {
		return this.closing.hasBegun() ? closed(null)
				: new WebsocketException(
						"Thread " + Thread.currentThread().getName() + " is interrupted and can't use the connection",
						new InterruptedException());
	}

	@Override
	public String toString() {
		InetSocketAddress peer = getRemoteAddress();
		// A proxy may say anything in X-Forwarded-For.
		String host = LogFormatUtils.formatValue(peer.getHostString(), -1, true).replace("\"", "");
		return "connection " + this.id + " from " + host + ":" + peer.getPort();
	}

	private static long nanos(Duration timeout) {
		Assert.isTrue(!timeout.isNegative(), "A timeout must not be negative");
		return Math.max(1, TimeUnit.NANOSECONDS.convert(timeout));
	}

	private static <T> T required(@Nullable T message) {
		Assert.state(message != null, "A read without a timeout has timed out");
		return message;
	}

	private static byte[] bytes(ByteBuffer payload) {
		byte[] bytes = new byte[payload.remaining()];
		payload.duplicate().get(bytes);
		return bytes;
	}

}
