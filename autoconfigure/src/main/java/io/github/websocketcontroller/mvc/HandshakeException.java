package io.github.websocketcontroller.mvc;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * A request that is refused before the 101. Its detail is meant for the client, its
 * message for the log.
 */
final class HandshakeException extends ErrorResponseException {

	private static final long serialVersionUID = 1L;

	private final String message;

	HandshakeException(HttpStatus status, String detail) {
		this(status, detail, HttpHeaders.EMPTY, detail);
	}

	HandshakeException(HttpStatus status, String detail, HttpHeaders headers) {
		this(status, detail, headers, detail);
	}

	HandshakeException(HttpStatus status, String detail, HttpHeaders headers, String message) {
		super(status, ProblemDetail.forStatusAndDetail(status, detail), null);
		getHeaders().putAll(headers);
		this.message = status.value() + ": " + message;
	}

	@Override
	public String getMessage() {
		return this.message;
	}

}
