package io.github.websocketcontroller.upgrade.jetty;

import java.io.IOException;

import io.github.websocketcontroller.WebsocketController;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.WebUtils;

/**
 * Shows a request for a websocket over HTTP/2 to the other filters and to MVC as the GET
 * that they know. A handler that is none of ours gets it as it is: it may serve
 * websockets with Jetty, which looks for a CONNECT.
 */
public final class ExtendedConnectFilter implements Filter, HandlerInterceptor {

	private static final String CONNECT = "CONNECT";

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest connect && isExtendedConnect(connect)) {
			if (connect.getDispatcherType() == DispatcherType.REQUEST) {
				ServletContextRequest jettyRequest = ServletContextRequest.getServletContextRequest(connect);
				jettyRequest.addHttpStreamWrapper((stream) -> new TunnelGuard(stream, jettyRequest));
			}
			chain.doFilter(new UpgradeView(connect), response);
			return;
		}
		chain.doFilter(request, response);
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		if (!isOurs(handler)) {
			UpgradeView view = WebUtils.getNativeRequest(request, UpgradeView.class);
			if (view != null) {
				view.reveal();
			}
		}
		return true;
	}

	private static boolean isOurs(Object handler) {
		return handler instanceof HandlerMethod method
				&& AnnotatedElementUtils.hasAnnotation(method.getBeanType(), WebsocketController.class);
	}

	private static boolean isExtendedConnect(HttpServletRequest request) {
		return CONNECT.equals(request.getMethod()) && JettyUpgrade.isJetty(request.getServletContext())
				&& ExtendedConnect.tunnel(ServletContextRequest.getServletContextRequest(request)) != null;
	}

}
