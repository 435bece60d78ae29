package io.github.websocketcontroller.transport;

import java.io.IOException;
import java.time.Duration;

/**
 * A connection of the server that has been upgraded and is waiting to be taken over.
 */
public interface PendingTransport {

	/**
	 * Takes the connection over. Blocks; called once, on the thread that will use it.
	 * @param timeout how long it may take
	 * @return the transport
	 * @throws IOException if the connection is gone or can't be taken over
	 */
	Transport open(Duration timeout) throws IOException;

	/**
	 * Ends a connection that was not, or could not be, taken over.
	 */
	void close();

}
