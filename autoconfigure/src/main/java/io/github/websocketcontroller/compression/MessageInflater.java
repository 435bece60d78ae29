package io.github.websocketcontroller.compression;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.jspecify.annotations.Nullable;

/**
 * Expands the messages that a client has compressed (RFC 7692, 7.2.2), bit by bit and in
 * no memory but the caller's. Owned by the reading thread.
 */
public final class MessageInflater {

	/** What the client has cut off from the end of each message. */
	private static final byte[] TAIL = { 0, 0, (byte) 0xFF, (byte) 0xFF };

	private static final byte[] NOTHING = {};

	private final Pool<Inflater> pool;

	private final boolean keepsContext;

	/** There from a message's first bytes on. */
	private @Nullable Inflater inflater;

	/** What it was fed with last. */
	private byte[] input = NOTHING;

	private int inputEnd;

	/** Whether it was fed with anything of the message. */
	private boolean begun;

	/**
	 * Creates an inflater.
	 * @param agreed what was agreed on
	 * @param pool where to take native memory from
	 */
	public MessageInflater(PerMessageDeflate agreed, CompressionPool pool) {
		this.pool = pool.inflaters();
		this.keepsContext = !agreed.clientNoContextTakeover();
	}

	/**
	 * Takes compressed bytes of a message. Those before have to be used up.
	 * @param bytes where they are; they must not change until they are used up
	 * @param offset where they begin
	 * @param length how many they are
	 */
	public void feed(byte[] bytes, int offset, int length) {
		if (this.inflater == null) {
			this.inflater = this.pool.take();
		}
		this.begun = true;
		this.input = bytes;
		this.inputEnd = offset + length;
		this.inflater.setInput(bytes, offset, length);
	}

	/**
	 * Takes what the client has left out at the end of a message, unless it is empty.
	 */
	public void feedTail() {
		if (this.begun) {
			feed(TAIL, 0, TAIL.length);
		}
	}

	/**
	 * Expands what it was fed with.
	 * @param target where to put the message's bytes
	 * @param offset where they begin there
	 * @param room how many there may be, at least one
	 * @return how many there are; 0 if all was used up
	 * @throws DataFormatException if it is no compressed data
	 */
	public int inflate(byte[] target, int offset, int room) throws DataFormatException {
		Inflater expanding = this.inflater;
		if (expanding == null) {
			return 0;
		}
		int count = expanding.inflate(target, offset, room);
		while (count == 0 && expanding.finished() && expanding.getRemaining() > 0) {
			// A client may set BFINAL (7.2.3.4): what follows is a new stream.
			int remaining = expanding.getRemaining();
			expanding.reset();
			expanding.setInput(this.input, this.inputEnd - remaining, remaining);
			count = expanding.inflate(target, offset, room);
		}
		return count;
	}

	/**
	 * Ends a message.
	 */
	public void endMessage() {
		if (!this.keepsContext) {
			release();
		}
		this.begun = false;
		this.input = NOTHING;
	}

	/**
	 * Frees the native memory. Without effect if there is none.
	 */
	public void release() {
		Inflater used = this.inflater;
		this.inflater = null;
		if (used != null) {
			this.pool.give(used);
		}
	}

}
