package io.github.websocketcontroller.mvc;

import io.github.websocketcontroller.serve.ServeCall;

/**
 * Carries what the thread of the request knows to the thread that serves the connection.
 */
@FunctionalInterface
public interface ServeContext {

	/**
	 * Takes what the calling thread knows. Called on the thread of the request.
	 * @param method what is going to be called on the serving thread, and what runs the
	 * tasks of the threads that it forks
	 * @return the same, both within what was taken
	 */
	ServeCall.Method around(ServeCall.Method method);

}
