package io.github.websocketcontroller.mvc;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.method.HandlerTypePredicate;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;

class RoutingTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Map.of("app.place", "placed", "spring.main.allow-circular-references", "false"),
				Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@CsvSource({ "/rooms/lobby, lobby", "/rooms/42, room 42", "/rooms/42/x, rest", "/one, several", "/two, several",
			"/placed, place", "/api/prefixed, prefixed", "/mixed, mixed", "/advised, advised true",
			"/scoped, scoped true" })
	void whenSeveralControllersFitThenSpringsOwnComparisonDecides(String path, String sent) {
		Response response = server.upgrade(path);
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo(sent);
	}

	@Test
	void whenPathIsAPatternThenTheCallKnowsIt() {
		server.upgrade("/rooms/42");
		assertThat(server.bean(FakeUpgrader.class).calls).anyMatch((call) -> call.path().equals("/rooms/{room}"));
	}

	@Test
	void whenPrefixIsLeftOutThenAnswers404() {
		assertThat(server.upgrade("/prefixed").status()).isEqualTo(404);
	}

	@Test
	void whenControllerHasOtherHandlerMethodsThenTheyAreTheApplicationsOwn() {
		assertThat(server.request("GET /other HTTP/1.1").body()).isEqualTo("other");
	}

	@Test
	void whenControllerIsProxiedThenAdviceRuns() {
		int before = Application.advised.get();
		server.upgrade("/advised");
		assertThat(Application.advised.get()).isEqualTo(before + 1);
	}

	@Test
	void whenCorsAllowsAnOriginThenOurDoorStaysClosed() {
		for (Response response : List.of(server.upgrade("/cors", "Origin: https://cors.example"),
				server.upgrade("/one", "Origin: https://global.example"))) {
			assertThat(response.status()).isEqualTo(403);
			assertThat(response.body()).contains("The origin is not allowed.");
		}
		assertThat(server.upgrade("/cors", "Origin: http://localhost:" + server.port()).status()).isEqualTo(200);
	}

	@Test
	void whenCorsRefusesAnOriginThenItStaysRefused() {
		assertThat(server.upgrade("/open", "Origin: https://global.example").status()).isEqualTo(200);
		assertThat(server.upgrade("/open", "Origin: https://other.example").status()).isEqualTo(403);
	}

	@Test
	void whenApiVersionsAreUsedThenTheyDecideAndAreRequired() {
		try (TestServer other = TestServer.start(Map.of("spring.mvc.apiversion.use.header", "X-Version"),
				VersionOneController.class, VersionTwoController.class)) {
			assertThat(other.upgrade("/version", "X-Version: 1.0").body()).isEqualTo("one");
			assertThat(other.upgrade("/version", "X-Version: 2.0").body()).isEqualTo("two");
			for (Response response : List.of(other.upgrade("/version"), other.upgrade("/version", "X-Version: 3.0"))) {
				assertThat(response.status()).isEqualTo(400);
				assertThat(response.contentType()).isEqualTo("application/problem+json");
			}
		}
	}

	@Test
	void whenSomebodyInjectsSpringsOwnBeansByTypeThenTheyAreUnique() {
		assertThat(server.bean(RequestMappingHandlerMapping.class))
			.isNotInstanceOf(WebsocketControllerHandlerMapping.class);
		assertThat(server.bean(RequestMappingHandlerAdapter.class))
			.isNotInstanceOf(WebsocketControllerHandlerAdapter.class);
	}

	@Test
	void whenThereIsAContextPathThenRoutesAreBelowIt() {
		try (TestServer other = TestServer.start(Map.of("server.servlet.context-path", "/app", "app.place", "placed"),
				PlaceController.class)) {
			assertThat(other.upgrade("/app/placed").body()).isEqualTo("place");
			assertThat(other.upgrade("/placed").status()).isEqualTo(404);
			assertThat(other.request("GET /app/placed HTTP/1.1").status()).isEqualTo(426);
		}
	}

	@Test
	void whenBeansAreLazyThenRoutesAreThereAndControllersAreNot() {
		LazyController.instances.set(0);
		try (TestServer other = TestServer.start(Map.of("spring.main.lazy-initialization", "true"),
				LazyController.class, LazyApplication.class)) {
			assertThat(LazyController.instances).hasValue(0);
			assertThat(other.upgrade("/lazy").body()).isEqualTo("lazy");
			assertThat(LazyController.instances).hasValue(1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LobbyController.class, RoomController.class, DeepController.class, SeveralController.class,
			PlaceController.class, PrefixedController.class, MixedController.class, AdvisedController.class,
			ScopedController.class, CorsController.class, OpenController.class })
	static class Application implements WebMvcConfigurer {

		static final AtomicInteger advised = new AtomicInteger();

		@Override
		public void configurePathMatch(PathMatchConfigurer configurer) {
			configurer.addPathPrefix("/api", HandlerTypePredicate.forAssignableType(PrefixedController.class));
		}

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**").allowedOrigins("https://global.example");
		}

		@Bean
		static MethodInterceptor countingInterceptor() {
			return (invocation) -> {
				if (invocation.getMethod().getName().equals("serve")) {
					advised.incrementAndGet();
				}
				return invocation.proceed();
			};
		}

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setProxyTargetClass(true);
			creator.setBeanNames("*AdvisedController");
			creator.setInterceptorNames("countingInterceptor");
			return creator;
		}

	}

	static class LazyApplication {

		@Bean
		static LazyInitializationExcludeFilter eagerMapping() {
			return LazyInitializationExcludeFilter.forBeanTypes(WebsocketControllerHandlerMapping.class);
		}

	}

	@WebsocketController("/lazy")
	static class LazyController {

		static final AtomicInteger instances = new AtomicInteger();

		LazyController() {
			instances.incrementAndGet();
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("lazy");
		}

	}

	@WebsocketController("/rooms/lobby")
	static class LobbyController {

		void serve(WebsocketConnection connection) {
			connection.sendText("lobby");
		}

	}

	@WebsocketController("/rooms/{room}")
	static class RoomController {

		void serve(WebsocketConnection connection, @PathVariable String room) {
			connection.sendText("room " + room);
		}

	}

	@WebsocketController("/rooms/**")
	static class DeepController {

		void serve(WebsocketConnection connection) {
			connection.sendText("rest");
		}

	}

	@WebsocketController(path = { "/one", "/two" })
	static class SeveralController {

		void serve(WebsocketConnection connection) {
			connection.sendText("several");
		}

	}

	@WebsocketController("/${app.place}")
	static class PlaceController {

		void serve(WebsocketConnection connection) {
			connection.sendText("place");
		}

	}

	@WebsocketController("/prefixed")
	static class PrefixedController {

		void serve(WebsocketConnection connection) {
			connection.sendText("prefixed");
		}

	}

	@RestController
	@WebsocketController("/mixed")
	static class MixedController {

		@GetMapping("/other")
		String other() {
			return "other";
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("mixed");
		}

	}

	@WebsocketController("/advised")
	static class AdvisedController {

		private final Object field = new Object();

		void serve(WebsocketConnection connection) {
			connection.sendText("advised " + (this.field != null));
		}

	}

	@WebsocketController("/scoped")
	@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedController {

		private final Object field = new Object();

		void serve(WebsocketConnection connection, UpgradeRequest request) {
			connection.sendText("scoped " + (this.field != null));
		}

	}

	@WebsocketController("/open")
	static class OpenController implements OriginChecker {

		@Override
		public boolean checkOrigin(UpgradeRequest request) {
			return true;
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/version")
	static class VersionOneController implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.version("1.0").build();
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("one");
		}

	}

	@WebsocketController("/version")
	static class VersionTwoController implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.version("2.0").build();
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("two");
		}

	}

	@CrossOrigin("https://cors.example")
	@WebsocketController("/cors")
	static class CorsController {

		void serve(WebsocketConnection connection) {
		}

	}

}
