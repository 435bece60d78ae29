package io.github.websocketcontroller.serve;

import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketSettings;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code serve} that is ready to be made as soon as there is a connection.
 *
 * @param path the pattern of the route, for logs
 * @param request the upgrade request
 * @param settings what the connection is run with
 * @param method the controller's method with all its arguments but the connection
 * @param errorHandler who is told what the method throws, if anybody
 */
public record ServeCall(String path, UpgradeRequest request, WebsocketSettings settings, Method method,
		@Nullable ServeErrorHandler errorHandler) {

	/**
	 * The controller's method, bound to its arguments.
	 */
	@FunctionalInterface
	public interface Method {

		/**
		 * Calls it.
		 * @param connection the argument that was missing
		 * @throws Throwable what the method has thrown
		 */
		void serve(WebsocketConnection connection) throws Throwable;

		/**
		 * Runs the task of a thread that the method has forked, within what the method
		 * runs in. Called on that thread; by many at once.
		 * @param task the task
		 */
		default void run(Runnable task) {
			task.run();
		}

	}

}
