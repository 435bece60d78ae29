package io.github.websocketcontroller.mvc;

import io.github.websocketcontroller.UpgradeErrorHandler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Sees every failure before the 101 first: those of requests that a controller has
 * claimed, and "not found" on a path that a controller has, which it turns into what is
 * wrong with the handshake. Asks the {@link UpgradeErrorHandler}; where there is none or
 * it has no answer, {@code @ExceptionHandler} methods see the same exception next.
 */
public final class UpgradeFailureResolver implements HandlerExceptionResolver, Ordered {

	/** Before the application's own resolvers, which have order 0. */
	private static final int ORDER = -1;

	private static final Log logger = LogFactory.getLog(UpgradeFailureResolver.class);

	private final WebsocketControllerHandlerMapping mapping;

	private final HandlerExceptionResolver application;

	private final ControllerHooks hooks;

	private final ResponseWriter writer;

	/**
	 * Creates a resolver.
	 * @param mapping knows the paths of the controllers
	 * @param adapter whose return value handlers write the answers
	 * @param hooks finds the hooks of controllers
	 * @param application the application's own resolvers
	 */
	public UpgradeFailureResolver(WebsocketControllerHandlerMapping mapping, WebsocketControllerHandlerAdapter adapter,
			ControllerHooks hooks, HandlerExceptionResolver application) {
		this.mapping = mapping;
		this.application = application;
		this.hooks = hooks;
		this.writer = new ResponseWriter(adapter.getReturnValueHandlers());
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		if (handler instanceof ServeMethod serve) {
			return HandshakeMethod.isUpgraded(request) ? tooLate(ex) : answer(request, response, serve, ex);
		}
		if (isUnanswered(request, handler, ex)) {
			return resolveUnclaimed(request, response);
		}
		return (handler == null && this.mapping.isClaimable(request)) ? resolveClaimFailure(request, response, ex)
				: null;
	}

	// The connection is open and has a thread of its own; there is no response left.
	private static ModelAndView tooLate(Exception ex) {
		logger.error("Failure after the upgrade, by an interceptor", ex);
		return new ModelAndView();
	}

	private static boolean isUnanswered(HttpServletRequest request, @Nullable Object handler, Exception ex) {
		if (handler != null) {
			return handler instanceof ResourceHttpRequestHandler && ex instanceof NoResourceFoundException;
		}
		return ex instanceof NoHandlerFoundException || (ex instanceof HttpRequestMethodNotSupportedException
				&& HttpMethod.GET.matches(request.getMethod()));
	}

	private @Nullable ModelAndView resolveUnclaimed(HttpServletRequest request, HttpServletResponse response) {
		ServeMethod serve = this.mapping.findByPath(request);
		if (serve == null) {
			return null;
		}
		if (HttpMethod.OPTIONS.matches(request.getMethod())) {
			response.setHeader(HttpHeaders.ALLOW, "GET,OPTIONS");
			return new ModelAndView();
		}
		Exception refusal = this.mapping.refusal(request);
		return (refusal != null) ? resolve(request, response, serve, refusal) : null;
	}

	// No handler yet: its API version is unknown, say, or the controller can't be
	// created.
	private @Nullable ModelAndView resolveClaimFailure(HttpServletRequest request, HttpServletResponse response,
			Exception ex) {
		ServeMethod serve = this.mapping.findByPath(request);
		return (serve != null) ? resolve(request, response, serve, ex) : null;
	}

	private @Nullable ModelAndView resolve(HttpServletRequest request, HttpServletResponse response, ServeMethod serve,
			Exception reason) {
		ModelAndView answer = answer(request, response, serve, reason);
		return (answer != null) ? answer : this.application.resolveException(request, response, serve, reason);
	}

	private @Nullable ModelAndView answer(HttpServletRequest request, HttpServletResponse response, ServeMethod serve,
			Exception reason) {
		if (logger.isDebugEnabled()) {
			logger.debug(ResponseHeaders.printable(request.getRequestURI() + ": no upgrade, " + reason.getMessage()));
		}
		ResponseEntity<?> answer = ask(request, serve, reason);
		if (answer == null) {
			return null;
		}
		try {
			this.writer.write(request, response, answer);
			return new ModelAndView();
		}
		catch (HttpMediaTypeNotAcceptableException ex) {
			logger.debug("The client does not accept the answer of the UpgradeErrorHandler");
		}
		catch (Exception ex) {
			logger.error("The answer of the UpgradeErrorHandler can't be written", ex);
		}
		return response.isCommitted() ? new ModelAndView() : null;
	}

	private @Nullable ResponseEntity<?> ask(HttpServletRequest request, ServeMethod serve, Exception reason) {
		try {
			UpgradeErrorHandler handler = this.hooks.find(UpgradeErrorHandler.class, serve.getBean());
			return (handler != null)
					? handler.onUpgradeError(ServletUpgradeRequest.of(request), ErrorResponses.status(reason), reason)
					: null;
		}
		catch (RuntimeException ex) {
			logger.error("The UpgradeErrorHandler failed", ex);
			return null;
		}
	}

}
