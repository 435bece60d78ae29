package io.github.websocketcontroller.mvc;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers what no {@code @ExceptionHandler} has answered with
 * {@code application/problem+json}, whatever {@code spring.mvc.problemdetails.enabled}
 * and the client's {@code Accept} say. Only refusals before the 101, and no errors of the
 * application, which are left to the server's error page.
 */
final class ProblemDetailResolver implements HandlerExceptionResolver {

	private static final Log logger = LogFactory.getLog(ProblemDetailResolver.class);

	private final ResponseWriter writer;

	private final @Nullable MessageSource messageSource;

	ProblemDetailResolver(ResponseWriter writer, @Nullable MessageSource messageSource) {
		this.writer = writer;
		this.messageSource = messageSource;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		if (!(handler instanceof ServeMethod) || response.isCommitted()) {
			return null;
		}
		ErrorResponse refusal = ErrorResponses.of(ex);
		if (refusal == null) {
			return null;
		}
		try {
			this.writer.write(request, response, entity(refusal, ex));
			return new ModelAndView();
		}
		catch (Exception failure) {
			logger.warn("A problem detail can't be written", failure);
			return sendError(response, refusal);
		}
	}

	private ResponseEntity<ProblemDetail> entity(ErrorResponse refusal, Exception reason) {
		HttpHeaders headers = new HttpHeaders(refusal.getHeaders());
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		Locale locale = LocaleContextHolder.getLocale();
		ProblemDetail body = refusal.updateAndGetBody(this.messageSource, locale);
		Map<String, List<String>> errors = ValidationErrors.of(reason, this.messageSource, locale);
		if (!errors.isEmpty()) {
			body.setProperty("errors", errors);
		}
		return new ResponseEntity<>(body, headers, refusal.getStatusCode());
	}

	private static @Nullable ModelAndView sendError(HttpServletResponse response, ErrorResponse refusal) {
		try {
			response.sendError(refusal.getStatusCode().value());
			return new ModelAndView();
		}
		catch (IOException | IllegalStateException ex) {
			return null;
		}
	}

}
