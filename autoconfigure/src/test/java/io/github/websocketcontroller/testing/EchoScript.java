package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * What one client of a {@link ClientCrowd} sends and expects, drawn from a seed: messages
 * of 1 byte to 60 KB, mostly short ones, text and binary, some in two fragments.
 */
public final class EchoScript {

	/** The length of the longest message, which every client sends once. */
	public static final int LONGEST = 60 * 1024;

	private static final int LONGEST_PAUSE = 8;

	private static final byte[] BYTES = new byte[2 * LONGEST];

	/** Text of which every slice with even ends is text. */
	private static final byte[] TEXT = new byte[2 * LONGEST];

	static {
		Random random = new Random(4711);
		random.nextBytes(BYTES);
		for (int i = 0; i < TEXT.length; i += 2) {
			String pair = random.nextBoolean() ? "\u00e9" : "" + (char) ('a' + random.nextInt(26)) + '.';
			System.arraycopy(pair.getBytes(StandardCharsets.UTF_8), 0, TEXT, i, 2);
		}
	}

	private final int seed;

	private final Random random;

	private final Ending ending;

	private final int messages;

	private final int longestAt;

	private final byte[] head = new byte[10];

	private int headLength;

	/** The last four characters of the response, while it arrives. */
	private int response;

	private boolean upgraded;

	private int expectedFirstByte;

	private byte[] expected = {};

	private int arrived;

	private int sent;

	private int echoed;

	private boolean closeAnswered;

	/**
	 * Creates a script.
	 * @param messages how many messages come back before the client ends
	 */
	public EchoScript(int seed, int messages, Ending ending) {
		this.seed = seed;
		this.random = new Random(seed);
		this.messages = messages;
		this.ending = ending;
		this.longestAt = this.random.nextInt(Math.max(1, messages));
	}

	Ending ending() {
		return this.ending;
	}

	int echoed() {
		return this.echoed;
	}

	boolean isComplete() {
		return this.closeAnswered && this.echoed == this.messages;
	}

	/** Milliseconds until the next message; mostly none. */
	long pause() {
		return Math.max(0, this.random.nextInt(2 * LONGEST_PAUSE) - LONGEST_PAUSE);
	}

	/** Whether the client is gone as soon as it has sent what it has begun to send. */
	boolean isVanishing() {
		return this.sent > this.messages && this.ending != Ending.CLOSE;
	}

	/** What to send next. */
	ByteBuffer next() {
		this.sent++;
		if (this.sent <= this.messages) {
			return message(length());
		}
		return switch (this.ending) {
			case CLOSE -> close();
			case FLOODED -> ByteBuffer.wrap(RawClient.bytes(0x81, "flood".getBytes(StandardCharsets.UTF_8)));
			case RESET, SILENT -> part(message(1000));
		};
	}

	private ByteBuffer close() {
		this.expectedFirstByte = 0x88;
		this.expected = new byte[] { 0x03, (byte) 0xE8 };
		return ByteBuffer.wrap(RawClient.bytes(0x88, this.expected));
	}

	private ByteBuffer part(ByteBuffer message) {
		return message.limit(this.random.nextInt(message.limit()) + 1);
	}

	private int length() {
		if (this.sent - 1 == this.longestAt) {
			return LONGEST;
		}
		return (int) Math.round(Math.exp(this.random.nextDouble() * Math.log(LONGEST)));
	}

	private ByteBuffer message(int length) {
		boolean text = this.random.nextBoolean();
		this.expectedFirstByte = text ? 0x81 : 0x82;
		int from = 2 * this.random.nextInt(LONGEST / 2);
		this.expected = Arrays.copyOfRange(text ? TEXT : BYTES, from, from + length);
		if (text && length % 2 == 1) {
			this.expected[length - 1] = 'z';
		}
		ByteBuffer frames = ByteBuffer.allocate(length + 28);
		if (this.random.nextInt(4) == 0) {
			int middle = this.random.nextInt(length + 1);
			frame(frames, this.expectedFirstByte & 0x0F, 0, middle);
			frame(frames, 0x80, middle, length);
		}
		else {
			frame(frames, this.expectedFirstByte, 0, length);
		}
		return frames.flip();
	}

	private void frame(ByteBuffer target, int firstByte, int from, int to) {
		int length = to - from;
		target.put((byte) firstByte);
		if (length < 126) {
			target.put((byte) (0x80 | length));
		}
		else {
			target.put((byte) (0x80 | 126)).putShort((short) length);
		}
		int key = this.random.nextInt();
		target.putInt(key);
		for (int i = 0; i < length; i++) {
			target.put((byte) (this.expected[from + i] ^ (key >> (24 - 8 * (i % 4)))));
		}
	}

	/**
	 * Takes what has arrived.
	 * @return whether it is time for the next message
	 */
	boolean receive(ByteBuffer input) throws IOException {
		boolean answered = !this.upgraded && isUpgraded(input);
		while (input.hasRemaining()) {
			answered |= isAnswered(input);
		}
		return answered;
	}

	private boolean isUpgraded(ByteBuffer input) throws IOException {
		while (input.hasRemaining() && !this.upgraded) {
			this.response = (this.response << 8) | input.get();
			if (this.headLength < this.head.length) {
				this.head[this.headLength++] = (byte) this.response;
			}
			this.upgraded = this.response == 0x0D0A0D0A;
		}
		if (this.upgraded) {
			String status = new String(this.head, StandardCharsets.ISO_8859_1);
			check(status.equals("HTTP/1.1 1"), status);
			this.headLength = 0;
		}
		return this.upgraded;
	}

	private boolean isAnswered(ByteBuffer input) throws IOException {
		if (this.headLength < 2 || this.headLength < headSize()) {
			this.head[this.headLength++] = input.get();
			if (this.headLength < 2 || this.headLength < headSize()) {
				return false;
			}
			checkHead();
		}
		int count = Math.min(input.remaining(), this.expected.length - this.arrived);
		check(input.slice(input.position(), count).equals(ByteBuffer.wrap(this.expected, this.arrived, count)),
				"other bytes");
		input.position(input.position() + count);
		this.arrived += count;
		if (this.arrived < this.expected.length) {
			return false;
		}
		return complete();
	}

	private int headSize() {
		return switch (this.head[1]) {
			case 126 -> 4;
			case 127 -> 10;
			default -> 2;
		};
	}

	private void checkHead() throws IOException {
		int length = (this.head[1] < 126) ? this.head[1] : ByteBuffer.wrap(this.head).getShort(2) & 0xFFFF;
		check((this.head[0] & 0xFF) == this.expectedFirstByte,
				"first byte " + Integer.toHexString(this.head[0] & 0xFF));
		check(length == this.expected.length, "length " + length);
	}

	private boolean complete() {
		this.headLength = 0;
		this.arrived = 0;
		if (this.expectedFirstByte == 0x88) {
			this.closeAnswered = true;
			return false;
		}
		this.echoed++;
		return true;
	}

	private void check(boolean condition, String what) throws IOException {
		if (!condition) {
			throw new IOException("Unexpected " + what);
		}
	}

	@Override
	public String toString() {
		return "client " + this.seed + " after message " + this.echoed + " of " + this.messages + " (" + this.ending
				+ ", sent " + this.sent + ", expected " + this.expected.length + " bytes)";
	}

	/**
	 * How a client ends.
	 */
	public enum Ending {

		/** With a closing handshake. */
		CLOSE,

		/** With an RST amid a message. */
		RESET,

		/** Goes silent amid a message, its socket open. */
		SILENT,

		/** Takes nothing more of what the server sends. */
		FLOODED

	}

}
