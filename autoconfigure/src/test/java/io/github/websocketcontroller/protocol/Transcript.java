package io.github.websocketcontroller.protocol;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.web.socket.CloseStatus;

/**
 * All that a reader reads, one line each; the last line tells how it ended.
 */
final class Transcript {

	private Transcript() {
	}

	static List<String> of(byte[]... chunks) {
		return of(
				new MessageReader(new ScriptedTransport(chunks), 256, 100_000, 100_000, Frames.NOTHING_TO_FLUSH, null),
				0);
	}

	static List<String> of(MessageReader reader, long timeout) {
		return of((lines) -> {
			Opcode opcode = reader.next(timeout);
			if (opcode != null) {
				lines.add(opcode + " " + describe(reader, opcode));
			}
		});
	}

	/**
	 * What a reader says that reads messages in parts: the same.
	 * @param mixed whether it does so only with those that it has not got whole in time
	 */
	static List<String> ofParts(MessageReader reader, long timeout, boolean mixed) {
		ByteArrayOutputStream message = new ByteArrayOutputStream();
		AtomicBoolean whole = new AtomicBoolean();
		return of((lines) -> {
			whole.set(mixed && !whole.get() && !reader.isAmidParts());
			Opcode opcode = whole.get() ? reader.next(timeout)
					: reader.isAmidParts() ? reader.nextPart(timeout) : reader.begin(timeout);
			if (opcode == null) {
				return;
			}
			if (opcode.isControl() || whole.get()) {
				lines.add(opcode + " " + describe(reader, opcode));
				return;
			}
			byte[] bytes = new byte[(reader.available() < 1000) ? 7 : 777];
			while (reader.available() > 0) {
				message.write(bytes, 0, reader.take(bytes, 0, bytes.length));
			}
			if (!reader.isAmidParts()) {
				lines.add(opcode + " " + describe(opcode, message.toByteArray()));
				message.reset();
			}
		});
	}

	private static List<String> of(Step step) {
		List<String> lines = new ArrayList<>();
		try {
			while (true) {
				step.read(lines);
			}
		}
		catch (EOFException ex) {
			lines.add("EOF");
		}
		catch (ProtocolException ex) {
			lines.add(String.valueOf(ex.getCloseStatus().getCode()));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return lines;
	}

	private static String describe(MessageReader reader, Opcode opcode) {
		return switch (opcode) {
			case TEXT -> shorten(reader.text());
			case BINARY -> describe(opcode, reader.binary());
			case CLOSE -> {
				CloseStatus status = reader.closeStatus();
				yield status.getCode() + " " + status.getReason();
			}
			default -> HexFormat.of().formatHex(reader.controlPayload());
		};
	}

	private static String describe(Opcode opcode, byte[] bytes) {
		if (opcode == Opcode.TEXT) {
			return shorten(new String(bytes, StandardCharsets.UTF_8));
		}
		return (bytes.length > 50) ? bytes.length + "#" + Arrays.hashCode(bytes) : HexFormat.of().formatHex(bytes);
	}

	static String shorten(String text) {
		return (text.length() > 50) ? text.length() + "#" + text.hashCode() : text;
	}

	/**
	 * One call of a reader.
	 */
	@FunctionalInterface
	private interface Step {

		void read(List<String> lines) throws IOException;

	}

}
