package io.github.websocketcontroller.autoconfigure;

import java.io.Writer;
import java.util.Collections;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.InvalidControllerException;
import io.github.websocketcontroller.mvc.UnknownPathException;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;

/**
 * What can't work fails the start, and says what and how to mend it.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	private static final String MEND = "Use spring-boot-starter-tomcat or spring-boot-starter-jetty as the application's "
			+ "server, or deploy its war to Tomcat 11.";

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
	void whenTheApplicationIsDeployedToAServerThatIsNotSupportedThenTheStartFails(CapturedOutput output) {
		ServletContext server = Mockito.mock();
		Mockito.when(server.getServerInfo()).thenReturn("Other/1.0");
		Mockito.when(server.getAttributeNames()).thenReturn(Collections.emptyEnumeration());
		Mockito.when(server.getInitParameterNames()).thenReturn(Collections.emptyEnumeration());
		Mockito.when(server.addServlet(anyString(), any(Servlet.class))).thenReturn(Mockito.mock());
		Mockito.when(server.addFilter(anyString(), any(Filter.class))).thenReturn(Mockito.mock());
		assertThatThrownBy(() -> new War().onStartup(server)).hasRootCauseInstanceOf(UnsupportedServerException.class);
		assertAnalysis(output, "Websocket controllers can't be served by Other/1.0.", MEND);
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
			heartbeat.interval=-1s                | It must not be negative.
			heartbeat.timeout=0s                  | It must be longer than nothing.
			shutdown.spread=1000000000000s        | It must not be longer than a day.
			max-message-size=0                    | It must be between 1B and 1GB.
			max-message-size=2GB                  | It must be between 1B and 1GB.
			max-message-size=-1KB                 | It must be between 1B and 1GB.
			read-buffer-size=255B                 | It must be between 256B and 1MB.
			read-buffer-size=2MB                  | It must be between 256B and 1MB.
			write-buffer-size=0                   | It must be between 256B and 1MB.
			write-buffer-size=1GB                 | It must be between 256B and 1MB.
			outbox.capacity=1023B                 | It must be between 1KB and 1GB.
			outbox.capacity=2GB                   | It must be between 1KB and 1GB.
			allowed-origins=example.org           | An origin is a scheme and a host
			allowed-origins=https://a.example/    | An origin is a scheme and a host
			allowed-origin-patterns=*.example.org | A pattern of origins is a scheme and a host
			allowed-origins=https://*.example.org | An origin is a scheme and a host
			subprotocols=chat room                | A subprotocol is a token of RFC 9110
			subprotocols=a/b                      | A subprotocol is a token of RFC 9110
			limits.connections=-1                 | It must not be negative; 0 is no limit.
			limits.connections-per-address=-5     | It must not be negative; 0 is no limit.
			limits.messages-per-second=-1         | It must be between 1 and 1000000, or 0 for no limit.
			limits.messages-per-second=1000001    | It must be between 1 and 1000000, or 0 for no limit.
			limits.idle-time=-1s                  | It must not be negative.
			limits.idle-time=25h                  | It must not be longer than a day.
			paths[/echo].close-timeout=0s         | It must be longer than nothing.
			paths[/echo].max-message-size=2GB     | It must be between 1B and 1GB.
			paths[/echo].subprotocols=chat room   | A subprotocol is a token of RFC 9110
			paths[/echo].limits.idle-time=-1s     | It must not be negative.
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
		Throwable failure = failure(TestServer.with(EchoController.class)
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
	@ValueSource(booleans = { false, true })
	void whenNoControllerHasAPathThenTheStartFailsAndNamesThoseThatThereAre(boolean lazy, CapturedOutput output) {
		Throwable failure = failure(TestServer.with(EchoController.class, RoomController.class)
			.properties("spring.main.lazy-initialization=" + lazy, "app.room=/rooms/{room}",
					"websocket-controller.paths[/echo].close-timeout=1s",
					"websocket-controller.paths[/rooms].close-timeout=1s"));
		assertThat(failure).rootCause().isInstanceOf(UnknownPathException.class);
		assertAnalysis(output,
				"There are properties for websocket-controller.paths[/rooms], but no websocket controller has that path.",
				"Use one of the paths that there are, spelled as here: /echo, /rooms/{room}. In YAML a path is put into "
						+ "quotes and brackets, such as \"[/echo]\".");
	}

	@Test
	void whenAPathIsWrittenWithoutBracketsThenTheStartFailsAndSaysHow(CapturedOutput output) {
		Throwable failure = failure(
				TestServer.with(EchoController.class).properties("websocket-controller.paths./echo.close-timeout=1s"));
		assertThat(failure).rootCause().isInstanceOf(UnknownPathException.class);
		assertThat(output).contains("There are properties for websocket-controller.paths[echo], but")
			.contains("In YAML a path is put into quotes and brackets, such as \"[/echo]\".");
	}

	@Test
	void whenThereIsNoControllerAtAllThenPropertiesOfAPathFailTheStart(CapturedOutput output) {
		Throwable failure = failure(
				TestServer.with().properties("websocket-controller.paths[/echo].limits.idle-time=1s"));
		assertThat(failure).rootCause().isInstanceOf(UnknownPathException.class);
		assertAnalysis(output,
				"There are properties for websocket-controller.paths[/echo], but no websocket controller has that path.",
				"Remove them: there is no websocket controller.");
	}

	@ParameterizedTest
	@CsvSource({ "include-error-message=sometimes, ALWAYS, NEVER", "threads=green, AUTO, PLATFORM",
			"outbox.overflow=drop, BLOCK, CLOSE" })
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

	@WebsocketController("${app.room}")
	static class RoomController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/writer")
	static class WriterController {

		void serve(WebsocketConnection connection, Writer writer) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
			WebsocketControllerAutoConfiguration.class })
	static class War extends SpringBootServletInitializer {

	}

}
