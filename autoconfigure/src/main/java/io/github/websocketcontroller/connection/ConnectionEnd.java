package io.github.websocketcontroller.connection;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketException;
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

	/**
	 * Makes the exception for a thread that is interrupted: the JDK would close the
	 * socket if it went on.
	 * @return that the connection has ended if it has, else that it stays usable
	 */
	WebsocketException interrupted();

}
