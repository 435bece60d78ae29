package io.github.websocketcontroller.mvc;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.SettingsCustomizer;
import io.github.websocketcontroller.WebsocketController;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.web.accept.DefaultApiVersionStrategy;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Maps upgrade requests to the {@code serve} methods of controllers. Every other request
 * is left to the application's own handlers, on whatever path.
 * <p>
 * What the application has configured for its {@code @RequestMapping} methods holds here
 * too: path prefixes, pattern syntax, content negotiation, API versions, CORS and all
 * interceptors, so that those which authenticate can't be bypassed. CORS can only refuse:
 * what it lets through still has to pass the origin check of the handshake.
 */
public final class WebsocketControllerHandlerMapping extends RequestMappingHandlerMapping {

	/** Before the application's own handlers, which would answer an upgrade as a GET. */
	private static final int ORDER = -10;

	private final RequestMappingHandlerMapping application;

	private final ControllerHooks hooks;

	private final ControllerSettings settings;

	/** The settings of each handler by path. Written at start-up only. */
	private final Map<Object, Map<String, PathSettings>> settingsByHandler = new HashMap<>();

	/** All routes. Written at start-up only. */
	private final List<Route> routes = new ArrayList<>();

	/**
	 * Creates a mapping.
	 * @param application the application's own mapping, whose configuration is taken
	 * @param hooks finds {@link RouteRegistrar}s and {@link SettingsCustomizer}s
	 * @param settings finds what connections are run with
	 */
	public WebsocketControllerHandlerMapping(RequestMappingHandlerMapping application, ControllerHooks hooks,
			ControllerSettings settings) {
		this.application = application;
		this.hooks = hooks;
		this.settings = settings;
		setOrder(ORDER);
		setContentNegotiationManager(application.getContentNegotiationManager());
		setPathPrefixes(application.getPathPrefixes());
		setApiVersionStrategy(application.getApiVersionStrategy());
		setCorsProcessor(application.getCorsProcessor());
		takePathMatching();
		if (application.getCorsConfigurationSource() != null) {
			setCorsConfigurationSource(application.getCorsConfigurationSource());
		}
	}

	@SuppressWarnings("removal")
	private void takePathMatching() {
		setPatternParser(this.application.getPatternParser());
		if (this.application.getPatternParser() == null) {
			setUrlPathHelper(this.application.getUrlPathHelper());
			setPathMatcher(this.application.getPathMatcher());
		}
	}

	/**
	 * Takes the application's interceptors instead of looking for beans: those are among
	 * them already.
	 */
	@Override
	protected void detectMappedInterceptors(List<HandlerInterceptor> mappedInterceptors) {
		HandlerInterceptor[] interceptors = this.application.getAdaptedInterceptors();
		if (interceptors != null) {
			Collections.addAll(mappedInterceptors, interceptors);
		}
	}

	@Override
	protected String[] getCandidateBeanNames() {
		return obtainApplicationContext().getBeanNamesForAnnotation(WebsocketController.class);
	}

	@Override
	protected boolean isHandler(Class<?> beanType) {
		return AnnotatedElementUtils.hasAnnotation(beanType, WebsocketController.class);
	}

	// Looks for the one method, where Spring looks for annotated ones.
	@Override
	protected void detectHandlerMethods(Object handler) {
		Class<?> type = (handler instanceof String name) ? obtainApplicationContext().getType(name)
				: handler.getClass();
		Assert.state(type != null, () -> "No type of bean " + handler);
		Class<?> controller = ClassUtils.getUserClass(type);
		Method serve = ServeMethodCheck.check(controller);
		this.hooks.check(controller);
		RequestMappingInfo mapping = mapping(handler, controller);
		this.settingsByHandler.put(handler, this.settings.of(controller, mapping.getPatternValues(),
				hook(SettingsCustomizer.class, handler, controller)));
		registerHandlerMethod(handler, AopUtils.selectInvocableMethod(serve, controller), mapping);
		this.mappingsLogger.debug("\n\t" + mapping + ": " + serve);
	}

	private RequestMappingInfo mapping(Object handler, Class<?> controller) {
		WebsocketController annotation = AnnotatedElementUtils.findMergedAnnotation(controller,
				WebsocketController.class);
		String[] paths = (annotation != null) ? resolveEmbeddedValuesInPatterns(annotation.path()) : new String[0];
		RouteRegistrar registrar = hook(RouteRegistrar.class, handler, controller);
		RequestMappingInfo.Builder route = RequestMappingInfo.paths(paths)
			.methods(RequestMethod.GET)
			.options(getBuilderConfiguration());
		RequestMappingInfo mapping = (registrar != null) ? registrar.registerRoute(route) : route.build();
		if (mapping.isEmptyMapping() && paths.length == 0) {
			throw new InvalidControllerException(controller, null, "It has no path.",
					"Name one, as in @WebsocketController(\"/chat\"), or let a RouteRegistrar do it.");
		}
		if (!mapping.getMethodsCondition().getMethods().equals(Set.of(RequestMethod.GET))) {
			throw new InvalidControllerException(controller, null,
					"Its RouteRegistrar returns a mapping that is not limited to GET.",
					"Leave the methods of the builder that registerRoute receives as they are.");
		}
		addMappedVersion(mapping);
		return prefixed(controller, mapping);
	}

