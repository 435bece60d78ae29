package io.github.websocketcontroller;

/**
 * Decides whether a web page may open a connection. Implemented by a controller for
 * itself, or by a single bean for all controllers that do not. Without one, the origins
 * of {@code websocket-controller.allowed-origins} are let in, and without those only the
 * server's own.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OriginChecker {

	/**
	 * Checks the {@code Origin} header of a request. Called before the arguments of
	 * {@code serve} are resolved, on the thread of the request.
	 * @param request the request
	 * @return {@code false} to answer 403
	 */
	boolean checkOrigin(UpgradeRequest request);

}
