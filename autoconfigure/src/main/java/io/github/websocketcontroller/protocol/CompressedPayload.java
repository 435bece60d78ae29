package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.util.zip.DataFormatException;

import io.github.websocketcontroller.compression.MessageInflater;

/**
 * Collects the payload of messages that are compressed: unmasks it where it has arrived,
 * expands it into the message buffer and checks what comes out. The size of a message is
 * that after expansion, and no more than is allowed is ever expanded. Owned by the
 * reading thread.
 */
final class CompressedPayload {

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final PayloadDecoder decoder;

	private final MessageInflater inflater;

	/** How many bytes at the front of the read buffer the inflater is using. */
	private int fed;

	/** Whether the inflater has been told that the message ends. */
	private boolean ending;

	/** Whether all of the frame has been expanded. */
	private boolean complete;

	/** How many bytes the message has so far. */
	private long size;

	CompressedPayload(ReadBuffer input, MessageBuffer message, PayloadDecoder decoder, MessageInflater inflater) {
		this.input = input;
		this.message = message;
		this.decoder = decoder;
		this.inflater = inflater;
	}

	void beginMessage() {
		this.size = 0;
		this.ending = false;
	}

	void beginFrame() {
		this.complete = false;
	}

	/**
	 * Collects what arrives of a frame.
	 * @param header the frame
	 * @param enough how many bytes in the message buffer are enough for now
	 * @param maxSize how many bytes the message may have
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the message must not be
	 */
	boolean collect(FrameHeader header, int enough, long maxSize) throws IOException {
		// It may have been begun to be read in parts, under another limit.
		requireSize(maxSize);
		while (!this.complete && this.message.length() < enough) {
			if (!expand(enough, maxSize) && !feed(header)) {
				return false;
			}
		}
		return true;
	}

	private boolean expand(int most, long maxSize) throws ProtocolException {
		int begin = this.message.length();
		int count = inflate(most);
		this.size += count;
		requireSize(maxSize);
		this.decoder.check(this.message.bytes(), begin, count);
		return count > 0;
	}

	private void requireSize(long maxSize) throws ProtocolException {
		if (this.size > maxSize) {
			throw ProtocolException.tooBig();
		}
	}

	private int inflate(int most) throws ProtocolException {
		try {
			return this.message.inflateFrom(this.inflater, most);
		}
		catch (DataFormatException ex) {
			throw ProtocolException.invalidCompression();
		}
	}

	// Called when the inflater has used up what it was fed with before.
	private boolean feed(FrameHeader header) throws IOException {
		this.input.skip(this.fed);
		this.fed = 0;
		if (this.decoder.count() < header.length()) {
			return feedArrived(header.length() - this.decoder.count());
		}
		this.complete = this.ending || !header.fin();
		if (!this.complete) {
			this.ending = true;
			this.inflater.feedTail();
		}
		return true;
	}

	private boolean feedArrived(long missing) throws IOException {
		int wanted = (int) Math.min(missing, this.input.capacity());
		if (!this.input.await(1, wanted)) {
			return false;
		}
		this.fed = Math.min(this.input.available(), wanted);
		this.decoder.unmask(this.input.bytes(), this.input.position(), this.fed);
		this.inflater.feed(this.input.bytes(), this.input.position(), this.fed);
		return true;
	}

	boolean isComplete() {
		return this.complete;
	}

	void endMessage() {
		this.inflater.endMessage();
	}

	/**
	 * Frees the native memory. Without effect if there is none.
	 */
	void release() {
		this.inflater.release();
	}

}
