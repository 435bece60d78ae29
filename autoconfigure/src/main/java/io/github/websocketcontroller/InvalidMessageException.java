package io.github.websocketcontroller;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * Thrown when a message is not of the kind, or not the JSON, that was asked for. The
 * message is gone, the connection stays usable. If it leaves {@code serve}, the
 * connection is closed with {@link #getCloseStatus()}.
 *
 * @since 0.1.0
 */
public class InvalidMessageException extends WebsocketException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient WebsocketConnection connection;

	private final CloseStatus closeStatus;

	/**
	 * Creates an exception.
	 * @param connection the connection that the message came from
	 * @param message what was wrong
	 * @param closeStatus what to tell the peer
	 * @param cause the parser's exception, if there is one
	 */
	public InvalidMessageException(WebsocketConnection connection, String message, CloseStatus closeStatus,
			@Nullable Throwable cause) {
		super(message, cause);
		this.connection = connection;
		this.closeStatus = closeStatus;
	}

	/**
	 * The connection that the message came from.
	 * @return the connection
	 */
	public WebsocketConnection getConnection() {
		return this.connection;
	}

	/**
	 * The status that tells the peer what was wrong.
	 * @return {@link CloseStatus#BAD_DATA} for invalid content,
	 * {@link CloseStatus#NOT_ACCEPTABLE} for the wrong kind of message
	 */
	public CloseStatus getCloseStatus() {
		return this.closeStatus;
	}

}
