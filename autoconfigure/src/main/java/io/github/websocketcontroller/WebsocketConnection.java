package io.github.websocketcontroller;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketMessage;

/**
 * An open websocket connection.
 * <p>
 * <strong>Threads.</strong> One thread at a time may receive; a second one that tries
 * gets an {@link IllegalStateException}. Any thread may send, ping, pong and close at any
 * time; messages of several threads are not mixed. Everything else is thread-safe.
 * <p>
 * <strong>Blocking.</strong> Receiving blocks until a message is there; sending blocks
 * while there is no room in the socket's send buffer, at most
 * {@code websocket-controller.write-timeout}, which ends the connection. Offering does
 * not wait for the peer. Pings and the peer's Close are answered while a thread receives;
 * an application that never receives calls {@link #ignoreIncoming()}. While a receive
 * waits, a peer that is silent for {@code websocket-controller.heartbeat.interval} gets a
 * ping, and one that stays silent for {@code websocket-controller.heartbeat.timeout}
 * after it has gone: the connection ends with 1011.
 * <p>
 * <strong>Errors.</strong> When the connection has ended, receiving and sending throw
 * {@link ConnectionClosedException}; after a thousand receives in vain the next throws an
 * {@link Error}, to end a loop that catches every exception. Do not interrupt a thread
 * that receives or sends: the JDK then closes the socket. A thread that is already
 * interrupted gets a {@link WebsocketException} and the connection stays usable.
 *
 * @since 0.1.0
 */
public interface WebsocketConnection {

	/**
	 * An identifier that no other connection of this server has.
	 * @return the identifier
	 */
	String getId();

	/**
	 * The request that opened the connection.
	 * @return an immutable snapshot
	 */
	UpgradeRequest getRequest();

	/**
	 * The subprotocol that was agreed on.
	 * @return the subprotocol or {@code null} if there is none
	 */
	@Nullable String getSubprotocol();

	/**
	 * The extensions that were agreed on, with their parameters: permessage-deflate of
	 * RFC 7692 if {@code websocket-controller.compression.enabled} is set and the client
	 * has offered it.
	 * @return an unmodifiable list, empty if messages are not compressed
	 */
	List<WebSocketExtension> getExtensions();

	/**
	 * A place for what the application wants to remember about the connection.
	 * @return a thread-safe, mutable map
	 */
	Map<String, Object> getAttributes();

	/**
	 * The address at which the connection arrived.
	 * @return the local address
	 */
	InetSocketAddress getLocalAddress();

	/**
	 * The address of the peer.
	 * @return the remote address, unresolved
	 */
	InetSocketAddress getRemoteAddress();

	/**
	 * Whether messages can still be sent: neither side has begun to close.
	 * @return {@code true} if open
	 */
	boolean isOpen();

	/**
	 * The status with which the connection is ending or has ended: that of the side that
	 * closed first, 1005 if the peer gave none, 1006 if the connection was lost.
	 * @return the status or {@code null} while the connection is open
	 */
	@Nullable CloseStatus getCloseStatus();

	/**
	 * Completes when the socket is gone.
	 * @return a new future with the status of {@link #getCloseStatus()}
	 */
	CompletableFuture<CloseStatus> closed();

	/**
	 * Waits for the next message.
	 * @return a {@code TextMessage} or a {@code BinaryMessage}
	 * @throws ConnectionClosedException if the connection has ended
	 */
	WebSocketMessage<?> receive();

	/**
	 * Waits for the next message, but not for ever. A message of which only a part has
	 * arrived is kept for the next call.
	 * @param timeout how long to wait for
	 * @return the message or {@code null} if none was complete in time
	 * @throws ConnectionClosedException if the connection has ended
	 */
	@Nullable WebSocketMessage<?> receive(Duration timeout);

	/**
	 * Waits for the next message, which has to be text.
	 * @return the text
	 * @throws InvalidMessageException if the message is binary
	 * @throws ConnectionClosedException if the connection has ended
	 */
	String receiveText();

