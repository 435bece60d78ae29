package io.github.websocketcontroller.upgrade.jetty;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;

/**
 * Shows a request for a websocket over HTTP/2 to the other filters and to MVC as the GET
 * that they know. Jetty's own view is left as it is, so that whoever else serves
 * websockets with Jetty finds what it looks for.
 */
public final class ExtendedConnectFilter implements Filter {

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

	private static boolean isExtendedConnect(HttpServletRequest request) {
		return CONNECT.equals(request.getMethod()) && JettyUpgrade.isJetty(request.getServletContext())
				&& ExtendedConnect.tunnel(ServletContextRequest.getServletContextRequest(request)) != null;
	}

}
