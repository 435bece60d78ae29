package io.github.websocketcontroller.mvc;

import java.util.Map;
import java.util.stream.Stream;

import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

	static Stream<Arguments> invalid() {
		return Stream.of(
				Arguments.of(NoServeController.class,
						"NoServeController can't be served. It has no method named serve.",
						"Add one: void serve(WebsocketConnection connection)."),
				Arguments.of(ModelController.class,
						"ModelController.serve(WebsocketConnection, Model) can't be served. Parameter 2 of the type Model",
						"Remove it: no view is rendered."),
				Arguments.of(NoPathController.class, "NoPathController can't be served. It has no path.",
						"@WebsocketController(\"/chat\")"),
				Arguments.of(SamePaths.class, "It has the same route as", "Give each of them a path of its own."),
				Arguments.of(SameVariablePaths.class, "It has the same route as", "path of its own."),
				Arguments.of(AnyMethodController.class, "a mapping that is not limited to GET",
						"Leave the methods of the builder"),
				Arguments.of(SeveralHooks.class,
						"It does not implement OriginChecker itself, and more than one bean does: first, second.",
						"Make one of them @Primary"));
	}

	@ParameterizedTest
	@MethodSource("invalid")
	void whenAControllerIsInvalidThenTheStartFailsAndSaysWhatToDo(Class<?> source, String description, String action,
			CapturedOutput output) {
		assertThatThrownBy(() -> TestServer.start(source).close()).rootCause()
			.isInstanceOf(InvalidControllerException.class);
		assertThat(output).contains("APPLICATION FAILED TO START").contains(description).contains(action);
	}

	@Test
	void whenTwoControllersHaveTheSamePathThenBothAreNamed(CapturedOutput output) {
		assertThatThrownBy(() -> TestServer.start(SamePaths.class).close()).rootCause()
			.hasMessageContaining(FirstController.class.getName())
			.hasMessageContaining(SecondController.class.getName())
			.hasMessageContaining("/same");
	}

	@Test
	void whenBeansAreLazyThenTheStartStillFails(CapturedOutput output) {
		assertThatThrownBy(() -> TestServer
			.start(Map.of("spring.main.lazy-initialization", "true"), NoServeController.class, Eager.class)
			.close()).rootCause().isInstanceOf(InvalidControllerException.class);
	}

	@Test
	void whenEachControllerHasTheHookItselfThenSeveralBeansAreNoProblem() {
		try (TestServer server = TestServer.start(Checkers.class, CheckingController.class)) {
			assertThat(server.upgrade("/checking").status()).isEqualTo(200);
		}
	}

	@Test
	void whenConditionsDifferThenTheSamePathIsNoProblem() {
		try (TestServer server = TestServer.start(VersionOne.class, VersionTwo.class)) {
			assertThat(server.upgrade("/versions?v=1").body()).isEqualTo("one");
			assertThat(server.upgrade("/versions?v=2").body()).isEqualTo("two");
		}
	}

	static class Eager {

		@Bean
		static LazyInitializationExcludeFilter eagerMapping() {
			return LazyInitializationExcludeFilter.forBeanTypes(WebsocketControllerHandlerMapping.class);
		}

	}

	@WebsocketController("/no-serve")
	static class NoServeController {

	}

	@WebsocketController("/model")
	static class ModelController {

		void serve(WebsocketConnection connection, Model model) {
		}

	}

	@WebsocketController
	static class NoPathController {

		void serve(WebsocketConnection connection) {
		}

	}

	@Import({ FirstController.class, SecondController.class })
	static class SamePaths {

	}

	@WebsocketController({ "/first", "/same" })
	static class FirstController {

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController({ "/same", "/second" })
	static class SecondController {

		void serve(WebsocketConnection connection) {
		}

	}

	@Import({ ByIdController.class, ByNameController.class })
	static class SameVariablePaths {

	}

	@WebsocketController("/things/{id}")
	static class ByIdController {

		void serve(WebsocketConnection connection, @PathVariable String id) {
		}

	}

	@WebsocketController("/things/{name}")
	static class ByNameController {

		void serve(WebsocketConnection connection, @PathVariable String name) {
		}

	}

	@WebsocketController("/any-method")
	static class AnyMethodController implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.methods(RequestMethod.GET, RequestMethod.POST).build();
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@Import({ FirstController.class, Checkers.class })
	static class SeveralHooks {

	}

	static class Checkers {

		@Bean
		OriginChecker first() {
			return (request) -> true;
		}

		@Bean
		OriginChecker second() {
			return (request) -> true;
		}

	}

	@WebsocketController("/checking")
	static class CheckingController implements OriginChecker {

		@Override
		public boolean checkOrigin(UpgradeRequest request) {
			return true;
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/versions")
	static class VersionOne implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.params("v=1").build();
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("one");
		}

	}

	@WebsocketController("/versions")
	static class VersionTwo implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.params("v=2").build();
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("two");
		}

	}

}