	/**
	 * Waits for the next message, which has to be text, but not for ever.
	 * @param timeout how long to wait for
	 * @return the text or {@code null} if no message was complete in time
	 * @throws InvalidMessageException if the message is binary
	 * @throws ConnectionClosedException if the connection has ended
	 */
	@Nullable String receiveText(Duration timeout);

	/**
	 * Waits for the next message, which has to be binary.
	 * @return the payload, which is the caller's
	 * @throws InvalidMessageException if the message is text
	 * @throws ConnectionClosedException if the connection has ended
	 */
	byte[] receiveBinary();

	/**
	 * Waits for the next message, which has to be binary, but not for ever.
	 * @param timeout how long to wait for
	 * @return the payload or {@code null} if no message was complete in time
	 * @throws InvalidMessageException if the message is text
	 * @throws ConnectionClosedException if the connection has ended
	 */
	byte @Nullable [] receiveBinary(Duration timeout);

	/**
	 * Waits for the next message and reads it as JSON, whether text or binary.
	 * @param <T> the type
	 * @param type what to read
	 * @return the object
	 * @throws InvalidMessageException if the message is not JSON of that type
	 * @throws ConnectionClosedException if the connection has ended
	 */
	<T> T receiveJson(Class<T> type);

	/**
	 * Waits for the next message, but not for ever, and reads it as JSON.
	 * @param <T> the type
	 * @param type what to read
	 * @param timeout how long to wait for
	 * @return the object or {@code null} if no message was complete in time
	 * @throws InvalidMessageException if the message is not JSON of that type
	 * @throws ConnectionClosedException if the connection has ended
	 */
	<T> @Nullable T receiveJson(Class<T> type, Duration timeout);

	/**
	 * Waits for the next message to begin, and lets it be read while it arrives, without
	 * holding it in memory. What is left unread when something is received next is
	 * skipped. Its length is bounded by
	 * {@code websocket-controller.max-streamed-message-size} only.
	 * @return the payload, of a text message in UTF-8, to be read by one thread at a
	 * time; reading blocks, pings are answered meanwhile, and throws
	 * {@link ConnectionClosedException} if the connection ends amid the message
	 * @throws ConnectionClosedException if the connection has ended
	 */
	InputStream receiveStream();

	/**
	 * Waits for the next message to begin, but not for ever, and lets it be read while it
	 * arrives.
	 * @param timeout how long to wait for the beginning; reading waits as long as it
	 * takes
	 * @return the payload, as of {@link #receiveStream()}, or {@code null} if no message
	 * has begun in time
	 * @throws ConnectionClosedException if the connection has ended
	 */
	@Nullable InputStream receiveStream(Duration timeout);

	/**
	 * Waits for the next message to begin, which has to be text, and lets it be read
	 * while it arrives.
	 * @return the text, to be read as of {@link #receiveStream()}
	 * @throws InvalidMessageException if the message is binary
	 * @throws ConnectionClosedException if the connection has ended
	 */
	Reader receiveReader();

	/**
	 * Waits for the next message to begin, which has to be text, but not for ever, and
	 * lets it be read while it arrives.
	 * @param timeout how long to wait for the beginning
	 * @return the text or {@code null} if no message has begun in time
	 * @throws InvalidMessageException if the message is binary
	 * @throws ConnectionClosedException if the connection has ended
	 */
	@Nullable Reader receiveReader(Duration timeout);

	/**
	 * The messages to come. The loop over them waits for each and ends when the
	 * connection does, for whatever reason; {@link #getCloseStatus()} tells which.
	 * @return the messages; each iterator takes what the others have not
	 */
	Iterable<WebSocketMessage<?>> messages();

	/**
	 * The messages to come, converted: {@code String} stands for text, {@code byte[]} for
	 * binary messages, anything else is read as JSON. The loop ends when the connection
	 * does.
	 * @param <T> the type
	 * @param type what to read
	 * @return the messages; a message that is not of the type throws
	 * {@link InvalidMessageException} out of the loop
	 */
	<T> Iterable<T> messages(Class<T> type);

