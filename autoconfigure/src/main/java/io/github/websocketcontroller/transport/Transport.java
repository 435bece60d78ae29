package io.github.websocketcontroller.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connected byte stream. One thread at a time may read, one at a time may write, both
 * at once; any thread may close.
 */
public interface Transport {

	/**
	 * Waits for bytes.
	 * @param target where to put them; has room for at least one
	 * @param timeout how long to wait for in nanoseconds; 0 is for ever
	 * @return how many bytes were read; -1 at the end of the stream; 0 when the time is
	 * up, after which the stream is as usable as before
	 * @throws IOException if the stream is broken or closed
	 */
	int read(ByteBuffer target, long timeout) throws IOException;

	/**
	 * Waits until the peer takes bytes.
	 * @param source the bytes; has at least one
	 * @return how many bytes were taken, at least one
	 * @throws IOException if the stream is broken or closed
	 */
	int write(ByteBuffer source) throws IOException;

	/**
	 * Waits until the peer takes bytes of a header and a payload that go out together.
	 * @param header the bytes that go first
	 * @param payload the bytes that follow
	 * @return how many bytes of both were taken, at least one
	 * @throws IOException if the stream is broken or closed
	 */
	long write(ByteBuffer header, ByteBuffer payload) throws IOException;

	/**
	 * Ends the stream towards the peer, which sees its end after all that was written.
	 * @throws IOException if the stream is broken or closed
	 */
	void closeOutput() throws IOException;

	/**
	 * Whether the stream has not been closed, be it by {@link #close()} or by the server
	 * on its own, of which a waiting thread need not have been told.
	 * @return {@code false} if it has
	 */
	boolean isOpen();

	/**
	 * Ends the stream in both directions. A thread that waits in it gets an
	 * {@link IOException}. A further call does nothing.
	 */
	void close();

}
