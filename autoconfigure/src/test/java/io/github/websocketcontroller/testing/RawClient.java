package io.github.websocketcontroller.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;

import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * A websocket client that sends bytes exactly as written and hides nothing of what comes
 * back.
 */
public final class RawClient implements AutoCloseable {

	private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

	private static final byte[] MASK = HexFormat.of().parseHex("37fa213d");

	/** What is spoken to, perhaps through TLS. */
	private final Socket socket;

	/** What is below. */
	private final Socket tcp;

	private final DataInputStream input;

	private String response = "";

	private RawClient(Socket socket, Socket tcp) throws IOException {
		this.socket = socket;
		this.tcp = tcp;
		this.input = new DataInputStream(socket.getInputStream());
	}

	RawClient(Http2Socket stream) throws IOException {
		this(stream, stream);
	}

	/**
	 * Connects without sending anything.
	 */
	public static RawClient connect(int port) throws IOException {
		return connect(port, 0);
	}

	/**
	 * Connects with a receive buffer of a size, without sending anything.
	 */
	public static RawClient connect(int port, int receiveBuffer) throws IOException {
		Socket socket = socket(null, port, receiveBuffer);
		return new RawClient(socket, socket);
	}

	/**
	 * Connects with TLS and a receive buffer of a size, without sending anything.
	 */
	public static RawClient connectSecurely(int port, int receiveBuffer) throws IOException {
		return connectSecurely(socket(null, port, receiveBuffer), port);
	}

	/**
	 * Connects with HTTP/2 over TLS and a receive buffer of a size, without sending
	 * anything.
	 */
	public static RawClient connectHttp2(int port, int receiveBuffer) throws IOException {
		return new RawClient(new Http2Socket(Http2Connection.connect(true, port, receiveBuffer), true));
	}

	/**
	 * Connects with TLS from an address, without sending anything.
	 */
	public static RawClient connectSecurely(InetAddress from, int port) throws IOException {
		return connectSecurely(socket(from, port, 0), port);
	}

	private static RawClient connectSecurely(Socket tcp, int port) throws IOException {
		SSLSocket tls = (SSLSocket) SelfSignedKeyStore.trust()
			.getSocketFactory()
			.createSocket(tcp, "localhost", port, true);
		tls.startHandshake();
		return new RawClient(tls, tcp);
	}

	private static Socket socket(@Nullable InetAddress from, int port, int receiveBuffer) throws IOException {
		Socket socket = new Socket();
		if (from != null) {
			socket.bind(new InetSocketAddress(from, 0));
		}
		if (receiveBuffer > 0) {
			socket.setReceiveBufferSize(receiveBuffer);
		}
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		socket.setSoTimeout(20_000);
		socket.setTcpNoDelay(true);
		return socket;
	}

	/**
	 * Connects and upgrades.
	 */
	public static RawClient open(int port, String path, String... headers) throws IOException {
		RawClient client = connect(port);
		client.upgrade(path, headers);
		return client;
	}

	/**
	 * The text of a valid upgrade request.
	 */
	public static String request(int port, String path, String... headers) {
		StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port
				+ "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
				+ KEY + "\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		return request.append("\r\n").toString();
	}

	/**
	 * Sends a valid upgrade request and expects it to be granted.
	 */
	public RawClient upgrade(String path, String... headers) throws IOException {
		return request(path, new byte[0], headers).expectUpgrade();
	}

	/**
	 * Sends a valid upgrade request, without waiting for the response.
	 */
	public RawClient request(String path, String... headers) throws IOException {
		return request(path, new byte[0], headers);
	}

	/**
	 * Sends a valid upgrade request with more right behind it, without waiting for the
	 * response.
	 */
	public RawClient request(String path, byte[] more, String... headers) throws IOException {
		if (this.socket instanceof Http2Socket stream) {
			stream.connect(path, headers);
			return send(more);
		}
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		bytes.writeBytes(request(this.socket.getPort(), path, headers).getBytes(StandardCharsets.ISO_8859_1));
		bytes.writeBytes(more);
		return send(bytes.toByteArray());
	}

	/**
	 * Reads the head of the response to an upgrade request that has to be granted.
	 */
	public RawClient expectUpgrade() throws IOException {
		int granted = (this.socket instanceof Http2Socket) ? 200 : 101;
		if (readStatus() != granted) {
			throw new IOException("Not upgraded: " + this.response);
		}
		return this;
	}

	/**
	 * Reads the head of an HTTP response.
	 * @return its status
	 */
	public int readStatus() throws IOException {
		return Integer.parseInt(readResponse().split("[ \r]", 3)[1]);
	}

