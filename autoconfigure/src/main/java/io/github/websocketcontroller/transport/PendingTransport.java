package io.github.websocketcontroller.transport;

import java.io.IOException;

/**
 * A connection of the server that has been upgraded and is waiting to be taken over.
 */
public interface PendingTransport {

	/**
	 * Asks the server to let go of the connection. Called once, by the thread that was
	 * given it.
	 * @param then what to do when it has, perhaps before this method returns; called by a
	 * thread of the server's, which must not be held up
	 * @return {@code false} if there is nothing to wait for and {@code then} will not be
	 * called
	 */
	boolean release(Runnable then);

	/**
	 * Takes the connection over. Called once, on the thread that will use it. If the
	 * server was asked to let go and has not, it now keeps the connection, and the
	 * transport goes through it.
	 * @return the transport
	 * @throws IOException if the connection is gone or can't be taken over
	 */
	Transport open() throws IOException;

	/**
	 * Ends a connection that was not, or could not be, taken over.
	 */
	void close();

}
