package io.github.websocketcontroller.mvc;

import java.util.Map;

import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

class UnclaimedRequestTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Map.of("spring.web.resources.static-locations", "classpath:/META-INF/"),
				Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void whenTheApplicationHasAHandlerThenItAnswersWhatIsNoUpgrade() {
		assertThat(server.request("GET /both HTTP/1.1").body()).isEqualTo("get");
		assertThat(server.request("POST /both HTTP/1.1", "Content-Length: 0").body()).isEqualTo("post");
		assertThat(server.request("HEAD /both HTTP/1.1").status()).isEqualTo(200);
		assertThat(server.upgrade("/both").body()).isEqualTo("websocket");
		assertThat(server.request("DELETE /both HTTP/1.1").status()).isEqualTo(405);
		assertThat(server.request("OPTIONS /both HTTP/1.1").headers().getFirst("Allow")).contains("GET", "POST");
	}

	@Test
	void whenTheApplicationHasOnlyAPostThenAGetIsAnsweredWith426() {
		assertThat(server.request("POST /post HTTP/1.1", "Content-Length: 0").body()).isEqualTo("post");
		Response response = server.request("GET /post HTTP/1.1");
		assertThat(response.status()).isEqualTo(426);
		assertThat(server.upgrade("/post").body()).isEqualTo("websocket");
		assertThat(server.request("PUT /post HTTP/1.1").status()).isEqualTo(405);
	}

	@Test
	void whenARouterFunctionHasThePathThenItAnswersWhatIsNoUpgrade() {
		assertThat(server.request("GET /functional HTTP/1.1").body()).isEqualTo("function");
		assertThat(server.upgrade("/functional").body()).isEqualTo("websocket");
	}

	@Test
	void whenAStaticResourceFitsThePatternThenItIsServed() {
		assertThat(server.request("GET /spring.factories HTTP/1.1").body()).contains("FailureAnalyzer");
		Response response = server.request("GET /nothing HTTP/1.1");
		assertThat(response.status()).isEqualTo(426);
		assertThat(response.body()).contains("\"instance\":\"/nothing\"");
	}

	@Test
	void whenTheErrorPageFitsThePatternThenItIsNotClaimed() {
		Response response = server.upgrade("/failing");
		assertThat(response.status()).isEqualTo(500);
		assertThat(response.body()).contains("Internal Server Error");
		assertThat(server.bean(FakeUpgrader.class).calls).noneMatch((call) -> call.path().equals("/{any}"));
	}

	@Test
	void whenResourcesAreOffThenUnclaimedRequestsAreStillAnswered() {
		try (TestServer other = TestServer.start(Map.of("spring.web.resources.add-mappings", "false"),
				BothController.class)) {
			assertThat(other.request("GET /both HTTP/1.1").status()).isEqualTo(426);
			assertThat(other.request("POST /both HTTP/1.1").status()).isEqualTo(405);
			assertThat(other.request("OPTIONS /both HTTP/1.1").headers().getFirst("Allow")).isEqualTo("GET,OPTIONS");
			assertThat(other.request("GET /nobody HTTP/1.1").status()).isEqualTo(404);
		}
	}

	@Test
	void whenAntPatternsAreUsedThenTheSameHolds() {
		try (TestServer other = TestServer.start(Map.of("spring.mvc.pathmatch.matching-strategy", "ant_path_matcher"),
				AnyController.class, BothController.class)) {
			assertThat(other.upgrade("/both").body()).isEqualTo("websocket");
			assertThat(other.upgrade("/x").body()).isEqualTo("any x");
			assertThat(other.request("GET /x HTTP/1.1").status()).isEqualTo(426);
		}
	}

	@Import({ BothController.class, PostController.class, FunctionalController.class, AnyController.class,
			FailingController.class, Rest.class })
	static class Application {

		@Bean
		RouterFunction<ServerResponse> function() {
			return RouterFunctions.route()
				.GET("/functional", (request) -> ServerResponse.ok().body("function"))
				.build();
		}

	}

	@WebsocketController("/both")
	static class BothController {

		void serve(WebsocketConnection connection) {
			connection.sendText("websocket");
		}

	}

	@WebsocketController("/post")
	static class PostController extends BothController {

	}

	@WebsocketController("/functional")
	static class FunctionalController extends BothController {

	}

	@WebsocketController("/{any}")
	static class AnyController {

		void serve(WebsocketConnection connection, @PathVariable String any) {
			connection.sendText("any " + any);
		}

	}

	@WebsocketController("/failing")
	static class FailingController implements OriginChecker {

		@Override
		public boolean checkOrigin(UpgradeRequest request) {
			throw new IllegalStateException("expected by a test");
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@RestController
	static class Rest {

		@GetMapping("/both")
		String get() {
			return "get";
		}

		@PostMapping({ "/both", "/post" })
		String post() {
			return "post";
		}

	}

}
