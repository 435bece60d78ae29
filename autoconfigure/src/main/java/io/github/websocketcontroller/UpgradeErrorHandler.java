package io.github.websocketcontroller;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;

/**
 * Answers requests that do not become a connection. Implemented by a controller for
 * itself, or by a single bean for all controllers that do not. Without one, Spring's
 * {@code @ExceptionHandler} methods are asked, and then the answer is an
 * {@code application/problem+json}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface UpgradeErrorHandler {

	/**
	 * Answers a failure before the 101. Called on the thread of the request.
	 * @param request the request
	 * @param status the status that fits the reason
	 * @param reason what was wrong; its text may be about the inside of the server
	 * @return the answer, or {@code null} to leave it to the default
	 */
	@Nullable ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status, Exception reason);

}
