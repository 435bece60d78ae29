package io.github.websocketcontroller.connection;

import java.io.IOException;

import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.protocol.MessageReader;
import io.github.websocketcontroller.protocol.Opcode;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

/**
 * Makes of a message what the application has asked for.
 */
final class Conversions {

	private final WebsocketConnection connection;

	private final JsonCodec json;

	Conversions(WebsocketConnection connection, JsonCodec json) {
		this.connection = connection;
		this.json = json;
	}

	static WebSocketMessage<?> message(Opcode kind, MessageReader reader) {
		return (kind == Opcode.TEXT) ? new TextMessage(reader.text()) : new BinaryMessage(reader.binary());
	}

	String text(Opcode kind, MessageReader reader) {
		requireText(kind);
		return reader.text();
	}

	void requireText(Opcode kind) {
		if (kind != Opcode.TEXT) {
			throw new InvalidMessageException(this.connection, "A text message was expected",
					CloseStatus.NOT_ACCEPTABLE.withReason("Text expected"), null);
		}
	}

	byte[] binary(Opcode kind, MessageReader reader) {
		if (kind != Opcode.BINARY) {
			throw new InvalidMessageException(this.connection, "A binary message was expected",
					CloseStatus.NOT_ACCEPTABLE.withReason("Binary expected"), null);
		}
		return reader.binary();
	}

	<T> T json(MessageReader reader, Class<T> type) {
		try {
			return this.json.read(reader.binary(), type);
		}
		catch (IOException ex) {
			throw new InvalidMessageException(this.connection, "The message is not the JSON of a " + type.getName(),
					CloseStatus.BAD_DATA.withReason("Invalid JSON"), ex);
		}
	}

	byte[] toJson(Object object) {
		try {
			return this.json.write(object);
		}
		catch (IOException ex) {
			throw new WebsocketException("Can't write a " + object.getClass().getName() + " as JSON", ex);
		}
	}

}
