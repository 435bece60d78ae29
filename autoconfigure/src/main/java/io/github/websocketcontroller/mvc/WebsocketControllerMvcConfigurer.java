package io.github.websocketcontroller.mvc;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.context.MessageSource;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;

/**
 * Puts the default answer to a refused upgrade right behind the application's
 * {@code @ExceptionHandler} methods.
 */
public final class WebsocketControllerMvcConfigurer implements WebMvcConfigurer {

	private final @Nullable MessageSource messageSource;

	/**
	 * Creates a configurer.
	 * @param messageSource where an application can have other texts for problem details,
	 * if it wants to
	 */
	public WebsocketControllerMvcConfigurer(@Nullable MessageSource messageSource) {
		this.messageSource = messageSource;
	}

	@Override
	public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
		for (int i = 0; i < resolvers.size(); i++) {
			if (resolvers.get(i) instanceof ExceptionHandlerExceptionResolver exceptionHandlers) {
				HandlerMethodReturnValueHandlerComposite handlers = exceptionHandlers.getReturnValueHandlers();
				ResponseWriter writer = new ResponseWriter((handlers != null) ? handlers.getHandlers() : null);
				resolvers.add(i + 1, new ProblemDetailResolver(writer, this.messageSource));
				return;
			}
		}
	}

}