	/**
	 * Reads the head of an HTTP response.
	 */
	public String readResponse() throws IOException {
		if (this.socket instanceof Http2Socket stream) {
			this.response = stream.response();
			return this.response;
		}
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
			head.write(this.input.readByte());
		}
		this.response = head.toString(StandardCharsets.ISO_8859_1);
		return this.response;
	}

	/**
	 * The head of the last response.
	 */
	public String response() {
		return this.response;
	}

	/**
	 * Sends a request without an upgrade.
	 */
	public RawClient get(String path) throws IOException {
		if (this.socket instanceof Http2Socket stream) {
			stream.get(path);
			return this;
		}
		return send(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Sends bytes.
	 */
	public RawClient send(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
		this.socket.getOutputStream().flush();
		return this;
	}

	/**
	 * Sends bytes given in hex; blanks are for the reader.
	 */
	public RawClient sendHex(String hex) throws IOException {
		return send(HexFormat.of().parseHex(hex.replace(" ", "")));
	}

	/**
	 * Sends a masked text message.
	 */
	public RawClient text(String text) throws IOException {
		return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Sends a masked Close with a code.
	 */
	public RawClient close(int code) throws IOException {
		return frame(0x88, new byte[] { (byte) (code >> 8), (byte) code });
	}

	/**
	 * Sends a masked frame.
	 */
	public RawClient frame(int firstByte, byte[] payload) throws IOException {
		return send(bytes(firstByte, payload));
	}

	/**
	 * The bytes of a masked frame.
	 */
	public static byte[] bytes(int firstByte, byte[] payload) {
		ByteArrayOutputStream frame = new ByteArrayOutputStream();
		frame.write(firstByte);
		if (payload.length < 126) {
			frame.write(0x80 | payload.length);
		}
		else if (payload.length < 65536) {
			frame.write(0x80 | 126);
			frame.write(payload.length >> 8);
			frame.write(payload.length);
		}
		else {
			frame.write(0x80 | 127);
			for (int shift = 56; shift >= 0; shift -= 8) {
				frame.write((int) ((long) payload.length >> shift));
			}
		}
		frame.writeBytes(MASK);
		for (int i = 0; i < payload.length; i++) {
			frame.write(payload[i] ^ MASK[i % 4]);
		}
		return frame.toByteArray();
	}

	/**
	 * Reads a frame.
	 */
	public Frame read() throws IOException {
		int first = this.input.readUnsignedByte();
		int second = this.input.readUnsignedByte();
		long length = second & 0x7F;
		if (length == 126) {
			length = this.input.readUnsignedShort();
		}
		else if (length == 127) {
			length = this.input.readLong();
		}
		return new Frame(first, this.input.readNBytes(Math.toIntExact(length)));
	}

	/**
	 * Has both sides change the keys of TLS 1.3.
	 */
	public RawClient changeKeys() throws IOException {
		((SSLSocket) this.socket).startHandshake();
		return this;
	}

	/**
	 * Reads until the server ends the connection.
	 * @return whether it did so with a FIN or an RST; {@code false} if it did not in time
	 */
	public boolean awaitEnd(Duration timeout) {
		try {
			// A socket with TLS has closed itself if a write failed.
			this.socket.setSoTimeout((int) timeout.toMillis());
			this.input.transferTo(OutputStream.nullOutputStream());
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

	/**
	 * Whether the server has ended the connection properly.
	 */
	public boolean isAtEnd() throws IOException {
		try {
			return this.input.read() < 0;
		}
		catch (EOFException ex) {
			return true;
		}
	}

	/**
	 * Ends the connection with an RST.
	 */
	public void reset() throws IOException {
		if (this.socket instanceof Http2Socket stream) {
			stream.reset();
			return;
		}
		this.tcp.setSoLinger(true, 0);
		this.tcp.close();
	}

	/**
	 * Ends the output with a FIN.
	 */
	public RawClient shutdownOutput() throws IOException {
		this.socket.shutdownOutput();
		return this;
	}

	/**
	 * What comes back, unparsed.
	 */
	public InputStream input() {
		return this.input;
	}

	/**
	 * The client's own port.
	 */
	public int localPort() {
		return this.socket.getLocalPort();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * A frame that was received.
	 */
	public static final class Frame {

		private final int firstByte;

		private final byte[] payload;

		Frame(int firstByte, byte[] payload) {
			this.firstByte = firstByte;
			this.payload = payload;
		}

		/**
		 * The byte with FIN and opcode.
		 */
		public int firstByte() {
			return this.firstByte;
		}

		/**
		 * The payload.
		 */
		public byte[] payload() {
			return this.payload;
		}

		/**
		 * The code of a Close.
		 */
		public int closeCode() {
			if (this.firstByte != 0x88) {
				throw new IllegalStateException("Not a Close but " + this);
			}
			if (this.payload.length == 0) {
				return 1005;
			}
			return ((this.payload[0] & 0xFF) << 8) | (this.payload[1] & 0xFF);
		}

		/**
		 * The reason of a Close.
		 */
		public String closeReason() {
			return (this.payload.length < 2) ? ""
					: new String(this.payload, 2, this.payload.length - 2, StandardCharsets.UTF_8);
		}

		/**
		 * The payload as text.
		 */
		public String text() {
			return new String(this.payload, StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return "Frame[%02x, %d bytes, %s]".formatted(this.firstByte, this.payload.length,
					text().substring(0, Math.min(40, text().length())));
		}

	}

}
