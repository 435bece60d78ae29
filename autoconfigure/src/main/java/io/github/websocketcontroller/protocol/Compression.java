package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.util.function.UnaryOperator;

import io.github.websocketcontroller.PreparedMessage;
import io.github.websocketcontroller.compression.MessageDeflater;

/**
 * Decides which messages of a connection are compressed, and writes those. Owned by the
 * writer.
 */
public final class Compression {

	private final MessageDeflater deflater;

	/** From which size on a message is compressed that is written whole. */
	private final int threshold;

	/** Made once, not per message. */
	private final UnaryOperator<byte[]> encoder;

	private boolean enabled = true;

	/** Whether the message that is being written in fragments is compressed. */
	private boolean fragmented;

	/**
	 * Creates a compression.
	 * @param deflater compresses
	 * @param threshold from which size on, in bytes; messages in fragments, whose size is
	 * not known, are always compressed
	 */
	public Compression(MessageDeflater deflater, int threshold) {
		this.deflater = deflater;
		this.encoder = deflater::compressAlone;
		// Nothing does not become less.
		this.threshold = Math.max(1, threshold);
	}

	void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	boolean applies(int length) {
		return this.enabled && length >= this.threshold;
	}

	boolean appliesToFragment(Opcode opcode, boolean last, int length) {
		if (opcode != Opcode.CONTINUATION) {
			this.fragmented = last ? applies(length) : this.enabled;
		}
		return this.fragmented;
	}

	/**
	 * Writes a message or a fragment of one.
	 * @param frames writes the frames, of which there are several if it is large
	 * @param opcode the kind of the message with its first fragment, then CONTINUATION
	 * @param payload where the payload is
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @param last whether the message ends with it
	 * @throws IOException if the stream is broken or closed
	 */
	void write(FrameWriter frames, Opcode opcode, byte[] payload, int offset, int length, boolean last)
			throws IOException {
		Opcode next = opcode;
		byte[] chunk = this.deflater.take(payload, offset, length, last);
		do {
			int count = this.deflater.next(chunk);
			boolean fin = last && !this.deflater.hasMore();
			frames.write(FrameHeader.first(next, fin, next != Opcode.CONTINUATION), chunk, 0, count, false);
			next = Opcode.CONTINUATION;
		}
		while (this.deflater.hasMore());
	}

	/**
	 * Writes a message that is compressed once for all connections of a kind.
	 * @param frames writes the frame
	 * @param kind the kind of the message
	 * @param message the message
	 * @throws IOException if the stream is broken or closed
	 */
	void writePrepared(FrameWriter frames, Opcode kind, PreparedMessage message) throws IOException {
		byte[] compressed = message.encoded(this.deflater.form(), this.encoder);
		this.deflater.forget();
		frames.write(FrameHeader.first(kind, true, true), compressed, 0, compressed.length, false);
	}

	/**
	 * Frees the native memory. Without effect if there is none.
	 */
	void release() {
		this.deflater.release();
	}

}