	/**
	 * Sends a message: text, binary, ping or pong. A fragment, which is a message that is
	 * not {@linkplain WebSocketMessage#isLast() the last}, is refused.
	 * @param message the message
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void send(WebSocketMessage<?> message);

	/**
	 * Sends a text message.
	 * @param text the text
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void sendText(String text);

	/**
	 * Sends a binary message.
	 * @param payload the payload, which is not kept
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void sendBinary(byte[] payload);

	/**
	 * Sends a binary message.
	 * @param payload the payload from position to limit; neither is changed
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void sendBinary(ByteBuffer payload);

	/**
	 * Sends an object as JSON in a text message.
	 * @param object the object
	 * @throws WebsocketException if it can't be written as JSON
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void sendJson(Object object);

	/**
	 * Begins a binary message that is sent in fragments (RFC 6455, 5.4) while it is
	 * written, of any length. Closing the stream ends the message; flushing it sends what
	 * was written so far. Until then, messages of other threads wait, one of the same
	 * thread is refused with an {@link IllegalStateException}, and if that is the serving
	 * one, a {@code serve} that returns has failed. A {@code try} with resources ends the
	 * message even if an exception has left it incomplete: to have the peer notice, close
	 * the connection.
	 * @return the payload, to be written by one thread at a time; blocks and fails as
	 * sending does
	 * @throws IllegalStateException if the thread has begun another message and not ended
	 * it
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	OutputStream sendStream();

	/**
	 * Begins a text message that is sent in fragments while it is written.
	 * @return the text, to be written and closed as of {@link #sendStream()}
	 * @throws IllegalStateException if the thread has begun another message and not ended
	 * it
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	Writer sendWriter();

	/**
	 * Sends a message that is prepared for many connections. Waits as
	 * {@link #send(WebSocketMessage)} does; to send it without waiting,
	 * {@linkplain #offer(PreparedMessage) offer} it.
	 * @param message the message
	 * @throws IllegalStateException if the thread has begun another message and not ended
	 * it
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void send(PreparedMessage message);

	/**
	 * Sets whether messages are compressed that any thread sends, begins to write or
	 * offers from now on, whenever they leave. To be set to {@code false} before a
	 * message that gets no smaller, such as a picture, or that mixes a secret with what
	 * somebody else can choose, whose length would tell of the secret. Does not wait.
	 * Without effect if compression was not agreed on.
	 * @param compression {@code true}, as it is in the beginning, to compress messages
	 * from {@code websocket-controller.compression.threshold} on, and all that are sent
	 * as a stream or with a writer
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void setCompression(boolean compression);

	/**
	 * Sets whether messages are written to the socket at once, for all threads that send.
	 * If so, a small message of the thread that receives may still wait while more has
	 * arrived already: until that thread receives again, or for about a millisecond if it
	 * does something else, so that a burst is answered with one write. If not, small
	 * messages, which are those that fit into the write buffer of
	 * {@code websocket-controller.write-buffer-size}, wait and leave together: when it is
	 * full, when a thread that receives is about to wait, with a ping, pong or Close, or
	 * with {@link #flush()}. That saves a system call per message to an application that
	 * sends many at a time; one that sends without receiving has to flush, or its peer
	 * waits for ever.
	 * <p>
	 * Turning it on writes what waits, and blocks as sending does.
	 * @param autoFlush {@code true}, as it is in the beginning, to write at once
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void setAutoFlush(boolean autoFlush);

	/**
	 * Writes the messages that wait in the write buffer to the socket, and blocks as
	 * sending does. What was offered is not among them: it leaves by itself. With
	 * auto-flush on, this is for messages before a long computation.
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void flush();

	/**
	 * Sends a ping (RFC 6455, 5.5.2). The peer's pong is taken while a thread receives.
	 * @param payload up to 125 bytes
	 * @throws IllegalArgumentException if the payload is too long
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void ping(byte... payload);

	/**
	 * Sends a pong that nobody asked for (RFC 6455, 5.5.3).
	 * @param payload up to 125 bytes
	 * @throws IllegalArgumentException if the payload is too long
	 * @throws ConnectionClosedException if the connection has ended or is closing
	 */
	void pong(byte... payload);

