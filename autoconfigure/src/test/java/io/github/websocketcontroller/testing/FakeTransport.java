package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.github.websocketcontroller.transport.Transport;

/**
 * A {@link Transport} without a socket, whose peer takes everything, says nothing and is
 * gone. What a test needs beyond that, it overrides.
 */
public class FakeTransport implements Transport {

	private volatile boolean closed;

	@Override
	public int read(ByteBuffer target, long timeout) throws IOException {
		return -1;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		int count = source.remaining();
		source.position(source.limit());
		return count;
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) throws IOException {
		return (long) write(header) + write(payload);
	}

	@Override
	public void closeOutput() {
	}

	@Override
	public boolean isOpen() {
		return !this.closed;
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
