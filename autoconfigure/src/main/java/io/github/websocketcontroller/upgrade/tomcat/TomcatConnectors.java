package io.github.websocketcontroller.upgrade.tomcat;

import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.Http11NioProtocol;

import org.springframework.boot.tomcat.TomcatWebServer;

/**
 * Tells which connectors of Tomcat can be taken over: plain HTTP on a TCP port, on NIO.
 */
final class TomcatConnectors {

	private static final String ACTION = "Use Tomcat's NIO connector with plain HTTP, which is what Spring Boot configures "
			+ "by default, and let a proxy in front of it terminate TLS.";

	private TomcatConnectors() {
	}

	static void check(TomcatWebServer server) {
		for (Connector connector : server.getTomcat().getService().findConnectors()) {
			check(connector);
		}
	}

	private static void check(Connector connector) {
		if (!(connector.getProtocolHandler() instanceof Http11NioProtocol protocol)) {
			throw new UnsupportedServerException("Websocket controllers can't take connections over from Tomcat's "
					+ connector.getProtocolHandler().getClass().getSimpleName() + " on port " + connector.getPort()
					+ ".", ACTION);
		}
		if (protocol.isSSLEnabled()) {
			throw new UnsupportedServerException(
					"Websocket controllers can't yet take connections over from Tomcat's TLS connector on port "
							+ connector.getPort() + ".",
					ACTION);
		}
		if (connector.getProperty("unixDomainSocketPath") != null) {
			throw new UnsupportedServerException(
					"Websocket controllers can't take connections over from Tomcat's connector on the Unix domain socket "
							+ connector.getProperty("unixDomainSocketPath") + ".",
					ACTION);
		}
	}

}
