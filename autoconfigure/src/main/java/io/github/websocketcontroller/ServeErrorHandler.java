package io.github.websocketcontroller;

/**
 * Is told what left {@code serve}. Implemented by a controller for itself, or by a single
 * bean for all controllers that do not. Without one, the error is logged with its trace.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ServeErrorHandler {

	/**
	 * Handles an error of the application. It is not called for what a client did: a
	 * closed, lost or misused connection. Called once for a connection, on the thread
	 * that has thrown the error, be it the one that served the connection or one that was
	 * forked, before it is closed with 1011; the connection can still send, and be closed
	 * with another status. If {@code serve} ends while a forked thread is in here,
	 * closing waits for it, for {@code close-timeout} at most.
	 * @param connection the connection
	 * @param error what {@code serve}, or the task of a forked thread, has thrown
	 */
	void onError(WebsocketConnection connection, Throwable error);

}
