package io.github.websocketcontroller.mvc;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.context.MessageSource;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.validation.BindException;
import org.springframework.validation.BindingResult;
import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.MethodValidationResult;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * Which arguments are invalid, and what the constraints on them say.
 */
final class ValidationErrors {

	/** Instead of Spring's text, which names the types that it tried to convert to. */
	private static final String UNCONVERTIBLE = "has the wrong format";

	private static final String MISSING = "is missing";

	private final @Nullable MessageSource messageSource;

	private final Locale locale;

	private final MultiValueMap<String, String> messages = new LinkedMultiValueMap<>(new TreeMap<>());

	private ValidationErrors(@Nullable MessageSource messageSource, Locale locale) {
		this.messageSource = messageSource;
		this.locale = locale;
	}

	/**
	 * The messages by the names of arguments and fields.
	 * @param exception the reason of a refusal
	 * @param messageSource where an application can have texts of its own
	 * @param locale the client's
	 * @return the messages, none if the reason is another
	 */
	static Map<String, List<String>> of(Exception exception, @Nullable MessageSource messageSource, Locale locale) {
		ValidationErrors errors = new ValidationErrors(messageSource, locale);
		if (exception instanceof BindException binding) {
			errors.add((BindingResult) binding);
		}
		else if (exception instanceof MethodValidationResult validation) {
			validation.getParameterValidationResults().forEach(errors::add);
		}
		else if (exception instanceof MethodArgumentTypeMismatchException mismatch) {
			errors.messages.add(mismatch.getName(), UNCONVERTIBLE);
		}
		else if (exception instanceof MissingServletRequestParameterException missing) {
			errors.messages.add(missing.getParameterName(), MISSING);
		}
		return errors.messages;
	}

	private void add(ParameterValidationResult result) {
		if (result instanceof Errors fields) {
			add(fields);
			return;
		}
		String name = String.valueOf(result.getMethodParameter().getParameterName());
		result.getResolvableErrors().forEach((error) -> this.messages.add(name, message(error)));
	}

	private void add(Errors errors) {
		for (FieldError error : errors.getFieldErrors()) {
			this.messages.add(error.getField(), error.isBindingFailure() ? unbound(error) : message(error));
		}
		errors.getGlobalErrors().forEach((error) -> this.messages.add(error.getObjectName(), message(error)));
	}

	private static String unbound(FieldError error) {
		return (error.getRejectedValue() != null) ? UNCONVERTIBLE : MISSING;
	}

	private String message(MessageSourceResolvable error) {
		return (this.messageSource != null) ? this.messageSource.getMessage(error, this.locale)
				: String.valueOf(error.getDefaultMessage());
	}

}
