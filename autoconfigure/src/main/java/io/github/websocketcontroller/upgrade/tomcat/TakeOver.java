package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
	 * Prepares to take a socket over.
	 * @param wrapper its wrapper
	 * @param then what to do when Tomcat has let go of it
	 * @return what has Tomcat let go once it is started, or {@code null} if Tomcat keeps
	 * the socket
	 */
	@Nullable PollerTask prepare(SocketWrapperBase<?> wrapper, Runnable then) {
		if (!this.wanted.get() || !(wrapper instanceof NioSocketWrapper nioWrapper)
				|| nioWrapper.getSocket() instanceof SecureNioChannel) {
			return null;
		}
		try {
			SocketChannel channel = nioWrapper.getSocket().getIOChannel();
			return isTcp(channel) ? new PollerTask(nioWrapper, channel, then) : null;
		}
		catch (IOException ex) {
			return null; // It is closed, as whoever uses it will see.
		}
		catch (RuntimeException | LinkageError ex) {
			giveUp(ex);
			return null;
		}
	}

	/**
	 * Asks Tomcat to let go of a socket.
	 * @param task what does so
	 * @return {@code false} if Tomcat can't be asked
	 */
	boolean start(PollerTask task) {
		try {
			task.start();
			return true;
		}
		catch (RuntimeException | LinkageError ex) {
			giveUp(ex);
			return false;
		}
	}

	/**
	 * Takes a socket over.
	 * @param task what was to have Tomcat let go; no thread of Tomcat is processing the
	 * socket
	 * @return the transport, or {@code null} if Tomcat has not let go and keeps the
	 * socket
	 * @throws IOException if the connection is gone, or is neither Tomcat's nor ours
	 */
	@Nullable Transport complete(PollerTask task) throws IOException {
		if (!task.hasLetGo()) {
			giveUp(new IllegalStateException("Tomcat's poller did not let go of a socket"));
			return null;
		}
		try {
			return transport(task.wrapper(), task.channel());
		}
		catch (RuntimeException | LinkageError ex) {
			giveUp(ex);
			throw new IOException("Tomcat has let go of a socket that can't be taken over", ex);
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

	// A Unix domain socket has no reads with a time-out.
	private static boolean isTcp(@Nullable SocketChannel channel) throws IOException {
		return channel != null && channel.getLocalAddress() instanceof InetSocketAddress;
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
