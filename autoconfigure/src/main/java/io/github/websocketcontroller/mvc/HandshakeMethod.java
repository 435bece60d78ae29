package io.github.websocketcontroller.mvc;

import java.time.Duration;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.serve.ServeCall;
import io.github.websocketcontroller.upgrade.Upgrader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.util.Assert;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod;

/**
 * One opening handshake: from the request to the 101. Made per request.
 */
final class HandshakeMethod extends ServletInvocableHandlerMethod {

	private static final String UPGRADED = HandshakeMethod.class.getName() + ".UPGRADED";

	private final Upgrader upgrader;

	private final ServeMethod serve;

	private final ControllerHooks hooks;

	private final ServeContext context;

	HandshakeMethod(ServeMethod serve, Upgrader upgrader, ControllerHooks hooks, ServeContext context) {
		super(serve);
		this.upgrader = upgrader;
		this.serve = serve;
		this.hooks = hooks;
		this.context = context;
	}

	/**
	 * Whether a request was upgraded, and can't be answered otherwise any more.
	 * @param request the request
	 * @return {@code true} after the 101
	 */
	static boolean isUpgraded(HttpServletRequest request) {
		return request.getAttribute(UPGRADED) != null;
	}

	@Override
	public void invokeAndHandle(ServletWebRequest webRequest, ModelAndViewContainer mavContainer,
			@Nullable Object... providedArgs) throws Exception {
		long start = System.nanoTime();
		HttpServletRequest request = webRequest.getRequest();
		refuseUnless(this.upgrader.isAccepting());
		String path = path(request);
		PathSettings settings = this.serve.settings(path);
		ServletUpgradeRequest upgradeRequest = ServletUpgradeRequest.of(request);
		HandshakeCheck.check(request.getMethod(), request.getProtocol(), upgradeRequest.getHeaders());
		refuseMalformedParameters(request);
		refuseWithoutRoom(upgradeRequest);
		refuseForeignOrigin(upgradeRequest, settings.origins());
		ServeInvocation invocation = resolveArguments(webRequest, mavContainer);
		HttpHeaders headers = upgradeHeaders(upgradeRequest);
		refuseAfter(start, settings.settings().handshakeTimeout());
		upgrade(webRequest, headers, new ServeCall(path, upgradeRequest, settings.settings(),
				this.context.around(invocation), this.hooks.find(ServeErrorHandler.class, getBean())));
		mavContainer.setRequestHandled(true);
	}

	private static void refuseUnless(boolean accepting) {
		if (!accepting) {
			throw new HandshakeException(HttpStatus.SERVICE_UNAVAILABLE, "No new connections are accepted.");
		}
	}

	private void refuseWithoutRoom(ServletUpgradeRequest request) {
		if (!this.upgrader.hasRoom(request)) {
			throw new HandshakeException(HttpStatus.SERVICE_UNAVAILABLE, "There are too many connections.");
		}
	}

	// Tomcat decodes them when they are asked for, and throws what looks like our error.
	private static void refuseMalformedParameters(HttpServletRequest request) {
		try {
			request.getParameterMap();
		}
		catch (IllegalStateException ex) {
			throw new HandshakeException(HttpStatus.BAD_REQUEST, "The query is malformed.");
		}
	}

	private void refuseForeignOrigin(ServletUpgradeRequest request, OriginPolicy origins) {
		OriginChecker checker = this.hooks.find(OriginChecker.class, getBean());
		boolean allowed = (checker != null) ? checker.checkOrigin(request)
				: origins.allows(request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN), request.getServerOrigin());
		if (!allowed) {
			throw new HandshakeException(HttpStatus.FORBIDDEN, "The origin is not allowed.", HttpHeaders.EMPTY,
					refusedOrigin(request));
		}
	}

	private static String refusedOrigin(ServletUpgradeRequest request) {
		return "Refused origin " + request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN) + " at "
				+ request.getServerOrigin() + request.getUri().getRawPath()
				+ ". Behind a proxy, set server.forward-headers-strategy so that both can be the same.";
	}

	private ServeInvocation resolveArguments(ServletWebRequest webRequest, ModelAndViewContainer mavContainer)
			throws Exception {
		Object invocation = invokeForRequest(webRequest, mavContainer);
		Assert.state(invocation instanceof ServeInvocation, "No arguments");
		return (ServeInvocation) invocation;
	}

	/**
	 * Called with resolved and validated arguments. Keeps them: the method itself is
	 * called when there is a connection.
	 */
	@Override
	protected ServeInvocation doInvoke(@Nullable Object... args) {
		assertTargetBean(getBridgedMethod(), getBean(), args);
		return new ServeInvocation(getBean(), getBridgedMethod(), connectionIndex(), args);
	}

	private int connectionIndex() {
		MethodParameter[] parameters = getMethodParameters();
		int index = 0;
		while (parameters[index].getParameterType() != WebsocketConnection.class) {
			index++;
		}
		return index;
	}

	// What {@code doInvoke} returns is not the method's.
	@Override
	public boolean shouldValidateReturnValue() {
		return false;
	}

	private HttpHeaders upgradeHeaders(ServletUpgradeRequest request) {
		HeaderUpgrader headerUpgrader = this.hooks.find(HeaderUpgrader.class, getBean());
		return (headerUpgrader != null) ? ResponseHeaders.sanitize(headerUpgrader.upgradeHeaders(request))
				: new HttpHeaders();
	}

	private static void refuseAfter(long start, Duration timeout) {
		if (System.nanoTime() - start > timeout.toNanos()) {
			throw new HandshakeException(HttpStatus.SERVICE_UNAVAILABLE, "The handshake took too long.");
		}
	}

	private void upgrade(ServletWebRequest webRequest, HttpHeaders headers, ServeCall call) {
		HttpServletResponse response = webRequest.getResponse();
		Assert.state(response != null, "No servlet response");
		refuseUnless(this.upgrader.expect());
		this.upgrader.upgrade(webRequest.getRequest(), response, headers, call);
		webRequest.getRequest().setAttribute(UPGRADED, true);
	}

	private static String path(HttpServletRequest request) {
		return String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
	}

}
