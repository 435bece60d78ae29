package io.github.websocketcontroller.mvc;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * A request that is refused before the 101. Its detail is meant for the client.
 */
final class HandshakeException extends ErrorResponseException {

	private static final long serialVersionUID = 1L;

	HandshakeException(HttpStatus status, String detail) {
		this(status, detail, HttpHeaders.EMPTY);
	}

	HandshakeException(HttpStatus status, String detail, HttpHeaders headers) {
		super(status, ProblemDetail.forStatusAndDetail(status, detail), null);
		getHeaders().putAll(headers);
	}

}
