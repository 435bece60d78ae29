package io.github.websocketcontroller;

import org.springframework.http.HttpHeaders;

/**
 * Adds headers to the 101. Implemented by a controller for itself, or by a single bean
 * for all controllers that do not.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HeaderUpgrader {

	/**
	 * Returns the headers to add, {@code Set-Cookie} among them. Control characters are
	 * taken out of the values; headers of the handshake itself can't be replaced. Called
	 * on the thread of the request, after the arguments of {@code serve} were validated.
	 * @param request the request
	 * @return headers for the 101
	 */
	HttpHeaders upgradeHeaders(UpgradeRequest request);

}
