package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A message that is read while it arrives. What is left unread when the next one is asked
 * for is skipped.
 */
final class MessageInputStream extends InputStream {

	private final Incoming incoming;

	/** Written by whoever closes it. */
	private volatile boolean closed;

	MessageInputStream(Incoming incoming) {
		this.incoming = incoming;
	}

	@Override
	public int read() throws IOException {
		byte[] octet = new byte[1];
		return (read(octet, 0, 1) < 0) ? -1 : octet[0] & 0xFF;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		Objects.checkFromIndexSize(offset, length, target.length);
		if (this.closed) {
			throw new IOException("The stream is closed");
		}
		return (length != 0) ? this.incoming.readPart(this, target, offset, length) : 0;
	}

	@Override
	public int available() {
		return this.closed ? 0 : this.incoming.available(this);
	}

	/**
	 * Leaves the rest to be skipped.
	 */
	@Override
	public void close() {
		this.closed = true;
	}

}
