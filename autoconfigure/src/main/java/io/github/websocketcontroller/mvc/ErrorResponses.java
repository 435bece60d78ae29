package io.github.websocketcontroller.mvc;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.ConversionNotSupportedException;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Which answer an exception stands for, as Spring MVC sees it.
 */
final class ErrorResponses {

	private ErrorResponses() {
	}

	/**
	 * The status that fits an exception.
	 * @param exception the exception
	 * @return the status, 500 if the exception stands for none
	 */
	static HttpStatusCode status(Exception exception) {
		ErrorResponse response = of(exception);
		return (response != null) ? response.getStatusCode() : HttpStatus.INTERNAL_SERVER_ERROR;
	}

	/**
	 * The answer that an exception stands for.
	 * @param exception the exception
	 * @return the answer or {@code null} if it is just an error
	 */
	static @Nullable ErrorResponse of(Exception exception) {
		if (exception instanceof ErrorResponse response) {
			return response;
		}
		if (exception instanceof TypeMismatchException mismatch) {
			return of(mismatch);
		}
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			if (cause instanceof ResponseStatusException response) {
				return response;
			}
			ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(cause.getClass(), ResponseStatus.class);
			if (status != null) {
				return of(cause, status);
			}
		}
		return null;
	}

	private static @Nullable ErrorResponse of(TypeMismatchException mismatch) {
		if (mismatch instanceof ConversionNotSupportedException) {
			return null;
		}
		String name = mismatch.getPropertyName();
		String detail = (name != null) ? "Failed to convert '" + name + "'." : "Failed to convert a value.";
		return ErrorResponse.builder(mismatch, HttpStatus.BAD_REQUEST, detail).build();
	}

	private static ErrorResponse of(Throwable exception, ResponseStatus status) {
		ProblemDetail body = ProblemDetail.forStatus(status.code());
		if (!status.reason().isEmpty()) {
			body.setDetail(status.reason());
		}
		return ErrorResponse.builder(exception, body).build();
	}

}
