package io.github.websocketcontroller.upgrade.jetty;

import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;

import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Keeps Jetty from offering websockets over HTTP/2 (RFC 8441, 3). Browsers would take the
 * offer, with requests that nothing serves, instead of opening a connection of HTTP/1.1.
 */
public final class ConnectProtocolCustomizer
		implements WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory>, Ordered {

	@Override
	public void customize(ConfigurableJettyWebServerFactory factory) {
		factory.addServerCustomizers(ConnectProtocolCustomizer::customize);
	}

	/**
	 * Before the application's own customizers, which may have somebody else serve them.
	 */
	@Override
	public int getOrder() {
		return 0;
	}

	private static void customize(Server server) {
		for (Connector connector : server.getConnectors()) {
			connector.getConnectionFactories()
				.stream()
				.filter(AbstractHTTP2ServerConnectionFactory.class::isInstance)
				.map(AbstractHTTP2ServerConnectionFactory.class::cast)
				.forEach((http2) -> http2.setConnectProtocolEnabled(false));
		}
	}

}
