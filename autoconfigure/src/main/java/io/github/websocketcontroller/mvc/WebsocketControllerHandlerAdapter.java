package io.github.websocketcontroller.mvc;

import java.util.ArrayList;
import java.util.List;

import io.github.websocketcontroller.upgrade.Upgrader;

import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod;

/**
 * Opens a websocket connection for a {@code serve} method: resolves and validates its
 * arguments as the application's own adapter does, and upgrades instead of calling it.
 */
public final class WebsocketControllerHandlerAdapter extends RequestMappingHandlerAdapter {

	private final Upgrader upgrader;

	private final ControllerHooks hooks;

	private final ServeContext context;

	/**
	 * Creates an adapter.
	 * @param application the application's own adapter, whose configuration is taken
	 * @param hooks finds the hooks of controllers
	 * @param upgrader answers with 101
	 * @param context carries what the thread of the request knows
	 */
	public WebsocketControllerHandlerAdapter(RequestMappingHandlerAdapter application, ControllerHooks hooks,
			Upgrader upgrader, ServeContext context) {
		this.upgrader = upgrader;
		this.hooks = hooks;
		this.context = context;
		setOrder(0);
		setWebBindingInitializer(application.getWebBindingInitializer());
		setMessageConverters(application.getMessageConverters());
		setErrorResponseInterceptors(application.getErrorResponseInterceptors());
		setArgumentResolvers(argumentResolvers(application));
		setInitBinderArgumentResolvers(application.getInitBinderArgumentResolvers());
		setReturnValueHandlers(application.getReturnValueHandlers());
	}

	private static List<HandlerMethodArgumentResolver> argumentResolvers(RequestMappingHandlerAdapter application) {
		List<HandlerMethodArgumentResolver> resolvers = new ArrayList<>();
		resolvers.add(new ServeArgumentResolver());
		if (application.getArgumentResolvers() != null) {
			resolvers.addAll(application.getArgumentResolvers());
		}
		return resolvers;
	}

	@Override
	protected boolean supportsInternal(HandlerMethod handlerMethod) {
		return handlerMethod instanceof ServeMethod;
	}

	@Override
	protected ServletInvocableHandlerMethod createInvocableHandlerMethod(HandlerMethod handlerMethod) {
		return new HandshakeMethod((ServeMethod) handlerMethod, this.upgrader, this.hooks, this.context);
	}

}
