package io.github.websocketcontroller.upgrade;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at start-up when the application's server is not one whose connections can be
 * upgraded.
 */
public final class UnsupportedServerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UnsupportedServerException(@Nullable String server) {
		super("Websocket controllers can't be served by " + server);
	}

}
