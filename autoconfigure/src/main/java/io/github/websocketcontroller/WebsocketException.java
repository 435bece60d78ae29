package io.github.websocketcontroller;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a connection can't do what it was asked for.
 *
 * @since 0.1.0
 */
public class WebsocketException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public WebsocketException(String message) {
		this(message, null);
	}

	public WebsocketException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
