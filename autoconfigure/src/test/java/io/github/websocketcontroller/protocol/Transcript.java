package io.github.websocketcontroller.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import org.springframework.web.socket.CloseStatus;

/**
 * All that a reader reads, one line each; the last line tells how it ended.
 */
final class Transcript {

	private Transcript() {
	}

	static List<String> of(byte[]... chunks) {
		return of(new MessageReader(new ScriptedTransport(chunks), 256, 100_000), 0);
	}

	static List<String> of(MessageReader reader, long timeout) {
		List<String> lines = new ArrayList<>();
		try {
			while (true) {
				Opcode opcode = reader.next(timeout);
				if (opcode != null) {
					lines.add(opcode + " " + describe(reader, opcode));
				}
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
			case BINARY -> {
				byte[] bytes = reader.binary();
				yield (bytes.length > 50) ? bytes.length + "#" + Arrays.hashCode(bytes)
						: HexFormat.of().formatHex(bytes);
			}
			case CLOSE -> {
				CloseStatus status = reader.closeStatus();
				yield status.getCode() + " " + status.getReason();
			}
			default -> HexFormat.of().formatHex(reader.controlPayload());
		};
	}

	static String shorten(String text) {
		return (text.length() > 50) ? text.length() + "#" + text.hashCode() : text;
	}

}