	/**
	 * Closes with 1000.
	 * @see #close(CloseStatus)
	 */
	default void close() {
		close(CloseStatus.NORMAL);
	}

	/**
	 * Begins the closing handshake (RFC 6455, 7.1.2) and returns at once. The first call
	 * on either side wins; further ones do nothing. A thread that waits in
	 * {@code receive} gets its {@link ConnectionClosedException} when the peer has
	 * answered or {@code websocket-controller.close-timeout} has passed.
	 * @param status the status to send; a reason longer than 123 bytes of UTF-8 is cut
	 * @throws IllegalArgumentException if the status must not be sent (RFC 6455, 7.4)
	 */
	void close(CloseStatus status);

	/**
	 * Leaves receiving to the library, which from now on reads and discards all messages
	 * on a thread of its own, so that pings and the closing handshake work in a
	 * {@code serve} that only sends. When the connection ends, the serving thread is
	 * interrupted if it is in code of the application, and its next {@code send} throws
	 * {@link ConnectionClosedException}. A further call does nothing.
	 */
	void ignoreIncoming();

	/**
	 * How long the peer took to answer the last ping that it has answered, be it one of
	 * the heartbeat or one of the application. Pongs are taken while a thread receives.
	 * @return the time from the writing of the ping to the reading of its pong, or
	 * {@code null} before the first
	 */
	@Nullable Duration getRoundTripTime();

	/**
	 * Sets who is told of the peer's pings instead of their being answered with a pong;
	 * the handler may call {@link #pong}.
	 * <p>
	 * Handlers of control frames are called by the thread that receives, while the
	 * connection is open, before the message that follows the frame is returned; after
	 * {@link #ignoreIncoming()} that is a thread of the library. They may send and close,
	 * but not receive, which throws an {@link IllegalStateException}, and hold up what
	 * comes next until they return. What a handler throws leaves the call that receives
	 * and so, unless it is caught, {@code serve}; after {@link #ignoreIncoming()} it ends
	 * the connection as if {@code serve} had thrown it.
	 * @param handler the handler, or {@code null} to have pings answered
	 */
	void setPingHandler(@Nullable Consumer<PingMessage> handler);

	/**
	 * Sets who is told of the peer's pongs, those that nobody asked for included.
	 * @param handler the handler, or {@code null} for nobody
	 * @see #setPingHandler
	 */
	void setPongHandler(@Nullable Consumer<PongMessage> handler);

	/**
	 * Sets who is told that the peer begins to close, before its Close is echoed: there
	 * is time for a last message, or for a {@link #close(CloseStatus)} with another
	 * status. It is not told of the answer to a Close of the server. The Close is
	 * answered even if the handler throws something.
	 * @param handler the handler, which gets 1005 if the peer gave no status, or
	 * {@code null} for nobody
	 * @see #setPingHandler
	 */
	void setCloseHandler(@Nullable Consumer<CloseStatus> handler);

	/**
	 * Runs a task on a further thread that ends with the connection, so that one thread
	 * reads while another writes. The thread is of the same kind as the serving one, with
	 * the same context class loader and the same user. Any thread may fork.
	 * <p>
	 * <strong>End.</strong> When {@code serve} has returned or thrown, and when the
	 * connection has ended, the thread is interrupted: at once in code of the
	 * application, else as soon as it leaves the call that sends or receives. After
	 * {@code serve} the connection stays open until the thread has ended, at most
	 * {@code websocket-controller.close-timeout}, so that it may send a last message;
	 * only for one that waits in a receive is the Close not held back, which ends the
	 * wait. If a forked thread has received, the serving thread is interrupted, too, when
	 * the connection has ended.
	 * <p>
	 * <strong>Errors.</strong> What the task throws ends the connection as if
	 * {@code serve} had thrown it, and interrupts the serving thread; the end of the
	 * connection, and the interrupt, however it is wrapped, are no errors.
	 * @param task what to run; it begins with an interrupt if the end comes first
	 * @throws ConnectionClosedException if the connection has ended or is closing, or
	 * {@code serve} is over
	 * @throws WebsocketException if no thread can be had
	 */
	void fork(Runnable task);

