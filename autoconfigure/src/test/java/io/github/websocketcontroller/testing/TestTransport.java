package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.Http11Nio2Protocol;
import org.eclipse.jetty.io.ConnectionStatistics;
import org.eclipse.jetty.server.Connector;

import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * A kind of connection, of which there is a server and a connector of its. All that is
 * promised of connections is tested on {@link #all() all} kinds; a further kind is a
 * class and a line there.
 */
public interface TestTransport {

	/**
	 * All kinds.
	 */
	static List<TestTransport> all() {
		return List.of(new TomcatPlain(), new TomcatParked(), new TomcatTls(), new TomcatNio2(), new JettyPlain(),
				new JettyTls(), new JettyHttp2());
	}

	/**
	 * The auto-configurations of other servers.
	 */
	String without();

	/**
	 * Beans that its server needs.
	 */
	default List<Class<?>> sources() {
		return List.of();
	}

	/**
	 * Properties that its server needs.
	 */
	default List<String> properties() {
		return List.of();
	}

	/**
	 * Whether it is with TLS.
	 */
	default boolean isSecure() {
		return false;
	}

	/**
	 * Whether its sockets are taken over.
	 */
	default boolean isTakenOver() {
		return false;
	}

	/**
	 * Connects a client that has sent nothing and has a receive buffer of a size.
	 */
	default RawClient connect(int port, int receiveBuffer) throws IOException {
		return isSecure() ? RawClient.connectSecurely(port, receiveBuffer) : RawClient.connect(port, receiveBuffer);
	}

	/**
	 * What its server counts.
	 */
	List<LeakCheck.Count> counts(WebServer server);

	/**
	 * Frees the memory that its server keeps for connections to come.
	 */
	default void clearPools(WebServer server) {
	}

	/**
	 * Tomcat's view of its first connector.
	 */
	static AbstractProtocol<?> protocol(WebServer server) {
		return (AbstractProtocol<?>) ((TomcatWebServer) server).getTomcat().getConnector().getProtocolHandler();
	}

	/**
	 * What all connectors of Tomcat have in common.
	 */
	abstract class Tomcat implements TestTransport {

		/** Tomcat's acceptor counts the connection that it is waiting for. */
		private static final int ACCEPTED_AHEAD = 1;

		@Override
		public String without() {
			return "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration";
		}

		@Override
		public List<LeakCheck.Count> counts(WebServer server) {
			AbstractProtocol<?> protocol = protocol(server);
			return List.of(
					new LeakCheck.Count("connections counted by Tomcat", protocol::getConnectionCount, ACCEPTED_AHEAD),
					new LeakCheck.Count("processors waiting in Tomcat", protocol::getWaitingProcessorCount, 0));
		}

		@Override
		public String toString() {
			return getClass().getSimpleName();
		}

	}

	/**
	 * Plain, taken over: what there is without any configuration.
	 */
	final class TomcatPlain extends Tomcat {

		@Override
		public boolean isTakenOver() {
			return true;
		}

	}

	/**
	 * Plain, not to be taken over.
	 */
	final class TomcatParked extends Tomcat {

		@Override
		public List<String> properties() {
			return List.of("websocket-controller.tomcat.take-over=false");
		}

	}

	/**
	 * TLS.
	 */
	final class TomcatTls extends Tomcat {

		@Override
		public List<String> properties() {
			return List.of(SelfSignedKeyStore.properties("server"));
		}

		@Override
		public boolean isSecure() {
			return true;
		}

	}

	/**
	 * Plain, on the JDK's asynchronous channels.
	 */
	final class TomcatNio2 extends Tomcat {

		@Override
		public List<Class<?>> sources() {
			return List.of(Protocol.class);
		}

		static class Protocol {

			@Bean
			WebServerFactoryCustomizer<TomcatServletWebServerFactory> nio2() {
				return (factory) -> factory.setProtocol(Http11Nio2Protocol.class.getName());
			}

		}

	}

	/**
	 * What all connectors of Jetty have in common.
	 */
	abstract class Jetty implements TestTransport {

		@Override
		public String without() {
			return "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration";
		}

		@Override
		public List<Class<?>> sources() {
			return List.of(Connections.class);
		}

		@Override
		public List<LeakCheck.Count> counts(WebServer server) {
			Connector connector = connector(server);
			ConnectionStatistics connections = connector.getBean(ConnectionStatistics.class);
			return List.of(
					new LeakCheck.Count("end points of Jetty", () -> connector.getConnectedEndPoints().size(), 0),
					new LeakCheck.Count("connections that Jetty has opened and not closed", connections::getConnections,
							0));
		}

		@Override
		public void clearPools(WebServer server) {
			connector(server).getByteBufferPool().clear();
		}

		private static Connector connector(WebServer server) {
			return ((JettyWebServer) server).getServer().getConnectors()[0];
		}

		@Override
		public String toString() {
			return getClass().getSimpleName();
		}

		static class Connections {

			@Bean
			WebServerFactoryCustomizer<JettyServletWebServerFactory> connectionStatistics() {
				return (factory) -> factory.addServerCustomizers((server) -> Arrays.stream(server.getConnectors())
					.forEach((connector) -> connector.addBean(new ConnectionStatistics())));
			}

		}

	}

	/**
	 * Plain, through Jetty.
	 */
	final class JettyPlain extends Jetty {

	}

	/**
	 * TLS, through Jetty.
	 */
	class JettyTls extends Jetty {

		@Override
		public List<String> properties() {
			return List.of(SelfSignedKeyStore.properties("server"));
		}

		@Override
		public boolean isSecure() {
			return true;
		}

	}

	/**
	 * A stream of HTTP/2 over TLS, through Jetty. Clients that don't come from
	 * {@link #connect} agree on HTTP/1.1 on the same port.
	 */
	final class JettyHttp2 extends JettyTls {

		@Override
		public List<String> properties() {
			List<String> properties = new ArrayList<>(super.properties());
			properties.add("server.http2.enabled=true");
			return properties;
		}

		@Override
		public RawClient connect(int port, int receiveBuffer) throws IOException {
			return RawClient.connectHttp2(port, receiveBuffer);
		}

	}

}
