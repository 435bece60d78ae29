package io.github.websocketcontroller.mvc;

import java.util.List;

import io.github.websocketcontroller.UpgradeErrorHandler;
import io.github.websocketcontroller.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Writes a response as if a {@code @RequestMapping} method had returned it.
 */
final class ResponseWriter {

	private static final MethodParameter RETURN_TYPE = new MethodParameter(
			ClassUtils.getMethod(UpgradeErrorHandler.class, "onUpgradeError", UpgradeRequest.class,
					HttpStatusCode.class, Exception.class),
			-1);

	private final HandlerMethodReturnValueHandlerComposite handlers;

	ResponseWriter(@Nullable List<HandlerMethodReturnValueHandler> handlers) {
		this.handlers = new HandlerMethodReturnValueHandlerComposite().addHandlers(handlers);
	}

	void write(HttpServletRequest request, HttpServletResponse response, ResponseEntity<?> entity) throws Exception {
		this.handlers.handleReturnValue(entity, RETURN_TYPE, new ModelAndViewContainer(),
				new ServletWebRequest(request, response));
	}

}
