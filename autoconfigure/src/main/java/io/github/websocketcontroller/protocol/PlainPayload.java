package io.github.websocketcontroller.protocol;

import java.io.IOException;

/**
 * Collects the payload of messages that are not compressed: moves it into the message
 * buffer and decodes it there. Owned by the reading thread.
 */
final class PlainPayload {

	/** What every JVM can allocate in one piece. */
	static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

	private final ReadBuffer input;

	private final MessageBuffer message;

	private final PayloadDecoder decoder;

	PlainPayload(ReadBuffer input, MessageBuffer message, PayloadDecoder decoder) {
		this.input = input;
		this.message = message;
		this.decoder = decoder;
	}

	/**
	 * Collects all of a frame.
	 * @param header the frame
	 * @param maxSize how long the message may become
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the message must not be
	 */
	boolean collect(FrameHeader header, int maxSize) throws IOException {
		while (!isComplete(header)) {
			int missing = missing(header);
			if (!collectSome(missing, header.fin() ? this.message.length() + missing : maxSize)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Collects some of a frame.
	 * @param header the frame
	 * @param most how many bytes the message buffer should hold at most
	 * @return {@code false} if the time is up
	 * @throws IOException if the stream ends or is broken, or the message must not be
	 */
	boolean collectPart(FrameHeader header, int most) throws IOException {
		int missing = missing(header);
		if (missing > this.input.capacity()) {
			this.message.ensureCapacity(Math.min(missing, most));
		}
		return missing == 0 || collectSome(Math.min(missing, most), most);
	}

	boolean isComplete(FrameHeader header) {
		return this.decoder.count() == header.length();
	}

	// At most as much as fits into an array.
	private int missing(FrameHeader header) {
		return (int) Math.min(header.length() - this.decoder.count(), LONGEST_ARRAY);
	}

	private boolean collectSome(int missing, int most) throws IOException {
		int begin = this.message.length();
		if (!receiveSome(missing, most)) {
			return false;
		}
		this.decoder.decode(this.message.bytes(), begin, this.message.length() - begin);
		return true;
	}

	private boolean receiveSome(int missing, int most) throws IOException {
		if (this.input.available() == 0 && missing >= this.input.capacity()) {
			return this.message.readFrom(this.input, missing, most) > 0;
		}
		// The end of a frame comes through the read buffer, with what follows it.
		if (!this.input.await(1, missing)) {
			return false;
		}
		this.message.append(this.input, Math.min(this.input.available(), missing), most);
		return true;
	}

}
