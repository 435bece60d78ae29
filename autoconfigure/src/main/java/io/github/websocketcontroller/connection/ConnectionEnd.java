package io.github.websocketcontroller.connection;

import io.github.websocketcontroller.ConnectionClosedException;
import org.jspecify.annotations.Nullable;

/**
 * What both halves of a connection need when it ends.
 */
interface ConnectionEnd {

	/**
	 * Closes the socket, because the closing handshake is over or the peer is gone. The
	 * status is 1006 unless closing had begun.
	 */
	void cut();

	/**
	 * Makes the exception that tells the application.
	 * @param cause what ended the connection, if that was an exception
	 * @return the exception
	 */
	ConnectionClosedException closed(@Nullable Throwable cause);

}
