package io.github.websocketcontroller.upgrade.jetty;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.TunnelSupport;
import org.jspecify.annotations.Nullable;

/**
 * What opens a websocket over HTTP/2 (RFC 8441, 4).
 */
final class ExtendedConnect {

	private static final String WEBSOCKET = "websocket";

	private ExtendedConnect() {
	}

	/**
	 * The stream that a request wants to make a websocket of.
	 * @param request the request
	 * @return the end point of the stream or {@code null} if it is another request
	 */
	static @Nullable EndPoint tunnel(Request request) {
		if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
			return null;
		}
		TunnelSupport tunnel = request.getTunnelSupport();
		return (tunnel != null && WEBSOCKET.equals(tunnel.getProtocol())) ? tunnel.getEndPoint() : null;
	}

}
