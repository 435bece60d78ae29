package io.github.websocketcontroller.autoconfigure;

import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.Executor;

import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.connection.JsonCodec;
import io.github.websocketcontroller.mvc.ControllerHooks;
import io.github.websocketcontroller.mvc.ControllerSettings;
import io.github.websocketcontroller.mvc.ServeContext;
import io.github.websocketcontroller.mvc.UpgradeFailureResolver;
import io.github.websocketcontroller.mvc.WebsocketControllerHandlerAdapter;
import io.github.websocketcontroller.mvc.WebsocketControllerHandlerMapping;
import io.github.websocketcontroller.mvc.WebsocketControllerMvcConfigurer;
import io.github.websocketcontroller.serve.ConnectionLifecycle;
import io.github.websocketcontroller.serve.ConnectionServer;
import io.github.websocketcontroller.serve.OpenConnections;
import io.github.websocketcontroller.serve.UpgradeLifecycle;
import io.github.websocketcontroller.upgrade.HandshakeUpgrader;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import io.github.websocketcontroller.upgrade.Upgrader;
import io.github.websocketcontroller.upgrade.WebsocketUpgradeStrategy;
import io.github.websocketcontroller.upgrade.jetty.ExtendedConnectFilter;
import io.github.websocketcontroller.upgrade.jetty.JettyUpgrade;
import io.github.websocketcontroller.upgrade.tomcat.TomcatUpgrade;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.socket.server.HandshakeHandler;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

