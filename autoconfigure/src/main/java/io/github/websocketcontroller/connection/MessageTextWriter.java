package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/**
 * A text message that is sent while it is written.
 */
final class MessageTextWriter extends OutputStreamWriter {

	private final MessageOutputStream message;

	MessageTextWriter(MessageOutputStream message) {
		super(message, StandardCharsets.UTF_8);
		this.message = message;
	}

	/**
	 * Ends the message, with what is left in its last fragment.
	 */
	@Override
	public void close() throws IOException {
		this.message.close(super::close);
	}

}
