package io.github.websocketcontroller.protocol;

import java.nio.ByteBuffer;

import io.github.websocketcontroller.transport.Transport;

/**
 * Gives the same bytes over and over, no more than once at a time, and swallows what is
 * written.
 */
final class LoopTransport implements Transport {

	private final byte[] bytes;

	private int position;

	LoopTransport(byte[] bytes) {
		this.bytes = bytes;
	}

	@Override
	public int read(ByteBuffer target, long timeout) {
		int count = Math.min(target.remaining(), this.bytes.length - this.position);
		target.put(this.bytes, this.position, count);
		this.position = (this.position + count) % this.bytes.length;
		return count;
	}

	@Override
	public int write(ByteBuffer source) {
		int count = source.remaining();
		source.position(source.limit());
		return count;
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) {
		return (long) write(header) + write(payload);
	}

	@Override
	public void closeOutput() {
	}

	@Override
	public boolean isOpen() {
		return true;
	}

	@Override
	public void close() {
	}

}
