package io.github.websocketcontroller.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.github.websocketcontroller.SettingsCustomizer;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.connection.JsonCodec;
import io.github.websocketcontroller.serve.ConnectionLifecycle;
import io.github.websocketcontroller.serve.UpgradeLifecycle;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.upgrade.jetty.JettyUpgrade;
import io.github.websocketcontroller.upgrade.tomcat.TomcatUpgrade;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.server.HandshakeHandler;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class WebsocketControllerAutoConfigurationTests {

	private static final String NO_SECURITY = "spring.autoconfigure.exclude="
			+ "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
			+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration";

	private static final boolean VIRTUAL = Runtime.version().feature() >= 21;

	private final WebApplicationContextRunner withoutUs = new WebApplicationContextRunner(
			AnnotationConfigServletWebServerApplicationContext::new)
		.withPropertyValues("server.port=0")
		.withConfiguration(AutoConfigurations.of(TomcatServletWebServerAutoConfiguration.class,
				DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class));

	private final WebApplicationContextRunner runner = this.withoutUs
		.withConfiguration(AutoConfigurations.of(WebsocketControllerAutoConfiguration.class));

	private final TestServer server = TestServer.with(ScriptController.class, Script.class);

	@AfterEach
	void stop() {
		this.server.stop();
	}

	@Test
	void whenThereIsAServerThenControllersAreServed() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(WebsocketSettings.class)
			.hasSingleBean(ConnectionLifecycle.class)
			.hasSingleBean(UpgradeLifecycle.class)
			.hasSingleBean(TomcatUpgrade.class)
			.hasSingleBean(JettyUpgrade.class));
	}

	@Test
	void whenThereIsNoWebApplicationThenThereIsNothing() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(WebsocketControllerAutoConfiguration.class))
			.run((context) -> assertNothing(context));
	}

	@Test
	void whenThereIsNoServerThenThereIsNothing() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DispatcherServletAutoConfiguration.class,
					WebMvcAutoConfiguration.class, WebsocketControllerAutoConfiguration.class))
			.run((context) -> assertNothing(context));
	}

	@Test
	void whenSpringWebsocketIsMissingThenThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(HandshakeHandler.class))
			.run((context) -> assertNothing(context));
	}

	@Test
	void whenSpringMvcIsMissingThenThereIsNothing() {
		new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
			.withPropertyValues("server.port=0")
			.withConfiguration(AutoConfigurations.of(TomcatServletWebServerAutoConfiguration.class,
					WebsocketControllerAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
			.run((context) -> assertNothing(context));
	}

	private static void assertNothing(ApplicationContext context) {
		assertThat(context.getBeansOfType(WebsocketSettings.class)).isEmpty();
		assertThat(context.getBeansOfType(ConnectionLifecycle.class)).isEmpty();
		assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.startsWith("websocket"));
	}

	@Test
	void whenTheApplicationHasSettingsThenTheyAreUsed() {
		this.runner.withUserConfiguration(OwnSettings.class)
			.withPropertyValues("websocket-controller.close-timeout=-1s")
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(WebsocketSettings.class)
				.isSameAs(OwnSettings.SETTINGS));
	}

	@Test
	void whenAPathHasPropertiesThenTheyGoBeforeThoseOfAllAndTheRestIsAsForAll() {
		this.runner.withUserConfiguration(Customized.class)
			.withPropertyValues("websocket-controller.max-message-size=1KB",
					"websocket-controller.read-buffer-size=1KB", "websocket-controller.limits.idle-time=1m",
					"websocket-controller.paths[/own].max-message-size=2KB",
					"websocket-controller.paths[/own].close-timeout=2s",
					"websocket-controller.paths[/own].include-error-message=always",
					"websocket-controller.paths[/own].limits.idle-time=0",
					"websocket-controller.paths[/other].allowed-origins=https://a.example,https://b.example")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Map<String, WebsocketSettings> found = context.getBean(Customized.class).found;
				assertThat(found).containsOnlyKeys("2048 PT2S true PT0S []", "1024 PT10S false PT1M []",
						"1024 PT10S false PT1M [https://a.example, https://b.example]");
				assertThat(found.values()).allMatch((settings) -> settings.readBufferSize() == 1024);
			});
	}

	@Test
	void whenTheApplicationHasSettingsThenPropertiesOfAPathChangeThose() {
		this.runner.withUserConfiguration(OwnSettings.class, Customized.class)
			.withPropertyValues("websocket-controller.max-message-size=1KB",
					"websocket-controller.paths[/own].max-message-size=2KB")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Customized.class).found).containsOnlyKeys("2048 PT2S false PT0S [*]",
						"65536 PT2S false PT0S [*]");
			});
	}

	@Test
	void whenYamlHasPathsThenTheyAreBoundAsTheReadmeSays() throws Exception {
		String yaml = """
				websocket-controller:
				  paths:
				    "[/own]":
				      max-message-size: 2KB
				    "[/rooms/{room:a.*}]":
				      limits:
				        idle-time: 5s
				""";
		PropertySource<?> source = new YamlPropertySourceLoader()
			.load("readme", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
			.get(0);
		this.runner.withUserConfiguration(Customized.class)
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(source))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Customized.class).found).containsOnlyKeys("2048 PT10S false PT0S []",
						"65536 PT10S false PT0S []", "65536 PT10S false PT5S []");
			});
	}

	@Test
	void whenTheApplicationHasAHandshakeHandlerOfOurNameThenItIsUsed() throws Exception {
		TestServer own = TestServer.with(ScriptController.class, Script.class, OwnHandshakeHandler.class).start();
		try (RawClient client = RawClient.connect(own.port())) {
			client.send(RawClient.request(own.port(), "/script").getBytes(StandardCharsets.ISO_8859_1));
			assertThat(client.readResponse()).startsWith("HTTP/1.1 423");
		}
		finally {
			own.stop();
		}
	}

	@Test
	void whenTheApplicationHasAnotherHandshakeHandlerThenBothAreLeftInPeace() {
		this.runner.withUserConfiguration(OtherHandshakeHandler.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanFactory().createBean(NeedsHandshakeHandler.class).handler)
				.isSameAs(context.getBean("otherHandshakeHandler"));
		});
	}

	@Test
	void whenBeansOfSpringMvcAreInjectedByTypeThenTheyAreTheApplicationsOwn() {
		this.runner.withUserConfiguration(NeedsMvc.class).run((context) -> {
			assertThat(context).hasNotFailed();
			NeedsMvc mvc = context.getBean(NeedsMvc.class);
			assertThat(mvc.adapter).isSameAs(context.getBean("requestMappingHandlerAdapter"));
			assertThat(mvc.mapping).isSameAs(context.getBean("requestMappingHandlerMapping"));
			assertThat(mvc.resolver).isSameAs(context.getBean("handlerExceptionResolver"));
			assertThat(context.getBeanProvider(RequestMappingHandlerAdapter.class).getIfUnique()).isSameAs(mvc.adapter);
		});
	}

	@Test
	void whenJacksonIsMissingThenTheApplicationStarts() {
		this.runner.withClassLoader(new FilteredClassLoader(JsonMapper.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(JsonCodec.class));
	}

	@Test
	void whenThereAreSeveralMappersThenThePrimaryOneIsUsed() {
		this.runner
			.withBean("first", JsonMapper.class,
					() -> JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build(),
					(definition) -> definition.setPrimary(true))
			.withBean("second", JsonMapper.class, JsonMapper::new)
			.run((context) -> assertThat(context.getBean(JsonCodec.class).write(new Person("Ada"))).asString()
				.isEqualTo("{\"first_name\":\"Ada\"}"));
	}

	@Test
	void whenTomcatIsNotOnTheClassPathThenNoClassOfItIsNeeded() throws Exception {
		assertThat(ReducedClassPath.echo((jar) -> jar.contains("tomcat"), "org.apache.catalina.startup.Tomcat"))
			.isEqualTo("JettyServletWebServer hello");
	}

	@Test
	void whenJettyIsNotOnTheClassPathThenNoClassOfItIsNeeded() throws Exception {
		assertThat(ReducedClassPath.echo((jar) -> jar.contains("jetty"), "org.eclipse.jetty.util.Callback"))
			.isEqualTo("TomcatWebServer hello");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jetty-http2", "jetty-alpn" })
	void whenHttp2IsNotOnTheClassPathThenNoClassOfItIsNeeded(String absent) throws Exception {
		assertThat(ReducedClassPath.echo((jar) -> jar.contains("tomcat") || jar.contains(absent),
				"org.apache.catalina.startup.Tomcat"))
			.isEqualTo("JettyServletWebServer hello");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenBeansAreLazyOrNotThenControllersAreServedAndClosedAtTheEnd(boolean lazy) throws Exception {
		this.server.properties("spring.main.lazy-initialization=" + lazy).start();
		this.server.bean(Script.class).body = (connection) -> connection.receiveText();
		try (RawClient client = RawClient.open(this.server.port(), "/script")) {
			assertThat(client.text("hello").read().text()).isEqualTo("\"hello\"");
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		this.server.bean(Script.class).body = (connection) -> connection.receive();
		try (RawClient client = RawClient.open(this.server.port(), "/script")) {
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(this.server::stop);
			assertThat(client.read().closeCode()).isEqualTo(1001);
			client.close(1001);
			stopped.get();
		}
	}

	@Test
	void whenTheApplicationHasConfiguredJacksonThenMessagesFollow() throws Exception {
		this.server.properties("spring.jackson.property-naming-strategy=SNAKE_CASE").start();
		this.server.bean(Script.class).body = (connection) -> connection.receiveJson(Person.class);
		try (RawClient client = RawClient.open(this.server.port(), "/script")) {
			client.text("{\"first_name\":\"Ada\"}");
			assertThat(client.read().text()).isEqualTo("{\"first_name\":\"Ada\"}");
		}
	}

	@Test
	void whenThereIsNoMapperThenJsonFailsWithAClearMessage() throws Exception {
		TestServer none = TestServer.with(ScriptController.class, Script.class)
			.properties(NO_SECURITY + ",org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
			.start();
		CompletableFuture<Exception> thrown = new CompletableFuture<>();
		none.bean(Script.class).body = (connection) -> {
			try {
				connection.sendJson(Map.of());
			}
			catch (WebsocketException ex) {
				thrown.complete(ex);
				connection.sendText("still usable");
			}
			throw new IllegalStateException("enough");
		};
		try (RawClient client = RawClient.open(none.port(), "/script")) {
			assertThat(client.read().text()).isEqualTo("still usable");
		}
		finally {
			none.stop();
		}
		assertThat(thrown.get()).isExactlyInstanceOf(WebsocketException.class)
			.hasMessage("There is no JsonMapper; add spring-boot-starter-jackson to use JSON");
	}

	@Test
	void whenTheActuatorListsMappingsThenControllersAreAmongThem() throws Exception {
		this.server.properties("management.endpoints.web.exposure.include=mappings").start();
		HttpResponse<String> mappings = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.server.port() + "/actuator/mappings"))
				.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(mappings.statusCode()).isEqualTo(200);
		assertThat(mappings.body()).contains("{GET [/script]}", ScriptController.class.getName());
	}

	@ParameterizedTest
	@CsvSource({ "auto, false", "auto, true", "platform, false", "platform, true" })
	void whenTheJvmHasVirtualThreadsThenTheyServeUnlessToldOtherwise(String threads, boolean spring) throws Exception {
		this.server.properties("websocket-controller.threads=" + threads, "spring.threads.virtual.enabled=" + spring)
			.start();
		this.server.bean(Script.class).body = (connection) -> isVirtual(Thread.currentThread());
		try (RawClient client = RawClient.open(this.server.port(), "/script")) {
			assertThat(client.read().text()).isEqualTo(String.valueOf(VIRTUAL && threads.equals("auto")));
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreAskedForThenTheyServeAndNothingIsSaid(CapturedOutput output) throws Exception {
		this.server.properties("websocket-controller.threads=virtual").start();
		this.server.bean(Script.class).body = (connection) -> isVirtual(Thread.currentThread());
		try (RawClient client = RawClient.open(this.server.port(), "/script")) {
			assertThat(client.read().text()).isEqualTo("true");
		}
		assertThat(output).doesNotContain("platform thread");
	}

	@ParameterizedTest
	@CsvSource({ "auto, 1", "platform, 0" })
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whenTheJvmHasNoVirtualThreadsThenItIsSaidOnce(String threads, int lines, CapturedOutput output) {
		this.server.properties("websocket-controller.threads=" + threads).start();
		assertThat(output.getAll().lines().filter((line) -> line.contains("served by a platform thread")))
			.hasSize(lines);
	}

	private static boolean isVirtual(Thread thread) {
		try {
			return VIRTUAL && (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.MOCK,
			properties = NO_SECURITY)
	class WithAMockWebEnvironment {

		@Test
		void thereIsNothing(@Autowired ApplicationContext context) {
			assertThat(context.getBean(ScriptController.class)).isNotNull();
			assertThat(context.getBeansOfType(WebsocketSettings.class)).isEmpty();
			assertThat(context.getBeansOfType(ConnectionLifecycle.class)).isEmpty();
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
			properties = NO_SECURITY)
	class WithoutAWebEnvironment {

		@Test
		void thereIsNothing(@Autowired ApplicationContext context) {
			assertThat(context.getBean(ScriptController.class)).isNotNull();
			assertThat(context.getBeansOfType(WebsocketSettings.class)).isEmpty();
			assertThat(context.getBeansOfType(ConnectionLifecycle.class)).isEmpty();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ ScriptController.class, Script.class })
	static class Application {

	}

	static class Script {

		volatile Function<WebsocketConnection, Object> body = (connection) -> "";

	}

	@WebsocketController("/script")
	static class ScriptController {

		private final Script script;

		ScriptController(Script script) {
			this.script = script;
		}

		void serve(WebsocketConnection connection) {
			connection.sendJson(this.script.body.apply(connection));
		}

	}

	record Person(String firstName) {
	}

	static class OwnSettings {

		static final WebsocketSettings SETTINGS = WebsocketSettings.builder()
			.allowedOrigins(List.of("*"))
			.closeTimeout(Duration.ofSeconds(2))
			.build();

		@Bean
		WebsocketSettings settings() {
			return SETTINGS;
		}

	}

	@WebsocketController({ "/own", "/other", "/rooms/{room:a.*}" })
	static class Customized implements SettingsCustomizer {

		final Map<String, WebsocketSettings> found = new HashMap<>();

		@Override
		public void customize(WebsocketSettings.Builder builder) {
			WebsocketSettings settings = builder.build();
			this.found.put(settings.maxMessageSize() + " " + settings.closeTimeout() + " "
					+ settings.includeErrorMessage() + " " + settings.idleTime() + " " + settings.allowedOrigins(),
					settings);
		}

		void serve(WebsocketConnection connection) {
		}

	}

	static class OwnHandshakeHandler {

		@Bean
		HandshakeHandler websocketHandshakeHandler() {
			return new LockedDoor();
		}

	}

	static class OtherHandshakeHandler {

		@Bean
		HandshakeHandler otherHandshakeHandler() {
			return new LockedDoor();
		}

	}

	static class LockedDoor implements HandshakeHandler {

		@Override
		public boolean doHandshake(ServerHttpRequest request, ServerHttpResponse response, WebSocketHandler handler,
				Map<String, Object> attributes) {
			response.setStatusCode(HttpStatus.LOCKED);
			try {
				response.flush();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return true;
		}

	}

	static class NeedsHandshakeHandler {

		final HandshakeHandler handler;

		NeedsHandshakeHandler(HandshakeHandler handler) {
			this.handler = handler;
		}

	}

	static class NeedsMvc {

		final RequestMappingHandlerAdapter adapter;

		final RequestMappingHandlerMapping mapping;

		final HandlerExceptionResolver resolver;

		NeedsMvc(RequestMappingHandlerAdapter adapter, RequestMappingHandlerMapping mapping,
				HandlerExceptionResolver resolver, ObjectProvider<RequestMappingHandlerAdapter> adapters) {
			this.adapter = adapter;
			this.mapping = mapping;
			this.resolver = resolver;
			assertThat(adapters.getObject()).isSameAs(adapter);
		}

	}

}
