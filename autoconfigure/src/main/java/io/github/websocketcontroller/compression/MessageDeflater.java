package io.github.websocketcontroller.compression;

import java.util.Arrays;
import java.util.zip.Deflater;

import io.github.websocketcontroller.compression.CompressionPool.DeflaterSettings;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the messages of one connection (RFC 7692, 7.2.1), chunk by chunk, so that a
 * large message takes no more memory than a small one. Owned by the writer.
 */
public final class MessageDeflater {

	/** What a flush ends with; not sent at the end of a message. */
	private static final int TAIL_LENGTH = 4;

	private static final int LARGEST_CHUNK = 8192;

	/** Room for what does not get smaller, and for a flush. */
	private static final int SMALLEST_CHUNK = 128;

	private static final byte[] NOTHING = {};

	private final DeflaterSettings settings;

	private final Pool<Deflater> pool;

	private final boolean keepsContext;

	/** There while a message is compressed, and afterwards if the context is kept. */
	private @Nullable Deflater deflater;

	/** Whether the message ends with what is being compressed. */
	private boolean last;

	/** Whether that is nothing. */
	private boolean blank;

	/** Whether there is more of it than was asked for. */
	private boolean more;

	/** How many bytes of the chunk before were held back, as they may be the tail. */
	private int held;

	/**
	 * Creates a deflater.
	 * @param agreed what was agreed on
	 * @param level from 1, fast, to 9, small
	 * @param pool where to take native memory from
	 */
	public MessageDeflater(PerMessageDeflate agreed, int level, CompressionPool pool) {
		// The JDK has but one size of window. What refers to nothing fits into any.
		this.settings = new DeflaterSettings(level,
				agreed.isWindowSmall() ? Deflater.HUFFMAN_ONLY : Deflater.DEFAULT_STRATEGY);
		this.pool = pool.deflaters(this.settings);
		this.keepsContext = !agreed.serverNoContextTakeover();
	}

	/**
	 * Takes a message or a further part of one. There may be no more of the one before.
	 * @param payload where it is; it must not change while there is more of it
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @param last whether the message ends with it
	 * @return an array for the chunks
	 */
	public byte[] take(byte[] payload, int offset, int length, boolean last) {
		if (this.deflater == null) {
			this.deflater = this.pool.take();
		}
		this.deflater.setInput(payload, offset, length);
		this.last = last;
		this.blank = length == 0;
		this.held = 0;
		return new byte[Math.min(LARGEST_CHUNK, length + SMALLEST_CHUNK)];
	}

	/**
	 * Compresses as much as makes a chunk.
	 * @param chunk the array, which still holds the chunk before
	 * @return how long the chunk is, which begins where the array does
	 */
	public int next(byte[] chunk) {
		Deflater compressing = this.deflater;
		if (compressing == null || this.blank) {
			return nextOfNothing(chunk);
		}
		System.arraycopy(chunk, chunk.length - this.held, chunk, 0, this.held);
		int room = chunk.length - this.held;
		int count = compressing.deflate(chunk, this.held, room, Deflater.SYNC_FLUSH);
		int length = this.held + count;
		this.more = count == room;
		this.held = this.more ? TAIL_LENGTH : 0;
		endPartUnlessMore();
		return (this.more || this.last) ? length - TAIL_LENGTH : length;
	}

	// Whoever expands the message appends the tail to the header of an empty block.
	private int nextOfNothing(byte[] chunk) {
		chunk[0] = 0;
		this.more = false;
		endPartUnlessMore();
		return this.last ? 1 : 0;
	}

	private void endPartUnlessMore() {
		if (!this.more && this.deflater != null) {
			this.deflater.setInput(NOTHING);
			if (this.last && !this.keepsContext) {
				release();
			}
		}
	}

	/**
	 * Whether there are further chunks of what was taken.
	 * @return {@code false} if the chunk before was the last one
	 */
	public boolean hasMore() {
		return this.more;
	}

	/**
	 * Compresses a message that is to be sent to many connections. Builds upon nothing
	 * that this one has sent, which has to {@linkplain #forget() forget} it when it sends
	 * the message.
	 * @param payload the message, not empty
	 * @return the message compressed
	 */
	public byte[] compressAlone(byte[] payload) {
		Deflater compressing = this.pool.take();
		try {
			compressing.setInput(payload);
			byte[] result = new byte[payload.length / 2 + SMALLEST_CHUNK];
			int count = 0;
			int room = 0;
			int length = 0;
			// In small steps: until Java 21 the whole JVM goes without garbage collection
			// during each.
			while (count == room) {
				if (length == result.length) {
					result = Arrays.copyOf(result, 2 * result.length);
				}
				room = Math.min(LARGEST_CHUNK, result.length - length);
				count = compressing.deflate(result, length, room, Deflater.SYNC_FLUSH);
				length += count;
			}
			return Arrays.copyOf(result, length - TAIL_LENGTH);
		}
		finally {
			this.pool.give(compressing);
		}
	}

	/**
	 * Tells apart what {@link #compressAlone} makes of a message.
	 * @return equal to that of a connection for which it makes the same
	 */
	public Object form() {
		return this.settings;
	}

	/**
	 * Builds upon nothing that was sent so far.
	 */
	public void forget() {
		if (this.deflater != null) {
			this.deflater.reset();
		}
	}

	/**
	 * Frees the native memory. Without effect if there is none.
	 */
	public void release() {
		Deflater used = this.deflater;
		this.deflater = null;
		if (used != null) {
			this.pool.give(used);
		}
	}

}
