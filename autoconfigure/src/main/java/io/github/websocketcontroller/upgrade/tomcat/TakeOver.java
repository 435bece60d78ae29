package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.SocketTransport;
import io.github.websocketcontroller.transport.Transport;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Makes Tomcat's socket a blocking one of ours.
 */
final class TakeOver implements PendingTransport {

	private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private static final long PROCESSOR_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final SocketWrapperBase<?> wrapper;

	private final LongAdder takenOver;

	TakeOver(SocketWrapperBase<?> wrapper, LongAdder takenOver) {
		this.wrapper = wrapper;
		this.takenOver = takenOver;
	}

	@Override
	public Transport open(Duration timeout) throws IOException {
		if (!(this.wrapper instanceof NioSocketWrapper nioWrapper)
				|| nioWrapper.getSocket() instanceof SecureNioChannel) {
			throw new IllegalStateException("Not a plain connection of Tomcat's NIO connector: " + this.wrapper);
		}
		NioChannel nioChannel = nioWrapper.getSocket();
		SocketChannel channel = nioChannel.getIOChannel();
		if (channel == null) {
			throw new IOException("The connection is closed");
		}
		ByteBuffer leftover = leftover(nioWrapper);
		PollerTask.leave(nioWrapper, channel, timeout);
		channel.configureBlocking(true);
		this.takenOver.increment();
		return new SocketTransport(channel, leftover, this::close);
	}

	// What Tomcat has read past the request.
	private static ByteBuffer leftover(NioSocketWrapper wrapper) throws IOException {
		if (wrapper.getSocketBufferHandler().isReadBufferEmpty()) {
			return ByteBuffer.allocate(0);
		}
		ByteBuffer leftover = ByteBuffer.allocate(wrapper.getSocketBufferHandler().getReadBuffer().capacity());
		wrapper.read(false, leftover);
		return leftover.flip();
	}

	/**
	 * Closes through the wrapper, so that Tomcat's counts stay true. Before Tomcat has
	 * stored the processor of the upgraded connection there, that processor would stay
	 * among those that wait.
	 */
	@Override
	public void close() {
		long start = System.nanoTime();
		while (!this.wrapper.isClosed() && this.wrapper.getCurrentProcessor() == null
				&& System.nanoTime() - start < PROCESSOR_WAIT_NANOS) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
		this.wrapper.close();
	}

}
