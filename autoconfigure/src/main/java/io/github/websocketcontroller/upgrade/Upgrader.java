package io.github.websocketcontroller.upgrade;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.serve.ServeCall;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;

/**
 * Answers a request that has passed all checks with 101 and starts its call of
 * {@code serve} on the connection.
 */
public interface Upgrader {

	/**
	 * Whether upgrades are accepted, which they are not during shutdown.
	 * @return {@code false} to have requests answered with 503
	 */
	boolean isAccepting();

	/**
	 * Whether the limits of connections leave room for one more. It may be gone when the
	 * request is upgraded; the connection is closed with 1013 then.
	 * @param request the request
	 * @return {@code false} to have it answered with 503
	 */
	boolean hasRoom(UpgradeRequest request);

	/**
	 * Says that a request is about to be upgraded.
	 * @return {@code false} to have it answered with 503, since shutdown has begun
	 * meanwhile
	 */
	boolean expect();

	/**
	 * Upgrades a request that is expected.
	 * @param request the request, with all that RFC 6455, 4.2.1 wants
	 * @param response the response, not committed
	 * @param headers what to add to the 101: none of the handshake's own, nor control
	 * characters
	 * @param call what to run
	 */
	void upgrade(HttpServletRequest request, HttpServletResponse response, HttpHeaders headers, ServeCall call);

}
