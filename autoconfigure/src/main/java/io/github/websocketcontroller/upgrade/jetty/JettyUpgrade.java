package io.github.websocketcontroller.upgrade.jetty;

import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpStream;

/**
 * Upgrades connections of Jetty, which puts ours in the place of its own once the 101 is
 * out. The door of this package.
 */
public final class JettyUpgrade implements ServerUpgrade {

	private static final String JETTY = "org.eclipse.jetty.ee11.";

	@Override
	public boolean supports(ServletContext context) {
		return context.getClass().getName().startsWith(JETTY);
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response,
			Predicate<PendingTransport> receiver) {
		ServletContextRequest jettyRequest = ServletContextRequest.getServletContextRequest(request);
		ConnectionMetaData http = jettyRequest.getConnectionMetaData();
		Connector connector = http.getConnector();
		JettyConnection connection = new JettyConnection(http.getConnection().getEndPoint(), connector.getExecutor(),
				receiver);
		connector.getEventListeners().forEach(connection::addEventListener);
		response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
		jettyRequest.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);
	}

}
