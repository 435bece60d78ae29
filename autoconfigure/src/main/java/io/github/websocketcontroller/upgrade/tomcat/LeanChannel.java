package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.channels.SocketChannel;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * What Tomcat keeps of a channel whose socket was taken over: all but the buffers, 16 KB
 * by default, which would be most of what an idle connection costs. When the connection
 * is closed, Tomcat puts its channel aside for another one, which has buffers again. So
 * there are none in a Tomcat that outlives the application: it would hold their class.
 */
final class LeanChannel extends NioChannel {

	private static final Log logger = LogFactory.getLog(LeanChannel.class);

	private static final SocketBufferHandler NO_BUFFERS = new SocketBufferHandler(0, 0, false);

	/** The members of Tomcat's that hold buffers, {@code null} if they have to stay. */
	private static final @Nullable Members members = isPartOfApplication() ? Members.find() : null;

	private final int readBufferSize;

	private final int writeBufferSize;

	private final boolean direct;

	/** Those of the next connection. Owned by Tomcat's threads. */
	private @Nullable SocketBufferHandler buffers;

	private LeanChannel(SocketBufferHandler template) {
		super(NO_BUFFERS);
		this.readBufferSize = template.getReadBuffer().capacity();
		this.writeBufferSize = template.getWriteBuffer().capacity();
		this.direct = template.getReadBuffer().isDirect();
	}

	/**
	 * Frees the buffers of a socket that Tomcat reads and writes no more. They stay where
	 * Tomcat is not part of the application, or has changed.
	 * @param wrapper the wrapper of the socket, whose buffers are empty
	 * @throws IOException if Tomcat does not take the other channel
	 */
	static void replaceChannelOf(NioSocketWrapper wrapper) throws IOException {
		if (members == null) {
			return;
		}
		NioChannel channel = wrapper.getSocket();
		LeanChannel lean = new LeanChannel(channel.getBufHandler());
		lean.reset(channel.getIOChannel(), wrapper);
		members.replace(wrapper, lean);
		channel.free();
	}

	private static boolean isPartOfApplication() {
		return NioChannel.class.getClassLoader() == LeanChannel.class.getClassLoader();
	}

	/**
	 * Called by Tomcat when it uses this for another connection.
	 */
	@Override
	public SocketBufferHandler getBufHandler() {
		if (this.buffers == null) {
			this.buffers = new SocketBufferHandler(this.readBufferSize, this.writeBufferSize, this.direct);
		}
		return this.buffers;
	}

	@Override
	public void reset(SocketChannel channel, NioSocketWrapper wrapper) throws IOException {
		super.reset(channel, wrapper);
		if (this.buffers != null) {
			this.buffers.reset();
		}
	}

	@Override
	public void free() {
		if (this.buffers != null) {
			this.buffers.free();
		}
	}

	/**
	 * What a wrapper is made with, and lets nobody change from outside.
	 */
	private record Members(MethodHandle reset, VarHandle socketBufferHandler) {

		static @Nullable Members find() {
			Class<?> wrapper = SocketWrapperBase.class;
			try {
				Lookup lookup = MethodHandles.privateLookupIn(wrapper, MethodHandles.lookup());
				return new Members(
						lookup.findVirtual(wrapper, "reset", MethodType.methodType(void.class, Object.class)),
						lookup.findVarHandle(wrapper, "socketBufferHandler", SocketBufferHandler.class));
			}
			catch (ReflectiveOperationException | RuntimeException ex) {
				logger.debug("Tomcat keeps its buffers of sockets that are taken over", ex);
				return null;
			}
		}

		void replace(NioSocketWrapper wrapper, NioChannel channel) {
			try {
				this.reset.invoke(wrapper, channel);
			}
			catch (Throwable ex) {
				throw new IllegalStateException(ex);
			}
			this.socketBufferHandler.setVolatile(wrapper, NO_BUFFERS);
		}

	}

}
