package io.github.websocketcontroller.testing;

import java.util.List;

import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.Http11Nio2Protocol;

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
		return List.of(new TomcatPlain(), new TomcatParked(), new TomcatTls(), new TomcatNio2());
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
	 * What its server counts.
	 */
	List<LeakCheck.Count> counts(WebServer server);

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

}
