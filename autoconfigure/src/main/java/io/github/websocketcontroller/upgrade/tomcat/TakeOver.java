package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.github.websocketcontroller.transport.SocketTransport;
import io.github.websocketcontroller.transport.Transport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Makes Tomcat's sockets blocking ones of ours: those of plain TCP on NIO. Gives up for
 * good when a socket can't be had for a reason that is not its peer's.
 */
final class TakeOver {

	private static final Log logger = LogFactory.getLog(TakeOver.class);

	/** Sockets that were taken over. Written by their serving threads. */
	private final LongAdder count = new LongAdder();

	/** Whether to go on taking sockets over. Set to false by whoever fails first. */
	private final AtomicBoolean wanted;

	TakeOver(boolean wanted) {
		this.wanted = new AtomicBoolean(wanted);
	}

	/**
	 * Takes a socket over.
	 * @param wrapper its wrapper, which no thread of Tomcat is processing
	 * @param timeout how long it may take
	 * @return the transport, or {@code null} if Tomcat keeps the socket
	 * @throws IOException if the connection is gone, or is neither Tomcat's nor ours
	 */
	@Nullable Transport attempt(SocketWrapperBase<?> wrapper, Duration timeout) throws IOException {
		if (!this.wanted.get() || !(wrapper instanceof NioSocketWrapper nioWrapper)
				|| nioWrapper.getSocket() instanceof SecureNioChannel) {
			return null;
		}
		boolean free = false;
		try {
			SocketChannel channel = channel(nioWrapper);
			if (!isTcp(channel)) {
				return null;
			}
			PollerTask.leave(nioWrapper, channel, timeout);
			free = true;
			return transport(nioWrapper, channel);
		}
		catch (RuntimeException | LinkageError ex) {
			giveUp(ex);
			if (free) {
				throw new IOException("Tomcat has let go of a socket that can't be taken over", ex);
			}
			return null;
		}
	}

	private Transport transport(NioSocketWrapper wrapper, SocketChannel channel) throws IOException {
		channel.configureBlocking(true);
		Transport transport = new SocketTransport(channel, leftover(wrapper), wrapper::close);
		LeanChannel.replaceChannelOf(wrapper);
		this.count.increment();
		if (logger.isDebugEnabled()) {
			logger.debug("Took the socket of " + channel.getRemoteAddress() + " over from Tomcat");
		}
		return transport;
	}

	private static SocketChannel channel(NioSocketWrapper wrapper) throws IOException {
		SocketChannel channel = wrapper.getSocket().getIOChannel();
		if (channel == null) {
			throw new ClosedChannelException();
		}
		return channel;
	}

	// A Unix domain socket has no reads with a time-out.
	private static boolean isTcp(SocketChannel channel) throws IOException {
		return channel.getLocalAddress() instanceof InetSocketAddress;
	}

	private void giveUp(Throwable cause) {
		if (this.wanted.getAndSet(false)) {
			logger.warn("Sockets can't be taken over from Tomcat. "
					+ "From now on websocket connections are served through Tomcat, at a higher cost.", cause);
		}
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

	long count() {
		return this.count.sum();
	}

}