	private <T> @Nullable T hook(Class<T> type, Object handler, Class<?> controller) {
		if (!type.isAssignableFrom(controller)) {
			return this.hooks.findShared(type);
		}
		return type.cast((handler instanceof String name) ? obtainApplicationContext().getBean(name) : handler);
	}

	// So that {@code spring.mvc.apiversion.detect-supported} knows the version.
	private void addMappedVersion(RequestMappingInfo mapping) {
		String version = mapping.getVersionCondition().getVersion();
		if (version != null && getApiVersionStrategy() instanceof DefaultApiVersionStrategy strategy) {
			strategy.addMappedVersion(version);
		}
	}

	private RequestMappingInfo prefixed(Class<?> controller, RequestMappingInfo mapping) {
		RequestMappingInfo info = mapping.isEmptyMapping()
				? mapping.mutate().paths("", "/").options(getBuilderConfiguration()).build() : mapping;
		for (Map.Entry<String, Predicate<Class<?>>> prefix : getPathPrefixes().entrySet()) {
			if (prefix.getValue().test(controller)) {
				return RequestMappingInfo.paths(resolveEmbeddedValuesInPatterns(new String[] { prefix.getKey() }))
					.options(getBuilderConfiguration())
					.build()
					.combine(info);
			}
		}
		return info;
	}

	@Override
	protected void registerHandlerMethod(Object handler, Method method, RequestMappingInfo mapping) {
		HandlerMethod serve = createHandlerMethod(handler, method);
		Route route = Route.of(mapping, serve, getBuilderConfiguration());
		this.routes.stream().filter(route::isAmbiguousWith).findFirst().ifPresent((other) -> {
			throw new InvalidControllerException(serve.getBeanType(), null,
					"It has the same route as " + other.serve().getBeanType().getName() + ": " + mapping + ".",
					"Give each of them a path of its own.");
		});
		super.registerHandlerMethod(handler, method, mapping);
		this.routes.add(route);
	}

	@Override
	protected void handlerMethodsInitialized(Map<RequestMappingInfo, HandlerMethod> handlerMethods) {
		super.handlerMethodsInitialized(handlerMethods);
		Set<String> paths = new TreeSet<>();
		handlerMethods.keySet().forEach((mapping) -> paths.addAll(mapping.getPatternValues()));
		this.settings.check(paths);
	}

	@Override
	protected HandlerMethod createHandlerMethod(Object handler, Method method) {
		Map<String, PathSettings> settings = this.settingsByHandler.getOrDefault(handler, Map.of());
		if (handler instanceof String beanName) {
			return new ServeMethod(beanName, obtainApplicationContext().getAutowireCapableBeanFactory(),
					obtainApplicationContext(), method, settings);
		}
		return new ServeMethod(handler, method, settings);
	}

	@Override
	protected @Nullable HandlerMethod getHandlerInternal(HttpServletRequest request) throws Exception {
		return isClaimable(request) ? super.getHandlerInternal(request) : null;
	}

	/**
	 * Whether a request may become a connection, if a controller has its path.
	 * @param request the request
	 * @return {@code false} to leave it to the application's own handlers
	 */
	boolean isClaimable(HttpServletRequest request) {
		return isDispatched(request) && isUpgrade(request);
	}

	// Not ours: the application's own mapping says what does not match.
	@Override
	protected @Nullable HandlerMethod handleNoMatch(Set<RequestMappingInfo> infos, String lookupPath,
			HttpServletRequest request) {
		return null;
	}

	/**
	 * Finds the controller whose path a request has that no handler answered, and makes
	 * its path variables those of the request.
	 * @param request the request
	 * @return the method or {@code null} if no controller has the path
	 */
	@Nullable ServeMethod findByPath(HttpServletRequest request) {
		if (!isDispatched(request)) {
			return null;
		}
		String lookupPath = initLookupPath(request);
		Route.Match match = Route.bestMatch(this.routes, request);
		if (match == null) {
			return null;
		}
		handleMatch(match.path(), lookupPath, request);
		return ((ServeMethod) match.serve()).createWithResolvedBean();
	}

	/**
	 * Says why no controller claimed a request whose path one of them has.
	 * @param request the request
	 * @return the reason or {@code null} if there is no better one than "not found"
	 */
	@Nullable Exception refusal(HttpServletRequest request) {
		try {
			if (isUpgrade(request)) {
				super.handleNoMatch(getHandlerMethods().keySet(), initLookupPath(request), request);
			}
			else {
				HandshakeCheck.check(request.getMethod(), request.getProtocol(),
						ServletUpgradeRequest.of(request).getHeaders());
			}
			return null;
		}
		catch (HandshakeException | ServletException ex) {
			return ex;
		}
	}

	// Not the dispatch to an error page, whose request still has the headers.
	private static boolean isDispatched(HttpServletRequest request) {
		return request.getDispatcherType() == DispatcherType.REQUEST
				|| request.getDispatcherType() == DispatcherType.FORWARD;
	}

	private static boolean isUpgrade(HttpServletRequest request) {
		return HandshakeCheck.isUpgrade(request.getMethod(), Collections.list(request.getHeaders(HttpHeaders.UPGRADE)));
	}

}
