package io.github.websocketcontroller.mvc;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.RequestParam;

import static org.assertj.core.api.Assertions.assertThat;

class ValidationErrorsTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void whenAParameterIsInvalidThenTheAnswerNamesItAndTheConstraint() {
		Response response = server.upgrade("/named?name=x");
		assertThat(response.status()).isEqualTo(400);
		assertThat(response.body()).contains("\"errors\":{\"name\":[\"size must be between 2 and 50\"]}");
	}

	@Test
	void whenFieldsAreInvalidThenTheAnswerNamesThem() {
		Response response = server.upgrade("/filtered?symbol=&depth=0");
		assertThat(response.status()).isEqualTo(400);
		assertThat(response.body()).contains("\"depth\":[\"must be greater than or equal to 1\"]",
				"\"symbol\":[\"must not be blank\"]");
	}

	@Test
	void whenAFieldCantBeConvertedThenTheAnswerNamesNoTypes() {
		Response response = server.upgrade("/filtered?symbol=a&depth=many");
		assertThat(response.status()).isEqualTo(400);
		assertThat(response.body()).contains("\"depth\":[\"has the wrong format\"]").doesNotContain("java.lang");
	}

	@Test
	void whenAnArgumentIsMissingThenTheAnswerNamesIt() {
		assertThat(server.upgrade("/named").body()).contains("\"errors\":{\"name\":[\"is missing\"]}");
		assertThat(server.upgrade("/filtered?symbol=a").body()).contains("\"depth\":[\"is missing\"]");
	}

	@Test
	void whenAParameterCantBeConvertedThenTheAnswerNamesNoTypes() {
		assertThat(server.upgrade("/named?name=alice&age=old").body())
			.contains("\"errors\":{\"age\":[\"has the wrong format\"]}")
			.doesNotContain("java.lang");
	}

	@Import({ NamedController.class, FilteredController.class })
	static class Application {

	}

	@WebsocketController("/named")
	static class NamedController {

		void serve(WebsocketConnection connection, @RequestParam @Size(min = 2, max = 50) String name,
				@RequestParam(defaultValue = "1") int age) {
		}

	}

	@WebsocketController("/filtered")
	static class FilteredController {

		void serve(WebsocketConnection connection, @Valid Filter filter) {
		}

		record Filter(@NotBlank String symbol, @Min(1) int depth) {
		}

	}

}
