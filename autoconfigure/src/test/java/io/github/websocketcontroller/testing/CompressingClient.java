package io.github.websocketcontroller.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A client that compresses as it was agreed, with the JDK's own means. Not thread-safe.
 */
public final class CompressingClient implements AutoCloseable {

	private static final String EXTENSION = "permessage-deflate";

	private static final byte[] TAIL = { 0, 0, -1, -1 };

	private final RawClient client;

	private final String answer;

	private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);

	private final Inflater inflater = new Inflater(true);

	private CompressingClient(RawClient client) {
		this.client = client;
		this.answer = client.response()
			.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-extensions:"))
			.map((line) -> line.substring(line.indexOf(':') + 1).strip())
			.findFirst()
			.orElse("");
		if (this.answer.contains("client_max_window_bits") && !this.answer.contains("client_max_window_bits=15")) {
			this.deflater.setStrategy(Deflater.HUFFMAN_ONLY);
			this.deflater.deflate(new byte[0]);
		}
	}

	/**
	 * The header that offers compression.
	 * @param parameters the parameters, each after a semicolon
	 */
	public static String offer(String parameters) {
		return "Sec-WebSocket-Extensions: " + EXTENSION + parameters;
	}

	/**
	 * Makes a client of one that has offered compression and was upgraded.
	 */
	public static CompressingClient of(RawClient client) {
		return new CompressingClient(client);
	}

	/**
	 * Connects and offers compression.
	 * @param parameters the parameters, each after a semicolon
	 */
	public static CompressingClient open(TestServer server, String path, String parameters) throws IOException {
		return of(server.open(path, offer(parameters)));
	}

	/**
	 * What lies below.
	 */
	public RawClient raw() {
		return this.client;
	}

	/**
	 * What the server has answered to the offer; empty if nothing.
	 */
	public String answer() {
		return this.answer;
	}

	/**
	 * A message as it was agreed on.
	 */
	public byte[] compress(byte[] payload) {
		if (payload.length == 0) {
			return new byte[1];
		}
		this.deflater.setInput(payload);
		byte[] compressed = new byte[payload.length + payload.length / 100 + 100];
		int count = this.deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
		if (this.answer.contains("client_no_context_takeover")) {
			this.deflater.reset();
		}
		return Arrays.copyOf(compressed, count - TAIL.length);
	}

	/**
	 * Sends a compressed message, while the caller reads.
	 * @param opcode 1 or 2
	 */
	public CompletableFuture<RawClient> send(int opcode, byte[] payload) {
		byte[] compressed = compress(payload);
		return CompletableFuture.supplyAsync(() -> {
			try {
				return this.client.frame(0xC0 | opcode, compressed);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	/**
	 * Reads a message.
	 */
	public Message read() throws IOException {
		RawClient.Frame frame = this.client.read();
		int first = frame.firstByte();
		ByteArrayOutputStream payload = new ByteArrayOutputStream();
		payload.writeBytes(frame.payload());
		while ((frame.firstByte() & 0x80) == 0) {
			frame = this.client.read();
			if ((frame.firstByte() & 0x7F) != 0) {
				throw new IOException("No continuation but " + frame);
			}
			payload.writeBytes(frame.payload());
		}
		boolean compressed = (first & 0x40) != 0;
		return new Message(first & 0xF, compressed, compressed ? expand(payload.toByteArray()) : payload.toByteArray());
	}

	private byte[] expand(byte[] compressed) throws IOException {
		byte[] input = Arrays.copyOf(compressed, compressed.length + TAIL.length);
		System.arraycopy(TAIL, 0, input, compressed.length, TAIL.length);
		this.inflater.setInput(input);
		ByteArrayOutputStream expanded = new ByteArrayOutputStream();
		byte[] chunk = new byte[8192];
		try {
			for (int count = this.inflater.inflate(chunk); count > 0; count = this.inflater.inflate(chunk)) {
				expanded.write(chunk, 0, count);
			}
		}
		catch (DataFormatException ex) {
			throw new IOException(ex);
		}
		if (this.answer.contains("server_no_context_takeover")) {
			this.inflater.reset();
		}
		return expanded.toByteArray();
	}

	@Override
	public void close() throws IOException {
		this.deflater.end();
		this.inflater.end();
		this.client.close();
	}

	/**
	 * A message that was received.
	 */
	public static final class Message {

		private final int opcode;

		private final boolean compressed;

		private final byte[] payload;

		Message(int opcode, boolean compressed, byte[] payload) {
			this.opcode = opcode;
			this.compressed = compressed;
			this.payload = payload;
		}

		/**
		 * 1 or 2, or that of a control frame.
		 */
		public int opcode() {
			return this.opcode;
		}

		/**
		 * Whether it was compressed.
		 */
		public boolean isCompressed() {
			return this.compressed;
		}

		/**
		 * Its payload, expanded.
		 */
		public byte[] payload() {
			return this.payload;
		}

	}

}
