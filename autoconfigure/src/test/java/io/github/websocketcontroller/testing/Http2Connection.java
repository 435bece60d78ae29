package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A client's connection of HTTP/2, whose streams are as good as sockets.
 */
public final class Http2Connection implements AutoCloseable {

	/** About what a socket takes for a peer that reads nothing. */
	private static final int WINDOW = 4 * 1024 * 1024;

	/** What the kernel takes for a peer with a small receive buffer. */
	private static final int LEAST_WINDOW = 256 * 1024;

	private static final HTTP2Client client = start();

	private final boolean secure;

	private final int port;

	private final CompletableFuture<Map<Integer, Integer>> settings = new CompletableFuture<>();

	private final Session session;

	private Http2Connection(boolean secure, int port, int window) throws IOException {
		this.secure = secure;
		this.port = port;
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		SslContextFactory.Client tls = secure ? client.getClientConnector().getSslContextFactory() : null;
		this.session = await(client.connect(tls, address, new Session.Listener() {

			@Override
			public Map<Integer, Integer> onPreface(Session session) {
				return Map.of(SettingsFrame.INITIAL_WINDOW_SIZE, window);
			}

			@Override
			public void onSettings(Session session, SettingsFrame frame) {
				if (!frame.isReply()) {
					Http2Connection.this.settings.complete(frame.getSettings());
				}
			}

		}));
	}

	private static HTTP2Client start() {
		SslContextFactory.Client tls = new SslContextFactory.Client(true);
		tls.setEndpointIdentificationAlgorithm(null);
		QueuedThreadPool threads = new QueuedThreadPool();
		threads.setName("http2-client");
		threads.setDaemon(true);
		ClientConnector connector = new ClientConnector();
		connector.setSslContextFactory(tls);
		connector.setExecutor(threads);
		connector.setSelectors(1);
		HTTP2Client started = new HTTP2Client(connector);
		started.setByteBufferPool(ByteBufferPool.NON_POOLING); // What it keeps is no leak
																// of ours.
		started.setIdleTimeout(0);
		started.setStreamIdleTimeout(0);
		try {
			started.start();
			return started;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Connects.
	 */
	public static Http2Connection connect(boolean secure, int port) throws IOException {
		return connect(secure, port, 0);
	}

	/**
	 * Connects with streams that take as much as a receive buffer of a size.
	 */
	static Http2Connection connect(boolean secure, int port, int receiveBuffer) throws IOException {
		return new Http2Connection(secure, port, (receiveBuffer > 0) ? Math.max(receiveBuffer, LEAST_WINDOW) : WINDOW);
	}

	/**
	 * A client on a further stream.
	 */
	public RawClient stream() throws IOException {
		return new RawClient(new Http2Socket(this, false));
	}

	/**
	 * What the server has said of itself first.
	 */
	public Map<Integer, Integer> settings() throws IOException {
		return await(this.settings);
	}

	Session session() {
		return this.session;
	}

	boolean isSecure() {
		return this.secure;
	}

	int port() {
		return this.port;
	}

	/**
	 * Ends it without a word of HTTP/2.
	 */
	@Override
	public void close() {
		((HTTP2Session) this.session).getEndPoint().close();
	}

	static <T> T await(CompletableFuture<T> future) throws IOException {
		try {
			return future.get(20, TimeUnit.SECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

}