/**
 * {@link AutoConfiguration Auto-configuration} for websocket controllers.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = WebMvcAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ DispatcherServlet.class, HandshakeHandler.class })
@Conditional(OnServletWebServerCondition.class)
@EnableConfigurationProperties(WebsocketControllerProperties.class)
public final class WebsocketControllerAutoConfiguration {

	private static final Duration DEFAULT_SHUTDOWN_PHASE = Duration.ofSeconds(30);

	@Bean
	@ConditionalOnMissingBean
	WebsocketSettings websocketSettings(WebsocketControllerProperties properties) {
		return SettingsFactory.settings(properties);
	}

	@Bean
	ControllerSettings websocketControllerSettings(WebsocketSettings settings,
			WebsocketControllerProperties properties) {
		return new ControllerSettings(settings, SettingsFactory.paths(settings, properties));
	}

	@Bean
	OpenConnections websocketOpenConnections(WebsocketControllerProperties properties) {
		return SettingsFactory.connections(properties.limits());
	}

	@Bean
	ConnectionServer websocketConnectionServer(OpenConnections connections, WebsocketControllerProperties properties,
			ObjectProvider<JsonCodec> json, ServletContext context) {
		Executor threads = ServingThreads.create(properties.threads(), context.getClassLoader());
		return new ConnectionServer(connections, threads, json.getIfAvailable(NoJsonCodec::new));
	}

	@Bean
	ConnectionLifecycle websocketConnectionLifecycle(OpenConnections connections,
			WebsocketControllerProperties properties, ObjectProvider<LifecycleProperties> lifecycle) {
		LifecycleProperties phases = lifecycle.getIfAvailable();
		Duration timeout = (phases != null) ? phases.getTimeoutPerShutdownPhase() : DEFAULT_SHUTDOWN_PHASE;
		return new ConnectionLifecycle(connections, SettingsFactory.spread(properties.shutdown()), timeout);
	}

	@Bean
	UpgradeLifecycle websocketUpgradeLifecycle(OpenConnections connections) {
		return new UpgradeLifecycle(connections);
	}

	@Bean(defaultCandidate = false)
	WebsocketUpgradeStrategy websocketUpgradeStrategy(ObjectProvider<ServerUpgrade> servers, ServletContext context) {
		return WebsocketUpgradeStrategy.on(context, servers.orderedStream().toList());
	}

	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "websocketHandshakeHandler")
	HandshakeHandler websocketHandshakeHandler(
			@Qualifier("websocketUpgradeStrategy") WebsocketUpgradeStrategy strategy) {
		return new DefaultHandshakeHandler(strategy);
	}

	@Bean
	Upgrader websocketUpgrader(@Qualifier("websocketHandshakeHandler") HandshakeHandler handler,
			ConnectionServer server) {
		return new HandshakeUpgrader(handler, server);
	}

	@Bean
	ControllerHooks websocketControllerHooks(ConfigurableListableBeanFactory beanFactory) {
		return new ControllerHooks(beanFactory);
	}

	@Bean(defaultCandidate = false)
	WebsocketControllerHandlerMapping websocketControllerHandlerMapping(
			@Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping application, ControllerHooks hooks,
			ControllerSettings settings) {
		return new WebsocketControllerHandlerMapping(application, hooks, settings);
	}

	@Bean(defaultCandidate = false)
	WebsocketControllerHandlerAdapter websocketControllerHandlerAdapter(
			@Qualifier("requestMappingHandlerAdapter") RequestMappingHandlerAdapter application, ControllerHooks hooks,
			Upgrader upgrader, ObjectProvider<ServeContext> context) {
		return new WebsocketControllerHandlerAdapter(application, hooks, upgrader,
				context.getIfAvailable(() -> (method) -> method));
	}

	@Bean(defaultCandidate = false)
	UpgradeFailureResolver websocketUpgradeFailureResolver(
			@Qualifier("websocketControllerHandlerMapping") WebsocketControllerHandlerMapping mapping,
			@Qualifier("websocketControllerHandlerAdapter") WebsocketControllerHandlerAdapter adapter,
			ControllerHooks hooks, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver application) {
		return new UpgradeFailureResolver(mapping, adapter, hooks, application);
	}

	@Bean
	WebsocketControllerMvcConfigurer websocketControllerMvcConfigurer(ApplicationContext context) {
		return new WebsocketControllerMvcConfigurer(context);
	}

	/**
	 * Keeps the start-up checks at start-up.
	 * @return what is not made lazy
	 */
	@Bean
	static LazyInitializationExcludeFilter websocketLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(WebsocketControllerHandlerMapping.class,
				WebsocketSettings.class, WebsocketUpgradeStrategy.class, ConnectionServer.class,
				ConnectionLifecycle.class, UpgradeLifecycle.class);
	}

	/**
	 * Upgrades connections of Tomcat, embedded or not.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler")
	static class TomcatConfiguration {

		@Bean
		ServerUpgrade websocketTomcatUpgrade(WebsocketControllerProperties properties) {
			return new TomcatUpgrade(properties.tomcat().takeOver());
		}

	}

	/**
	 * Upgrades connections of Jetty, which hides its classes where it is not embedded.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.eclipse.jetty.ee11.servlet.ServletContextRequest")
	static class JettyConfiguration {

		@Bean
		ServerUpgrade websocketJettyUpgrade() {
			return new JettyUpgrade();
		}

		@Bean
		MappedInterceptor websocketExtendedConnectInterceptor() {
			return new MappedInterceptor(null, new ExtendedConnectFilter());
		}

		@Bean
		FilterRegistrationBean<ExtendedConnectFilter> websocketExtendedConnectFilter() {
			FilterRegistrationBean<ExtendedConnectFilter> filter = new FilterRegistrationBean<>(
					new ExtendedConnectFilter());
			filter.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
			filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return filter;
		}

	}

	/**
	 * Serves as the user who is logged in.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(SecurityContextHolder.class)
	static class SecurityConfiguration {

		@Bean
		ServeContext websocketSecurityServeContext() {
			return new SecurityServeContext();
		}

	}

	/**
	 * Reads and writes JSON where the application does.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JsonMapper.class)
	static class JacksonConfiguration {

		@Bean
		JsonCodec websocketJsonCodec(ObjectProvider<JsonMapper> mapper) {
			JsonMapper unique = mapper.getIfUnique();
			return (unique != null) ? new JacksonJsonCodec(unique) : new NoJsonCodec();
		}

	}

}
