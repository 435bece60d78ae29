package io.github.websocketcontroller.mvc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.SettingsCustomizer;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.method.HandlerTypePredicate;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which settings the call of a path has.
 */
@ExtendWith(OutputCaptureExtension.class)
class SettingsTests {

	private @Nullable TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private TestServer start(Class<?>... sources) {
		this.server = TestServer.start(Map.of("app.place", "placed"), sources);
		return this.server;
	}

	private static WebsocketSettings settings(TestServer server, String path, String... headers) {
		FakeUpgrader upgrader = server.bean(FakeUpgrader.class);
		upgrader.calls.clear();
		assertThat(server.upgrade(path, headers).status()).isEqualTo(200);
		return upgrader.calls.get(0).settings();
	}

	private static long size(TestServer server, String path) {
		return settings(server, path).maxMessageSize();
	}

	@ParameterizedTest
	@CsvSource({ "/plain, 1", "/rooms/1, 10", "/rooms/lobby, 1", "/placed, 30", "/api/prefixed, 40", "/two, 50" })
	void whenAPathHasSettingsThenItsConnectionsAreRunWithThem(String path, long size) {
		TestServer started = start(Paths.class, PlainController.class, RoomController.class, LobbyController.class,
				PlacedController.class, PrefixedController.class, Prefix.class, TwoController.class);
		assertThat(size(started, path)).isEqualTo(size);
	}

	@Test
	void whenAPathHasOriginsThenTheyHoldThereOnly() {
		TestServer started = start(Paths.class, PlainController.class, RoomController.class, PlacedController.class,
				PrefixedController.class, Prefix.class, TwoController.class);
		assertThat(started.upgrade("/rooms/1", "Origin: https://rooms.example").status()).isEqualTo(200);
		assertThat(started.upgrade("/plain", "Origin: https://rooms.example").status()).isEqualTo(403);
		assertThat(started.upgrade("/rooms/1", "Origin: http://localhost:" + started.port()).status()).isEqualTo(403);
		assertThat(started.upgrade("/plain", "Origin: http://localhost:" + started.port()).status()).isEqualTo(200);
	}

	@Test
	void whenAControllerCustomizesItsSettingsThenItHasTheLastWordAndIsAskedOnceForEachPath() {
		TestServer started = start(CommonAndPath.class, CustomizingController.class, PlainController.class);
		CustomizingController controller = started.bean(CustomizingController.class);
		assertThat(controller.calls).hasValue(2);
		assertThat(size(started, "/own")).isEqualTo(1);
		assertThat(size(started, "/shared")).isEqualTo(10);
		assertThat(size(started, "/plain")).isEqualTo(1);
		assertThat(settings(started, "/own").closeTimeout()).hasSeconds(3);
		assertThat(settings(started, "/shared").closeTimeout()).hasSeconds(3);
		assertThat(settings(started, "/plain").closeTimeout()).hasSeconds(10);
		assertThat(controller.calls).hasValue(2);
	}

	@Test
	void whenABeanCustomizesSettingsThenItDoesSoForControllersThatDoNot() {
		TestServer started = start(CommonAndPath.class, CustomizingController.class, PlainController.class,
				CustomizingBean.class);
		assertThat(settings(started, "/plain").closeTimeout()).hasSeconds(4);
		assertThat(settings(started, "/own").closeTimeout()).hasSeconds(3);
	}

	@Test
	void whenControllersShareAPathThenEachHasItsOwnCustomizer() {
		TestServer started = start(FirstVersion.class, SecondVersion.class);
		assertThat(size(started, "/versions?v=1")).isEqualTo(101);
		assertThat(size(started, "/versions?v=2")).isEqualTo(102);
	}

	@Test
	void whenMoreThanOneBeanCustomizesSettingsThenTheStartFails(CapturedOutput output) {
		assertThatThrownBy(() -> TestServer.start(PlainController.class, TwoCustomizers.class).close()).rootCause()
			.isInstanceOf(InvalidControllerException.class);
		assertThat(output).contains("It does not implement SettingsCustomizer itself, and more than one bean does");
	}

