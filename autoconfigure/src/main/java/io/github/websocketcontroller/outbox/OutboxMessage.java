package io.github.websocketcontroller.outbox;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.protocol.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * A message that is offered to one peer. It keeps its payload as it is: what is offered
 * to many peers is there once. It is a link of the queue too, so that nothing else is
 * made per message.
 */
public final class OutboxMessage {

	/** What an empty message counts for: about what it takes in memory. */
	static final int OVERHEAD = 64;

	private final Kind kind;

	private final @Nullable Object key;

	/** A string, an array, a buffer or a prepared message, as the kind says. */
	private final Object payload;

	private final long weight;

	/** Set before it is offered. */
	private boolean compressed = true;

	/**
	 * Its number in the order in which messages are written, 0 when it is in no queue.
	 * Owned by the queue.
	 */
	long sequence;

	/** Its neighbours in that order. Owned by the queue. */
	@Nullable OutboxMessage previous;

	@Nullable OutboxMessage next;

	private OutboxMessage(Kind kind, Object payload, long length, @Nullable Object key) {
		this.kind = kind;
		this.payload = payload;
		this.weight = OVERHEAD + length;
		this.key = key;
	}

	/**
	 * A text message.
	 * @param text the text
	 * @return the message
	 */
	public static OutboxMessage text(String text) {
		return new OutboxMessage(Kind.TEXT, text, utf8Length(text), null);
	}

	/**
	 * A text message that is encoded already.
	 * @param utf8 the text in UTF-8, which must not change
	 * @param key for conflation
	 * @return the message
	 */
	public static OutboxMessage text(byte[] utf8, @Nullable Object key) {
		return new OutboxMessage(Kind.UTF8, utf8, utf8.length, key);
	}

	/**
	 * A binary message.
	 * @param payload the payload, which must not change
	 * @return the message
	 */
	public static OutboxMessage binary(byte[] payload) {
		return new OutboxMessage(Kind.BINARY, payload, payload.length, null);
	}

	/**
	 * A binary message.
	 * @param payload the payload from position to limit, neither of which is changed
	 * @param key for conflation
	 * @return the message
	 */
	public static OutboxMessage binary(ByteBuffer payload, @Nullable Object key) {
		return new OutboxMessage(Kind.BUFFER, payload.duplicate(), payload.remaining(), key);
	}

	/**
	 * A message that was prepared for many peers.
	 * @param message the message
	 * @param key for conflation
	 * @return the message
	 */
	public static OutboxMessage prepared(PreparedMessage message, @Nullable Object key) {
		return new OutboxMessage(Kind.PREPARED, message, message.getLength(), key);
	}

	/**
	 * Sets whether it is compressed if compression was agreed on. Called before it is
	 * offered.
	 * @param compressed {@code true}, which is the default, to compress it
	 */
	public void setCompressed(boolean compressed) {
		this.compressed = compressed;
	}

	/**
	 * Writes it.
	 * @param writer where to
	 * @throws IOException if the stream is broken or closed
	 */
	public void writeTo(MessageWriter writer) throws IOException {
		writer.setCompression(this.compressed);
		switch (this.kind) {
			case TEXT -> writer.text((String) this.payload);
			case UTF8 -> writer.text((byte[]) this.payload);
			case BINARY -> writer.binary((byte[]) this.payload);
			case BUFFER -> writer.binary((ByteBuffer) this.payload);
			case PREPARED -> writer.prepared((PreparedMessage) this.payload);
		}
	}

	@Nullable Object key() {
		return this.key;
	}

	/**
	 * What it counts for.
	 * @return bytes
	 */
	long weight() {
		return this.weight;
	}

	// An unpaired surrogate becomes a question mark.
	static long utf8Length(String text) {
		int length = text.length();
		int index = 0;
		while (index < length && text.charAt(index) < 0x80) {
			index++;
		}
		return (index == length) ? length : index + utf8Length(text, index);
	}

	private static long utf8Length(String text, int from) {
		long bytes = 0;
		for (int i = from; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character < 0x800) {
				bytes += (character < 0x80) ? 1 : 2;
			}
			else if (!Character.isSurrogate(character)) {
				bytes += 3;
			}
			else if (isPair(text, i)) {
				bytes += 4;
				i++;
			}
			else {
				bytes++;
			}
		}
		return bytes;
	}

	private static boolean isPair(String text, int index) {
		return Character.isHighSurrogate(text.charAt(index)) && index + 1 < text.length()
				&& Character.isLowSurrogate(text.charAt(index + 1));
	}

	private enum Kind {

		TEXT, UTF8, BINARY, BUFFER, PREPARED

	}

}
