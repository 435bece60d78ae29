package io.github.websocketcontroller;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import org.springframework.core.log.LogFormatUtils;
import org.springframework.web.socket.CloseStatus;

/**
 * Thrown when the connection has ended, for whatever reason. It may leave {@code serve}:
 * the end of a connection is not an error of the application.
 *
 * @since 0.1.0
 */
public class ConnectionClosedException extends WebsocketException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient WebsocketConnection connection;

	private final CloseStatus closeStatus;

	/**
	 * Creates an exception.
	 * @param connection the connection that has ended
	 * @param closeStatus the status it has ended with
	 * @param cause what ended it, if that was an exception
	 */
	public ConnectionClosedException(WebsocketConnection connection, CloseStatus closeStatus,
			@Nullable Throwable cause) {
		super("Connection " + connection.getId() + " is closed: " + LogFormatUtils.formatValue(closeStatus, -1, true),
				cause);
		this.connection = connection;
		this.closeStatus = closeStatus;
	}

	/**
	 * The connection that has ended.
	 * @return the connection
	 */
	public WebsocketConnection getConnection() {
		return this.connection;
	}

	/**
	 * The status the connection has ended with.
	 * @return the status, as of {@link WebsocketConnection#getCloseStatus()}
	 */
	public CloseStatus getCloseStatus() {
		return this.closeStatus;
	}

}
