package io.github.websocketcontroller.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import io.github.websocketcontroller.transport.Transport;

/**
 * A {@link Transport} that delivers given chunks and then the end of the stream, and
 * remembers what is written to it. An empty chunk is a time-out.
 */
class ScriptedTransport implements Transport {

	private final Deque<ByteBuffer> chunks = new ArrayDeque<>();

	private final ByteArrayOutputStream written = new ByteArrayOutputStream();

	final List<Long> timeouts = new ArrayList<>();

	int reads;

	/** How many bytes the last read had room for. */
	int room;

	int writes;

	int delivered;

	int mostPerWrite = Integer.MAX_VALUE;

	Runnable beforeWrite = () -> {
	};

	ScriptedTransport(byte[]... chunks) {
		this(Arrays.asList(chunks));
	}

	ScriptedTransport(List<byte[]> chunks) {
		chunks.forEach(this::add);
	}

	final void add(byte[] chunk) {
		this.chunks.add(ByteBuffer.wrap(chunk));
	}

	@Override
	public int read(ByteBuffer target, long timeout) {
		if (!target.hasRemaining()) {
			throw new AssertionError("No room to read into");
		}
		this.reads++;
		this.room = target.remaining();
		this.timeouts.add(timeout);
		ByteBuffer chunk = this.chunks.peek();
		if (chunk == null) {
			return -1;
		}
		int count = Math.min(chunk.remaining(), target.remaining());
		target.put(chunk.slice(chunk.position(), count));
		chunk.position(chunk.position() + count);
		if (!chunk.hasRemaining()) {
			this.chunks.remove();
		}
		this.delivered += count;
		return count;
	}

	@Override
	public int write(ByteBuffer source) {
		this.beforeWrite.run();
		this.writes++;
		return take(source, this.mostPerWrite);
	}

	@Override
	public long write(ByteBuffer header, ByteBuffer payload) {
		this.beforeWrite.run();
		this.writes++;
		int count = take(header, this.mostPerWrite);
		return (long) count + take(payload, this.mostPerWrite - count);
	}

	private int take(ByteBuffer source, int most) {
		int count = Math.min(source.remaining(), most);
		for (int i = 0; i < count; i++) {
			this.written.write(source.get());
		}
		return count;
	}

	byte[] written() {
		return this.written.toByteArray();
	}

	void clearWritten() {
		this.written.reset();
	}

	@Override
	public void closeOutput() {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean isOpen() {
		return true;
	}

	@Override
	public void close() {
		throw new AssertionError("The codec does not close");
	}

}
