package io.github.websocketcontroller.mvc;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.PushBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.ui.Model;
import org.springframework.ui.ModelMap;
import org.springframework.validation.Errors;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.support.SessionStatus;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.multipart.MultipartFile;

/**
 * Parameters that a {@code @GetMapping} method may take and {@code serve} may not, since
 * they mean nothing after the 101, and what to take instead.
 */
final class DeadParameter {

	private static final String REQUEST = "Take an UpgradeRequest, a snapshot that stays valid, instead.";

	private static final String RESPONSE = "Send through the connection, or implement HeaderUpgrader to add headers to the 101.";

	private static final String BODY = "An upgrade has no body: take query parameters, or receive the data as the first message.";

	private static final String VIEW = "Remove it: no view is rendered.";

	private static final String ERRORS = "Remove it: invalid arguments are answered before serve is called, by UpgradeErrorHandler or an @ExceptionHandler where there is one.";

	@SuppressWarnings("deprecation") // PushBuilder, for as long as it can be taken
	private static final List<Rule> RULES = List.of(type(ServletRequest.class, REQUEST),
			type(WebRequest.class, REQUEST), type(PushBuilder.class, REQUEST), type(ServletResponse.class, RESPONSE),
			type(OutputStream.class, RESPONSE), type(Writer.class, RESPONSE), type(InputStream.class, BODY),
			type(Reader.class, BODY), type(HttpEntity.class, BODY), type(MultipartFile.class, BODY),
			type(Part.class, BODY), new Rule((parameter) -> parameter.hasParameterAnnotation(RequestBody.class), BODY),
			new Rule((parameter) -> parameter.hasParameterAnnotation(RequestPart.class), BODY),
			type(Errors.class, ERRORS), type(Model.class, VIEW), type(ModelMap.class, VIEW),
			new Rule(DeadParameter::isModel, "Annotate it with @RequestParam, @PathVariable or @RequestHeader."),
			type(SessionStatus.class, "Take the HttpSession instead."));

	private DeadParameter() {
	}

	/**
	 * What to do about a parameter.
	 * @param parameter the parameter
	 * @return the action or {@code null} if the parameter may stay
	 */
	static @Nullable String action(MethodParameter parameter) {
		for (Rule rule : RULES) {
			if (rule.dead().test(parameter)) {
				return rule.action();
			}
		}
		return null;
	}

	private static Rule type(Class<?> type, String action) {
		return new Rule((parameter) -> type.isAssignableFrom(elementType(parameter)), action);
	}

	// Looks into Optional, collections and arrays: of files, say.
	private static Class<?> elementType(MethodParameter parameter) {
		ResolvableType type = ResolvableType.forMethodParameter(parameter.nestedIfOptional());
		ResolvableType element = Collection.class.isAssignableFrom(type.toClass()) ? type.asCollection().getGeneric()
				: type;
		return (element.isArray() ? element.getComponentType() : element).toClass();
	}

	// A map without an annotation is Spring MVC's model.
	private static boolean isModel(MethodParameter parameter) {
		return Map.class.isAssignableFrom(parameter.getParameterType())
				&& parameter.getParameterAnnotations().length == 0;
	}

	private record Rule(Predicate<MethodParameter> dead, String action) {
	}

}
