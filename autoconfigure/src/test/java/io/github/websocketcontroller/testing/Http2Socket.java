package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A stream of HTTP/2 as a socket (RFC 8441, 5): what would be a FIN ends the stream, what
 * would be an RST resets it.
 */
final class Http2Socket extends Socket implements Stream.Listener {

	/** RFC 8441, 3. */
	private static final int ENABLE_CONNECT_PROTOCOL = 8;

	private final Http2Connection connection;

	private final boolean alone;

	private final CompletableFuture<MetaData.Response> response = new CompletableFuture<>();

	private @Nullable Stream stream;

	/** Guarded by this. */
	private int timeout = 20_000;

	/** Guarded by this. */
	private boolean available;

	/** Guarded by this. */
	private @Nullable IOException failure;

	/** Owned by the reader. */
	private Stream.@Nullable Data data;

	/** Owned by the reader. */
	private boolean ended;

	/**
	 * Creates a socket.
	 * @param alone whether the connection ends with the stream
	 */
	Http2Socket(Http2Connection connection, boolean alone) {
		this.connection = connection;
		this.alone = alone;
	}

	/**
	 * Asks for a websocket.
	 */
	void connect(String path, String... headers) throws IOException {
		if (this.connection.settings().getOrDefault(ENABLE_CONNECT_PROTOCOL, 0) != 1) {
			throw new IOException("Websockets over HTTP/2 are not offered");
		}
		HttpFields.Mutable fields = HttpFields.build().add("sec-websocket-version", "13");
		for (String header : headers) {
			int colon = header.indexOf(':');
			fields.put(header.substring(0, colon), header.substring(colon + 1).strip());
		}
		request(new MetaData.ConnectRequest(scheme(), new HostPortHttpField("localhost", this.connection.port()), path,
				fields, "websocket"), false);
	}

	/**
	 * Asks for a page.
	 */
	void get(String path) throws IOException {
		HttpURI uri = HttpURI.from(scheme().asString() + "://localhost:" + this.connection.port() + path);
		request(new MetaData.Request("GET", uri, HttpVersion.HTTP_2, HttpFields.EMPTY), true);
	}

	private HttpScheme scheme() {
		return this.connection.isSecure() ? HttpScheme.HTTPS : HttpScheme.HTTP;
	}

	private void request(MetaData.Request request, boolean last) throws IOException {
		this.stream = Http2Connection
			.await(this.connection.session().newStream(new HeadersFrame(request, null, last), this));
	}

	/**
	 * Waits for the head of the response.
	 * @return the head in the form that HTTP/1.1 has
	 */
	String response() throws IOException {
		MetaData.Response head = Http2Connection.await(this.response);
		return "HTTP/2 " + head.getStatus() + "\r\n" + head.getHttpFields().asString();
	}

	@Override
	public void onHeaders(Stream stream, HeadersFrame frame, Callback callback) {
		this.response.complete((MetaData.Response) frame.getMetaData());
		callback.succeeded();
	}

	@Override
	public synchronized void onDataAvailable(Stream stream, boolean immediate) {
		this.available = true;
		notifyAll();
	}

	@Override
	public void onReset(Stream stream, ResetFrame frame, Callback callback) {
		fail(new IOException("Reset: " + frame));
		callback.succeeded();
	}

	@Override
	public void onFailure(Stream stream, int error, String reason, Throwable failure, Callback callback) {
		fail(new IOException(reason, failure));
		callback.succeeded();
	}

	private synchronized void fail(IOException failure) {
		if (this.failure == null) {
			this.failure = failure;
			this.response.completeExceptionally(failure);
			notifyAll();
		}
	}

	private int read(byte[] target, int offset, int length) throws IOException {
		int count = take(target, offset, length);
		while (count == 0 && !this.ended) {
			this.data = nextData();
			count = take(target, offset, length);
		}
		return (count > 0) ? count : -1;
	}

	private int take(byte[] target, int offset, int length) {
		if (this.data == null) {
			return 0;
		}
		DataFrame frame = this.data.frame();
		int count = Math.min(length, frame.remaining());
		frame.getByteBuffer().get(target, offset, count);
		if (frame.remaining() == 0) {
			this.ended = frame.isEndStream();
			this.data.release();
			this.data = null;
		}
		return count;
	}

	private Stream.Data nextData() throws IOException {
		while (true) {
			synchronized (this) {
				this.available = false;
			}
			Stream.Data received = stream().readData();
			if (received != null) {
				return received;
			}
			stream().demand();
			awaitData();
		}
	}

	private synchronized void awaitData() throws IOException {
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(this.timeout);
		while (!this.available) {
			if (this.failure != null) {
				throw new IOException(this.failure);
			}
			long remaining = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
			if (remaining <= 0) {
				throw new SocketTimeoutException();
			}
			try {
				wait(remaining);
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		}
	}

	private Stream stream() throws SocketException {
		if (this.stream == null) {
			throw new SocketException("Nothing has been asked for");
		}
		return this.stream;
	}

	private void write(byte[] source, int offset, int length, boolean last) throws IOException {
		ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
		Http2Connection.await(stream().data(new DataFrame(stream().getId(), bytes, last)));
	}

	/**
	 * Resets the stream.
	 */
	void reset() throws IOException {
		Http2Connection.await(stream().reset(new ResetFrame(stream().getId(), ErrorCode.CANCEL_STREAM_ERROR.code)));
		close();
	}

	@Override
	public void shutdownOutput() throws IOException {
		write(new byte[0], 0, 0, true);
	}

	@Override
	public synchronized void close() throws IOException {
		fail(new SocketException("Closed"));
		if (this.alone) {
			this.connection.close();
		}
		else if (this.stream != null && !this.stream.isClosed()) {
			this.stream.reset(new ResetFrame(this.stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code), Callback.NOOP);
		}
	}

	@Override
	public synchronized void setSoTimeout(int timeout) {
		this.timeout = timeout;
	}

	@Override
	public int getPort() {
		return this.connection.port();
	}

	@Override
	public int getLocalPort() {
		return ((InetSocketAddress) Objects.requireNonNull(this.connection.session().getLocalSocketAddress()))
			.getPort();
	}

	@Override
	public InputStream getInputStream() {
		return new InputStream() {

			@Override
			public int read() throws IOException {
				byte[] single = new byte[1];
				return (read(single, 0, 1) < 0) ? -1 : single[0] & 0xFF;
			}

			@Override
			public int read(byte[] target, int offset, int length) throws IOException {
				return (length != 0) ? Http2Socket.this.read(target, offset, length) : 0;
			}

		};
	}

	@Override
	public OutputStream getOutputStream() {
		return new OutputStream() {

			@Override
			public void write(int single) throws IOException {
				write(new byte[] { (byte) single }, 0, 1);
			}

			@Override
			public void write(byte[] source, int offset, int length) throws IOException {
				if (length != 0) {
					Http2Socket.this.write(source, offset, length, false);
				}
			}

		};
	}

}
