package io.github.websocketcontroller.upgrade.jetty;

import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpStream;

/**
 * Upgrades connections of Jetty, and streams of its HTTP/2. It puts our connection in the
 * place of its own once the response is out. The door of this package.
 */
public final class JettyUpgrade implements ServerUpgrade {

	private static final String JETTY = "org.eclipse.jetty.ee11.";

	@Override
	public boolean supports(ServletContext context) {
		return isJetty(context);
	}

	static boolean isJetty(ServletContext context) {
		return context.getClass().getName().startsWith(JETTY);
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response, Predicate<PendingTransport> receiver)
			throws ServletException {
		ServletContextRequest jettyRequest = ServletContextRequest.getServletContextRequest(request);
		EndPoint tunnel = ExtendedConnect.tunnel(jettyRequest);
		JettyConnection connection;
		if (tunnel != null) {
			connection = connection(jettyRequest, tunnel, new StreamTransport(tunnel), receiver);
			prepareTunnel(response);
		}
		else {
			EndPoint endPoint = endPoint(jettyRequest);
			connection = connection(jettyRequest, endPoint, new JettyTransport(endPoint), receiver);
			response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
		}
		jettyRequest.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);
	}

	private static JettyConnection connection(ServletContextRequest request, EndPoint endPoint,
			JettyTransport transport, Predicate<PendingTransport> receiver) {
		Connector connector = request.getConnectionMetaData().getConnector();
		JettyConnection connection = new JettyConnection(endPoint, transport, connector.getExecutor(), receiver);
		connector.getEventListeners().forEach(connection::addEventListener);
		return connection;
	}

	// The end point of HTTP/2 is that of all its streams.
	private static EndPoint endPoint(ServletContextRequest request) throws ServletException {
		ConnectionMetaData http = request.getConnectionMetaData();
		if (http.getHttpVersion() != HttpVersion.HTTP_1_1) {
			throw new ServletException("Only connections of HTTP/1.1 are upgraded");
		}
		return http.getConnection().getEndPoint();
	}

	// RFC 8441, 5: what the other fields of a 101 say, the status says here.
	private static void prepareTunnel(HttpServletResponse response) {
		response.setStatus(HttpServletResponse.SC_OK);
		response.setHeader("Upgrade", null);
		response.setHeader("Connection", null);
		response.setHeader("Sec-WebSocket-Accept", null);
	}

}
