package io.github.websocketcontroller.connection;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

import io.github.websocketcontroller.protocol.Opcode;

/**
 * A message that is sent while it is written, in fragments (RFC 6455, 5.4). One that fits
 * into the buffer is sent as one frame when it is closed. Not thread-safe.
 */
final class MessageOutputStream extends OutputStream {

	private static final int BUFFER_SIZE = 8192;

	private final Outgoing outgoing;

	private final byte[] buffer = new byte[BUFFER_SIZE];

	private int count;

	/** The kind of the next fragment. */
	private Opcode opcode;

	private boolean closed;

	/** Whether what is written and flushed still belongs to the last fragment. */
	private boolean closing;

	MessageOutputStream(Outgoing outgoing, Opcode kind) {
		this.outgoing = outgoing;
		this.opcode = kind;
	}

	@Override
	public void write(int octet) throws IOException {
		requireOpen();
		if (this.count == BUFFER_SIZE) {
			sendBuffer(false);
		}
		this.buffer[this.count++] = (byte) octet;
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		Objects.checkFromIndexSize(offset, length, source.length);
		requireOpen();
		if (length > BUFFER_SIZE - this.count) {
			sendBuffer(false);
		}
		if (length > BUFFER_SIZE) {
			send(false, source, offset, length);
			return;
		}
		System.arraycopy(source, offset, this.buffer, this.count, length);
		this.count += length;
	}

	/**
	 * Sends what was written so far.
	 */
	@Override
	public void flush() throws IOException {
		requireOpen();
		if (!this.closing) {
			sendBuffer(false);
			this.outgoing.flush();
		}
	}

	/**
	 * Ends the message with what a writer has not written yet.
	 * @param writer writes it and closes this stream
	 * @throws IOException if the writer fails
	 */
	void close(Closeable writer) throws IOException {
		this.closing = true;
		try {
			writer.close();
		}
		finally {
			close(); // The JDK's own forget to when they can't write what is left.
		}
	}

	/**
	 * Ends the message.
	 */
	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			try {
				sendBuffer(true);
			}
			finally {
				this.outgoing.end(this);
			}
		}
	}

	private void requireOpen() throws IOException {
		if (this.closed) {
			throw new IOException("The message has been ended");
		}
	}

	private void sendBuffer(boolean last) {
		if ((last || this.closing) && this.opcode == Opcode.CONTINUATION) {
			this.outgoing.rest(last, this.buffer, 0, this.count);
		}
		else if (this.count > 0 || last) {
			send(last, this.buffer, 0, this.count);
		}
		this.count = 0;
	}

	private void send(boolean last, byte[] source, int offset, int length) {
		this.outgoing.fragment(this.opcode, last, source, offset, length);
		this.opcode = Opcode.CONTINUATION;
	}

}