	/**
	 * Queues a text or binary message and returns at once: whoever tells many does not
	 * wait for a slow one. Messages are written in the order in which a thread sends and
	 * offers them; {@code send} first writes what was offered before. Of what waits, at
	 * most {@code websocket-controller.outbox.capacity} bytes are kept, each message
	 * counting for its payload in UTF-8 and 64 bytes more, or one message that is larger;
	 * for one that finds no room {@code websocket-controller.outbox.overflow} says what
	 * happens. With {@link OverflowPolicy#BLOCK}, and only then, this waits for room, as
	 * long as a write may; a thread that is interrupted does not wait and stays
	 * interrupted.
	 * <p>
	 * What has been offered when the application closes, or the server shuts down, is
	 * written before the Close, as far as the peer takes it within
	 * {@code websocket-controller.close-timeout}. It is dropped when the peer has closed
	 * or is lost, or violates the protocol.
	 * <p>
	 * The payload is kept and not copied: it must not change any more. A text message
	 * that is made of bytes, which have to be UTF-8, is not encoded again, whatever the
	 * number of connections it is offered to.
	 * @param message the message, which is not a fragment
	 * @return {@code true} if it waits or is on its way; {@code false} if it was dropped
	 * or the connection has ended or is closing
	 * @throws IllegalArgumentException if the message is a fragment, or neither text nor
	 * binary
	 */
	boolean offer(WebSocketMessage<?> message);

	/**
	 * Offers a message that supersedes others. With {@link OverflowPolicy#CONFLATE} it
	 * takes the place in the queue of the message with an equal key that waits, if there
	 * is one, which then counts as dropped. With every other policy the key means nothing
	 * and all messages are kept.
	 * @param message the message, which is not a fragment
	 * @param key what the message is about, for use in a hash map
	 * @return as {@link #offer(WebSocketMessage)}
	 * @throws IllegalArgumentException if the message is a fragment, or neither text nor
	 * binary
	 */
	boolean offer(WebSocketMessage<?> message, Object key);

	/**
	 * Offers a message that is prepared for many connections, as
	 * {@link #offer(WebSocketMessage)} does. It counts for its payload before it is
	 * compressed.
	 * @param message the message
	 * @return as {@link #offer(WebSocketMessage)}
	 */
	boolean offer(PreparedMessage message);

	/**
	 * Offers a message that is prepared for many connections and supersedes others, as
	 * {@link #offer(WebSocketMessage, Object)} does.
	 * @param message the message
	 * @param key what the message is about, for use in a hash map
	 * @return as {@link #offer(WebSocketMessage)}
	 */
	boolean offer(PreparedMessage message, Object key);

	/**
	 * Offers a text message.
	 * @param text the text
	 * @return as {@link #offer(WebSocketMessage)}
	 */
	boolean offerText(String text);

	/**
	 * Offers a binary message.
	 * @param payload the payload, which is kept and must not change any more
	 * @return as {@link #offer(WebSocketMessage)}
	 */
	boolean offerBinary(byte[] payload);

	/**
	 * Offers an object as JSON in a text message.
	 * @param object the object, which is written as JSON at once
	 * @return as {@link #offer(WebSocketMessage)}
	 * @throws WebsocketException if it can't be written as JSON
	 */
	boolean offerJson(Object object);

	/**
	 * How many of the messages that were offered wait to be written. The one that is
	 * being written does not count.
	 * @return their number, 0 after the end
	 */
	int getQueuedMessages();

	/**
	 * How much of {@code websocket-controller.outbox.capacity} is in use.
	 * @return the bytes of the messages that wait, each with the 64 that it counts for
	 * besides its payload; 0 after the end
	 */
	long getQueuedBytes();

	/**
	 * How many of the messages that were offered while the connection was open will never
	 * be written, or not completely: refused or driven out by the policy, superseded by
	 * one with an equal key, or left over at the end.
	 * @return their number since the connection was opened
	 */
	long getDroppedMessages();

}
