package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.websocketcontroller.serve.OpenConnections;
import io.github.websocketcontroller.upgrade.tomcat.TomcatUpgrade;
import org.apache.coyote.AbstractProtocol;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A Boot application for the tests of a class, on a plain connection of Tomcat's if
 * nothing else is said. Each test ends with the leak check.
 */
public final class TestServer implements BeforeAllCallback, BeforeClassTemplateInvocationCallback, AfterEachCallback,
		AfterClassTemplateInvocationCallback, AfterAllCallback {

	private static final String WITHOUT = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration,";

	/** That of the class, if it is one {@link OnEveryTransport}. */
	private TestTransport transport;

	private final List<Class<?>> sources = new ArrayList<>(List.of(Application.class));

	private final List<String> properties = new ArrayList<>(
			List.of("server.port=0", "spring.main.banner-mode=off", "spring.jmx.enabled=false"));

	private @Nullable ServletWebServerApplicationContext context;

	private @Nullable LeakCheck leakCheck;

	private TestServer(TestTransport transport, Class<?>... sources) {
		this.transport = transport;
		this.sources.addAll(Arrays.asList(sources));
	}

	/**
	 * A server with controllers and other beans.
	 */
	public static TestServer with(Class<?>... sources) {
		return on(new TestTransport.TomcatPlain(), sources);
	}

	/**
	 * A further server with connections of the same kind, with controllers and other
	 * beans.
	 */
	public TestServer another(Class<?>... sources) {
		return on(this.transport, sources);
	}

	/**
	 * A server with connections of a kind, with controllers and other beans.
	 */
	public static TestServer on(TestTransport transport, Class<?>... sources) {
		return new TestServer(transport, sources);
	}

	/**
	 * Sets properties, as {@code key=value}.
	 */
	public TestServer properties(String... properties) {
		this.properties.addAll(Arrays.asList(properties));
		return this;
	}

	/**
	 * Starts it.
	 */
	public TestServer start() {
		List<Class<?>> allSources = new ArrayList<>(this.transport.sources());
		allSources.addAll(this.sources);
		List<String> allProperties = new ArrayList<>(this.transport.properties());
		allProperties.add(WITHOUT + this.transport.without());
		allProperties.addAll(this.properties);
		this.context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(
				allSources.toArray(Class<?>[]::new))
			.web(WebApplicationType.SERVLET)
			.properties(allProperties.toArray(String[]::new))
			.run();
		this.leakCheck = LeakCheck.of(counts(), () -> this.transport.clearPools(webServer()));
		return this;
	}

	/**
	 * Stops it.
	 */
	public void stop() {
		if (this.context != null) {
			this.context.close();
			this.context = null;
		}
	}

	/**
	 * The application.
	 */
	public ServletWebServerApplicationContext context() {
		if (this.context == null) {
			throw new IllegalStateException("Not started");
		}
		return this.context;
	}

	/**
	 * A bean of the application.
	 */
	public <T> T bean(Class<T> type) {
		return context().getBean(type);
	}

	/**
	 * The kind of its connections.
	 */
	public TestTransport transport() {
		return this.transport;
	}

	/**
	 * The port.
	 */
	public int port() {
		return webServer().getPort();
	}

	/**
	 * The URI of a path.
	 */
	public String uri(String path) {
		return (this.transport.isSecure() ? "wss" : "ws") + "://localhost:" + port() + path;
	}

	/**
	 * A client that is connected and has sent nothing.
	 */
	public RawClient connect() throws IOException {
		return connect(0);
	}

	/**
	 * A client with a receive buffer of a size that is connected and has sent nothing.
	 */
	public RawClient connect(int receiveBuffer) throws IOException {
		return this.transport.connect(port(), receiveBuffer);
	}

	/**
	 * A client that is upgraded.
	 */
	public RawClient open(String path, String... headers) throws IOException {
		return connect().upgrade(path, headers);
	}

	private WebServer webServer() {
		return Objects.requireNonNull(context().getWebServer());
	}

	/**
	 * How many connections the server has by its own count.
	 */
	public long connections() {
		return counts().get(0).actual().getAsLong();
	}

	/**
	 * What the server counts.
	 */
	List<LeakCheck.Count> counts() {
		return this.transport.counts(webServer());
	}

	/**
	 * Tomcat's own view.
	 */
	public AbstractProtocol<?> protocol() {
		return TestTransport.protocol(webServer());
	}

	/**
	 * How many connections were taken over.
	 */
	public long takenOver() {
		return context().getBeanProvider(TomcatUpgrade.class).stream().mapToLong(TomcatUpgrade::getTakenOver).sum();
	}

	/**
	 * Checks that nothing is left behind.
	 */
	public void assertNoLeaks() {
		OpenConnections connections = bean(OpenConnections.class);
		Awaitility.await("connections kept by the library")
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> Assertions.assertThat(connections.count()).isZero());
		Objects.requireNonNull(this.leakCheck).assertNoLeaks();
	}

	@Override
	public void beforeAll(ExtensionContext test) {
		if (!isOnEveryTransport(test)) {
			start();
		}
	}

	@Override
	public void beforeClassTemplateInvocation(ExtensionContext test) {
		this.transport = OnEveryTransport.Provider.transport(test);
		start();
	}

	@Override
	public void afterEach(ExtensionContext test) {
		assertNoLeaks();
	}

	@Override
	public void afterClassTemplateInvocation(ExtensionContext test) {
		stop();
	}

	@Override
	public void afterAll(ExtensionContext test) {
		stop();
	}

	private static boolean isOnEveryTransport(ExtensionContext test) {
		return AnnotationSupport.isAnnotated(test.getRequiredTestClass(), OnEveryTransport.class);
	}

	/**
	 * The application, without any beans of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
