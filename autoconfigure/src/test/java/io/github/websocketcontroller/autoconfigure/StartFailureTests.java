package io.github.websocketcontroller.autoconfigure;

import java.io.Writer;
import java.nio.file.Path;
import java.util.regex.Pattern;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.InvalidControllerException;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletRegistration;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Nio2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockServletContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What can't work fails the start, and says what and how to mend it.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	private static final String MEND = "Use Tomcat's NIO connector with plain HTTP, which is what Spring Boot configures "
			+ "by default, and let a proxy in front of it terminate TLS.";

	private static final String JETTY_INSTEAD_OF_TOMCAT = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration";

	@AfterEach
	void nothingIsLeft() {
		LeakCheck.assertNoThreads();
	}

	private static Throwable failure(TestServer server) {
		try {
			return catchThrowable(server::start);
		}
		finally {
			server.stop();
		}
	}

	private static void assertAnalysis(CapturedOutput output, String description, String action) {
		assertThat(output).contains("APPLICATION FAILED TO START");
		assertThat(output.getAll().replace("\r\n", "\n"))
			.contains("Description:\n\n" + description + "\n\nAction:\n\n" + action + "\n");
	}

	@Test
	void whenTheServerIsJettyThenTheStartFails(CapturedOutput output) {
		Throwable failure = failure(TestServer.with(EchoController.class).properties(JETTY_INSTEAD_OF_TOMCAT));
		assertThat(failure).rootCause().isInstanceOf(UnsupportedServerException.class);
		assertAnalysis(output, "Websocket controllers can't take connections over from a JettyServletWebServer.",
				"Use spring-boot-starter-tomcat as the application's server.");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenTheConnectorHasTlsThenTheStartFails(boolean lazy, @TempDir Path directory, CapturedOutput output)
			throws Exception {
		Throwable failure = failure(TestServer.with(EchoController.class)
			.properties(SelfSignedKeyStore.properties("server", directory))
			.properties("spring.main.lazy-initialization=" + lazy));
		assertThat(failure).rootCause().isInstanceOf(UnsupportedServerException.class);
		assertThat(output).containsPattern(
				"Websocket controllers can't yet take connections over from Tomcat's TLS connector on port \\d+\\.\n\n"
						+ "Action:\n\n" + Pattern.quote(MEND));
	}

	@Test
	void whenASecondConnectorHasTlsThenTheStartFails(@TempDir Path directory, CapturedOutput output) throws Exception {
		String[] properties = SelfSignedKeyStore.properties("second", directory);
		Throwable failure = failure(
				TestServer.with(EchoController.class, SecondConnector.class).properties(properties));
		assertThat(failure).rootCause().isInstanceOf(UnsupportedServerException.class);
		assertThat(output).contains("Tomcat's TLS connector on port ").contains(MEND);
	}

	@Test
	void whenTheProtocolIsNio2ThenTheStartFails(CapturedOutput output) {
		Throwable failure = failure(TestServer.with(EchoController.class, Nio2.class));
		assertThat(failure).rootCause().isInstanceOf(UnsupportedServerException.class);
		assertThat(output)
			.contains("Websocket controllers can't take connections over from Tomcat's Http11Nio2Protocol on port ")
			.contains(MEND);
	}

	@Test
	void whenTheConnectorIsAUnixDomainSocketThenTheStartFails(@TempDir Path directory, CapturedOutput output) {
		Path socket = directory.resolve("http.sock");
		Throwable failure = failure(
				TestServer.with(EchoController.class, UnixDomainSocket.class).properties("test.socket=" + socket));
		assertThat(failure).rootCause().isInstanceOf(UnsupportedServerException.class);
		assertAnalysis(output,
				"Websocket controllers can't take connections over from Tomcat's connector on the Unix domain socket "
						+ socket + ".",
				MEND);
	}

	@Test
	void whenTheApplicationIsDeployedToAServerThenTheStartFails(CapturedOutput output) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(War.class)
			.contextFactory((type) -> new AnnotationConfigServletWebServerApplicationContext())
			.initializers((context) -> ((AnnotationConfigServletWebServerApplicationContext) context)
				.setServletContext(new ExternalServer()))
			.properties("spring.main.banner-mode=off");
		assertThatThrownBy(() -> application.run().close()).isInstanceOf(UnsupportedServerException.class);
		assertAnalysis(output,
				"Websocket controllers can't take connections over from a server that the application is deployed to.",
				"Run the application as an executable jar or war, with spring-boot-starter-tomcat.");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenAControllerIsInvalidThenTheStartFails(boolean lazy, CapturedOutput output) {
		Throwable failure = failure(
				TestServer.with(WriterController.class).properties("spring.main.lazy-initialization=" + lazy));
		assertThat(failure).rootCause().isInstanceOf(InvalidControllerException.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Description:\n\nThe websocket controller " + WriterController.class.getName()
					+ ".serve(WebsocketConnection, Writer) can't be served. ")
			.contains("Action:\n\nSend through the connection");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			handshake-timeout=-1s                 | It must not be negative.
			handshake-timeout=0                   | It must be longer than nothing.
			close-timeout=-10s                    | It must not be negative.
			close-timeout=0s                      | It must be longer than nothing.
			close-timeout=100000d                 | It must not be longer than a day.
			write-timeout=-1ms                    | It must not be negative.
			write-timeout=0s                      | It must be longer than nothing.
			write-timeout=25h                     | It must not be longer than a day.
			shutdown.spread=-2s                   | It must not be negative.
			shutdown.spread=1000000000000s        | It must not be longer than a day.
			max-message-size=0                    | It must be between 1B and 1GB.
			max-message-size=2GB                  | It must be between 1B and 1GB.
			max-message-size=-1KB                 | It must be between 1B and 1GB.
			read-buffer-size=255B                 | It must be between 256B and 1MB.
			read-buffer-size=2MB                  | It must be between 256B and 1MB.
			write-buffer-size=0                   | It must be between 256B and 1MB.
			write-buffer-size=1GB                 | It must be between 256B and 1MB.
			allowed-origins=example.org           | An origin is a scheme and a host
			allowed-origins=https://a.example/    | An origin is a scheme and a host
			allowed-origin-patterns=*.example.org | A pattern of origins is a scheme and a host
			allowed-origins=https://*.example.org | An origin is a scheme and a host
			subprotocols=chat room                | A subprotocol is a token of RFC 9110
			subprotocols=a/b                      | A subprotocol is a token of RFC 9110
			""")
	void whenAPropertyIsOutOfBoundsThenTheStartFails(String property, String reason, CapturedOutput output) {
		assertInvalid(property, reason, output);
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whenThereAreNoVirtualThreadsThenAskingForThemFailsTheStart(CapturedOutput output) {
		assertInvalid("threads=virtual",
				"Java 17 has no virtual threads. Run on Java 21 or later, or use auto or " + "platform.", output);
	}

	private static void assertInvalid(String property, String reason, CapturedOutput output) {
		String name = property.substring(0, property.indexOf('='));
		String value = property.substring(property.indexOf('=') + 1);
		// Lazy, so that nothing depends on a bean being asked for.
		Throwable failure = failure(TestServer.with()
			.properties("spring.main.lazy-initialization=true", "websocket-controller." + property));
		assertThat(failure).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + value + "' for configuration property 'websocket-controller." + name + "'")
			.contains("Validation failed for the following reason:\n\n" + reason);
	}

	@Test
	void whenOneOriginOfAListIsInvalidThenTheStartFails(CapturedOutput output) {
		Throwable failure = failure(TestServer.with()
			.properties("websocket-controller.allowed-origins[0]=https://example.org",
					"websocket-controller.allowed-origins[1]=example.com"));
		assertThat(failure).isNotNull();
		assertThat(output).contains(
				"Invalid value 'example.com' for configuration property " + "'websocket-controller.allowed-origins'");
	}

	@ParameterizedTest
	@CsvSource({ "include-error-message=sometimes, ALWAYS, NEVER", "threads=green, AUTO, PLATFORM" })
	void whenAValueIsUnknownThenTheStartFailsAndNamesTheValidOnes(String property, String first, String second,
			CapturedOutput output) {
		Throwable failure = failure(TestServer.with().properties("websocket-controller." + property));
		assertThat(failure).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: websocket-controller." + property.substring(0, property.indexOf('=')))
			.contains("Value: \"" + property.substring(property.indexOf('=') + 1) + "\"")
			.containsPattern("The following values are valid:\\s+" + first + "\\s+" + second);
	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/writer")
	static class WriterController {

		void serve(WebsocketConnection connection, Writer writer) {
		}

	}

	static class Nio2 {

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> nio2() {
			return (factory) -> factory.setProtocol(Http11Nio2Protocol.class.getName());
		}

	}

	static class UnixDomainSocket {

		@Bean
		TomcatConnectorCustomizer unixDomainSocket(@Value("${test.socket}") String path) {
			return (connector) -> connector.setProperty("unixDomainSocketPath", path);
		}

	}

	static class SecondConnector {

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> second(
				@Value("${second.ssl.key-store}") String keyStore,
				@Value("${second.ssl.key-store-password}") String password) {
			return (factory) -> factory.addAdditionalConnectors(connector(keyStore, password));
		}

		private static Connector connector(String keyStore, String password) {
			Connector connector = new Connector();
			connector.setPort(0);
			connector.setSecure(true);
			connector.setScheme("https");
			SSLHostConfig host = new SSLHostConfig();
			SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host,
					SSLHostConfigCertificate.Type.UNDEFINED);
			certificate.setCertificateKeystoreFile(keyStore);
			certificate.setCertificateKeystorePassword(password);
			host.addCertificate(certificate);
			AbstractHttp11Protocol<?> protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
			protocol.setSSLEnabled(true);
			protocol.addSslHostConfig(host);
			return connector;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
			WebsocketControllerAutoConfiguration.class })
	static class War {

	}

	/** Takes the servlets and filters of an application, as a mock does not. */
	static class ExternalServer extends MockServletContext {

		@Override
		public ServletRegistration.Dynamic addServlet(String name, Servlet servlet) {
			return Mockito.mock();
		}

		@Override
		public FilterRegistration.Dynamic addFilter(String name, Filter filter) {
			return Mockito.mock();
		}

	}

}