	@Test
	void whenACustomizerMakesSettingsInvalidThenTheStartFails(CapturedOutput output) {
		assertThatThrownBy(() -> TestServer.start(InvalidController.class).close()).rootCause()
			.isInstanceOf(InvalidControllerException.class);
		assertThat(output).contains("InvalidController can't be served. Its SettingsCustomizer gives close-timeout the "
				+ "value 'PT-1S' for the path /invalid. It must not be negative.");
	}

	@Test
	void whenThereIsNoRoomThenAnswers503BeforeAnyHookIsAsked() {
		TestServer started = start(PlainController.class);
		started.bean(FakeUpgrader.class).room = false;
		TestServer.Response response = started.upgrade("/plain", "Origin: https://foreign.example");
		assertThat(response.status()).isEqualTo(503);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
		assertThat(response.body()).contains("There are too many connections.");
	}

	private static WebsocketSettings size(int size) {
		return WebsocketSettings.builder().maxMessageSize(DataSize.ofBytes(size)).build();
	}

	static class Paths {

		@Bean
		ControllerSettings controllerSettings() {
			return new ControllerSettings(size(1),
					Map.of("/rooms/{room}", size(10).mutate().allowedOrigins(List.of("https://rooms.example")).build(),
							"/placed", size(30), "/api/prefixed", size(40), "/two", size(50)));
		}

	}

	static class CommonAndPath {

		@Bean
		ControllerSettings controllerSettings() {
			return new ControllerSettings(size(1), Map.of("/shared", size(10)));
		}

	}

	@WebsocketController("/plain")
	static class PlainController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/rooms/{room}")
	static class RoomController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/rooms/lobby")
	static class LobbyController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/${app.place}")
	static class PlacedController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/prefixed")
	static class PrefixedController {

		void serve(WebsocketConnection connection) {
		}

	}

	static class Prefix implements WebMvcConfigurer {

		@Override
		public void configurePathMatch(PathMatchConfigurer configurer) {
			configurer.addPathPrefix("/api", HandlerTypePredicate.forAssignableType(PrefixedController.class));
		}

	}

	@WebsocketController({ "/one", "/two" })
	static class TwoController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController({ "/own", "/shared" })
	static class CustomizingController implements SettingsCustomizer {

		private final AtomicInteger calls = new AtomicInteger();

		@Override
		public void customize(WebsocketSettings.Builder settings) {
			this.calls.incrementAndGet();
			settings.closeTimeout(Duration.ofSeconds(3));
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@Component
	static class CustomizingBean implements SettingsCustomizer {

		@Override
		public void customize(WebsocketSettings.Builder settings) {
			settings.closeTimeout(Duration.ofSeconds(4));
		}

	}

	static class TwoCustomizers {

		@Bean
		SettingsCustomizer first() {
			return (settings) -> {
			};
		}

		@Bean
		SettingsCustomizer second() {
			return (settings) -> {
			};
		}

	}

	@WebsocketController("/invalid")
	static class InvalidController implements SettingsCustomizer {

		@Override
		public void customize(WebsocketSettings.Builder settings) {
			settings.closeTimeout(Duration.ofSeconds(-1));
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/versions")
	static class FirstVersion implements RouteRegistrar, SettingsCustomizer {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.params("v=1").build();
		}

		@Override
		public void customize(WebsocketSettings.Builder settings) {
			settings.maxMessageSize(DataSize.ofBytes(101));
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/versions")
	static class SecondVersion implements RouteRegistrar, SettingsCustomizer {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.params("v=2").build();
		}

		@Override
		public void customize(WebsocketSettings.Builder settings) {
			settings.maxMessageSize(DataSize.ofBytes(102));
		}

		void serve(WebsocketConnection connection) {
		}

	}

}
