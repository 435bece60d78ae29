package io.github.websocketcontroller.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.websocketcontroller.serve.OpenConnections;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import io.github.websocketcontroller.upgrade.tomcat.TomcatUpgrade;
import org.apache.coyote.AbstractProtocol;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * A Boot application on Tomcat for the tests of a class. Each test ends with the leak
 * check.
 */
public final class TestServer implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

	private final List<Class<?>> sources = new ArrayList<>(List.of(Application.class));

	private final List<String> properties = new ArrayList<>(List
		.of("server.port=0", "spring.main.banner-mode=off", "spring.jmx.enabled=false", "spring.autoconfigure.exclude="
				+ "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration,"
				+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
				+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
				+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration"));

	private @Nullable ServletWebServerApplicationContext context;

	private @Nullable LeakCheck leakCheck;

	private TestServer(Class<?>... sources) {
		this.sources.addAll(Arrays.asList(sources));
	}

	/**
	 * A server with controllers and other beans.
	 */
	public static TestServer with(Class<?>... sources) {
		return new TestServer(sources);
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
		this.context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(
				this.sources.toArray(Class<?>[]::new))
			.web(WebApplicationType.SERVLET)
			.properties(this.properties.toArray(String[]::new))
			.run();
		this.leakCheck = LeakCheck.of(protocol());
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
	 * The port.
	 */
	public int port() {
		return ((TomcatWebServer) java.util.Objects.requireNonNull(context().getWebServer())).getPort();
	}

	/**
	 * The URI of a path.
	 */
	public String uri(String path) {
		return "ws://localhost:" + port() + path;
	}

	/**
	 * Tomcat's own view.
	 */
	public AbstractProtocol<?> protocol() {
		TomcatWebServer server = (TomcatWebServer) java.util.Objects.requireNonNull(context().getWebServer());
		return (AbstractProtocol<?>) server.getTomcat().getConnector().getProtocolHandler();
	}

	/**
	 * How many connections were taken over.
	 */
	public long takenOver() {
		return ((TomcatUpgrade) bean(ServerUpgrade.class)).getTakenOver();
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
		java.util.Objects.requireNonNull(this.leakCheck).assertNoLeaks();
	}

	@Override
	public void beforeAll(ExtensionContext test) {
		start();
	}

	@Override
	public void afterEach(ExtensionContext test) {
		assertNoLeaks();
	}

	@Override
	public void afterAll(ExtensionContext test) {
		stop();
	}

	/**
	 * The application, without any beans of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
