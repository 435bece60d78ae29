package io.github.websocketcontroller;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * A message for many connections, which is encoded once and compressed once for all
 * connections that have agreed on the same compression and have the same level. Where
 * compression is off, by {@link WebsocketConnection#setCompression(boolean)} or the
 * threshold, it goes out as it is:
 *
 * {@snippet :
 * PreparedMessage news = PreparedMessage.text("...");
 * members.forEach((member) -> member.offer(news));
 * }
 *
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 * @see WebsocketConnection#send(PreparedMessage)
 * @see WebsocketConnection#offer(PreparedMessage)
 */
public final class PreparedMessage {

	private final boolean text;

	private final byte[] payload;

	/** Lets one thread at a time compress, and the others, which may be virtual, wait. */
	private final ReentrantLock encoding = new ReentrantLock();

	/** The payload compressed, by how. */
	private final Map<Object, byte[]> encodings = new ConcurrentHashMap<>(2);

	/** The payload in a frame. Written by whoever makes it, which may be several. */
	private volatile byte @Nullable [] frame;

	private PreparedMessage(boolean text, byte[] payload) {
		this.text = text;
		this.payload = payload;
	}

	/**
	 * Prepares a text message. An unpaired surrogate becomes a question mark.
	 * @param text the text
	 * @return the message
	 */
	public static PreparedMessage text(String text) {
		return new PreparedMessage(true, text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Prepares a binary message.
	 * @param payload the payload, which is copied
	 * @return the message
	 */
	public static PreparedMessage binary(byte[] payload) {
		return new PreparedMessage(false, payload.clone());
	}

	/**
	 * Whether it is a text message.
	 * @return {@code false} if it is a binary message
	 */
	public boolean isText() {
		return this.text;
	}

	/**
	 * The payload.
	 * @return a read-only buffer; a text is in UTF-8
	 */
	public ByteBuffer getPayload() {
		return ByteBuffer.wrap(this.payload).asReadOnlyBuffer();
	}

	/**
	 * The length of the payload.
	 * @return the number of bytes
	 */
	public int getLength() {
		return this.payload.length;
	}

	/**
	 * The payload in another form, which is made when it is first asked for. For those
	 * who implement {@link WebsocketConnection}.
	 * @param form which form
	 * @param encoder makes it; must not change what it is given
	 * @return the payload in that form, which must not be changed
	 */
	public byte[] encoded(Object form, UnaryOperator<byte[]> encoder) {
		byte[] known = this.encodings.get(form);
		return (known != null) ? known : encode(form, encoder);
	}

	/**
	 * The message as a frame that is not compressed, made when it is first asked for. For
	 * those who implement {@link WebsocketConnection}. Waits for nobody.
	 * @param framing makes a frame of the payload, which it must not change; the same for
	 * all who ask, and may be called by several at once
	 * @return the frame, which must not be changed
	 */
	public byte[] framed(UnaryOperator<byte[]> framing) {
		byte[] known = this.frame;
		if (known == null) {
			known = framing.apply(this.payload);
			this.frame = known;
		}
		return known;
	}

	private byte[] encode(Object form, UnaryOperator<byte[]> encoder) {
		this.encoding.lock();
		try {
			byte[] encoded = this.encodings.get(form);
			if (encoded == null) {
				encoded = encoder.apply(this.payload);
				this.encodings.put(form, encoded);
			}
			return encoded;
		}
		finally {
			this.encoding.unlock();
		}
	}

}
