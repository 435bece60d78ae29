package io.github.websocketcontroller.mvc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.UpgradeErrorHandler;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.mvc.TestServer.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class HookTests {

	@Test
	void whenControllerChecksTheOriginThenItDecidesAlone() {
		try (TestServer server = TestServer.start(OpenController.class, StrictOrigins.class, PlainController.class)) {
			assertThat(server.upgrade("/open", "Origin: https://anyone.example").status()).isEqualTo(200);
			assertThat(server.upgrade("/open", "Origin: https://refused.example").status()).isEqualTo(403);
			assertThat(server.upgrade("/plain", "Origin: https://bean.example").status()).isEqualTo(200);
			assertThat(server.upgrade("/plain", "Origin: http://localhost:" + server.port()).status()).isEqualTo(403);
		}
	}

	@Test
	void whenOriginsAreConfiguredThenTheyAreLetIn() {
		try (TestServer server = TestServer.start(PlainController.class, ConfiguredOrigins.class)) {
			assertThat(server.upgrade("/plain", "Origin: https://app.example").status()).isEqualTo(200);
			assertThat(server.upgrade("/plain", "Origin: https://a.apps.example").status()).isEqualTo(200);
			assertThat(server.upgrade("/plain", "Origin: https://evil.example").status()).isEqualTo(403);
			assertThat(server.upgrade("/plain").status()).isEqualTo(200);
		}
	}

	@Test
	void whenOriginIsRefusedThenADebugLineNamesBothOriginsAndTheProperty(CapturedOutput output) {
		try (TestServer server = TestServer.start(
				Map.of("logging.level.io.github.websocketcontroller.mvc.UpgradeFailureResolver", "debug"),
				PlainController.class)) {
			server.upgrade("/plain", "Origin: https://evil.example");
			assertThat(output).contains("origin [https://evil.example] at http://localhost:" + server.port())
				.contains("server.forward-headers-strategy");
		}
	}

	@Test
	void whenForwardedHeadersAreUsedThenTheOriginIsComparedWithTheClientsView() {
		try (TestServer server = TestServer.start(Map.of("server.forward-headers-strategy", "framework"),
				PlainController.class)) {
			String[] headers = { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example",
					"Origin: https://chat.example" };
			assertThat(server.upgrade("/plain", headers).status()).isEqualTo(200);
		}
	}

	@Test
	void whenControllerHasHeadersThenTheyAreOnTheAnswerAndSafe() {
		try (TestServer server = TestServer.start(HeadersController.class, HeadersBean.class, PlainController.class)) {
			Response response = server.upgrade("/headers");
			assertThat(response.headers().get("Set-Cookie")).containsExactly("a=1", "b=2");
			assertThat(response.headers().getFirst("X-Split")).isEqualTo("oneX-Injected: two");
			assertThat(response.headers().containsHeader("X-Injected")).isFalse();
			assertThat(response.headers().containsHeader("Sec-WebSocket-Accept")).isFalse();
			assertThat(server.upgrade("/plain").headers().getFirst("X-Bean")).isEqualTo("yes");
		}
	}

	@Test
	void whenControllerHasServeErrorHandlerThenTheCallHasIt() {
		try (TestServer server = TestServer.start(ErrorsController.class, PlainController.class)) {
			server.upgrade("/errors");
			server.upgrade("/plain");
			FakeUpgrader upgrader = server.bean(FakeUpgrader.class);
			assertThat(upgrader.calls.get(0).errorHandler()).isInstanceOf(ErrorsController.class);
			assertThat(upgrader.calls.get(1).errorHandler()).isNull();
		}
	}

	@Test
	void whenSeveralBeansHaveAHookThenThePrimaryOneServes() {
		try (TestServer server = TestServer.start(TwoErrorHandlers.class, PlainController.class)) {
			server.upgrade("/plain");
			assertThat(server.bean(FakeUpgrader.class).calls.get(0).errorHandler()).isInstanceOf(PrimaryHandler.class);
		}
	}

	@Test
	void whenControllerAnswersFailuresThenItSeesEveryOneOfThem() {
		try (TestServer server = TestServer.start(AnsweringController.class, Advice.class)) {
			AnsweringController controller = server.bean(AnsweringController.class);
			assertThat(server.upgrade("/answering?n=1", "Origin: https://evil.example").body())
				.isEqualTo("{\"answer\":403}");
			assertThat(server.upgrade("/answering").body()).isEqualTo("{\"answer\":400}");
			assertThat(server.upgrade("/answering?n=x").body()).isEqualTo("{\"answer\":400}");
			assertThat(server.request("GET /answering HTTP/1.1").body()).isEqualTo("{\"answer\":426}");
			assertThat(server.request("POST /answering HTTP/1.1").body()).isEqualTo("{\"answer\":405}");
			assertThat(server.upgrade("/answering?n=1", "X: y", "Sec-WebSocket-Version: 13").body())
				.isEqualTo("{\"answer\":400}");
			Response response = server.upgrade("/answering?n=99");
			assertThat(response.status()).isEqualTo(418);
			assertThat(response.body()).isEqualTo("{\"answer\":500}");
			assertThat(controller.reasons).hasSize(7);
			assertThat(controller.reasons.get(6)).hasMessage("by the hook");
		}
	}

	@Test
	void whenBeanAnswersFailuresThenItServesControllersWithoutTheHook() {
		try (TestServer server = TestServer.start(PlainController.class, AnsweringBean.class)) {
			Response response = server.request("GET /plain HTTP/1.1");
			assertThat(response.status()).isEqualTo(409);
			assertThat(response.headers().getFirst("X-Answer")).isEqualTo("426");
			assertThat(response.body()).isEqualTo("by bean");
		}
	}

	@Test
	void whenHookHasNoAnswerThenExceptionHandlersSeeTheOriginal() {
		try (TestServer server = TestServer.start(SilentController.class, Advice.class)) {
			assertThat(server.upgrade("/silent").body()).isEqualTo("advice: IllegalStateException by the hook");
		}
	}

	@Test
	void whenHookThrowsThenItIsLoggedAndTheOriginalIsAnswered(CapturedOutput output) {
		try (TestServer server = TestServer.start(ThrowingController.class)) {
			Response response = server.request("GET /throwing HTTP/1.1");
			assertThat(response.status()).isEqualTo(426);
			assertThat(response.contentType()).isEqualTo("application/problem+json");
			assertThat(response.body()).doesNotContain("thrown by the hook");
			assertThat(output).contains("thrown by the hook");
		}
	}

	@Test
	void whenHookIsSlowThenAnswers503() {
		try (TestServer server = TestServer.start(SlowController.class, ShortTimeout.class)) {
			Response response = server.upgrade("/slow");
			assertThat(response.status()).isEqualTo(503);
			assertThat(server.bean(FakeUpgrader.class).calls).isEmpty();
		}
	}

	@Test
	void whenRegistrarRefinesTheRouteThenOnlyMatchingRequestsAreClaimed() {
		try (TestServer server = TestServer.start(RegistrarController.class)) {
			assertThat(server.upgrade("/registered?v=2").status()).isEqualTo(200);
			assertThat(server.upgrade("/registered?v=1").status()).isEqualTo(400);
			assertThat(server.bean(FakeUpgrader.class).calls).hasSize(1);
			assertThat(server.request("GET /registered?v=2 HTTP/1.1").status()).isEqualTo(426);
		}
	}

	@Test
	void whenRegistrarIsABeanThenControllersNeedNoPath() {
		try (TestServer server = TestServer.start(PathlessController.class, RegistrarBean.class)) {
			assertThat(server.upgrade("/by-bean").body()).isEqualTo("pathless");
		}
	}

	@WebsocketController("/plain")
	static class PlainController {

		void serve(WebsocketConnection connection) {
			connection.sendText("plain");
		}

	}

	@WebsocketController("/open")
	static class OpenController implements OriginChecker {

		@Override
		public boolean checkOrigin(UpgradeRequest request) {
			return !"https://refused.example".equals(request.getHeaders().getOrigin());
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@Component
	static class StrictOrigins implements OriginChecker {

		@Override
		public boolean checkOrigin(UpgradeRequest request) {
			return "https://bean.example".equals(request.getHeaders().getOrigin());
		}

	}

	static class ConfiguredOrigins {

		@Bean
		WebsocketSettings settings() {
			return OriginPolicyTests.settings(List.of("https://app.example"), List.of("https://*.apps.example"),
					Duration.ofSeconds(10));
		}

	}

	@WebsocketController("/headers")
	static class HeadersController implements HeaderUpgrader {

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			HttpHeaders headers = new HttpHeaders();
			headers.add("Set-Cookie", "a=1");
			headers.add("Set-Cookie", "b=2");
			headers.add("X-Split", "one\r\nX-Injected: two");
			headers.add("Sec-WebSocket-Accept", "mine");
			headers.add("Transfer-Encoding", "chunked");
			headers.add("no name", "value");
			return headers;
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@Component
	static class HeadersBean implements HeaderUpgrader {

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			HttpHeaders headers = new HttpHeaders();
			headers.add("X-Bean", "yes");
			return headers;
		}

	}

	@WebsocketController("/errors")
	static class ErrorsController implements ServeErrorHandler {

		@Override
		public void onError(WebsocketConnection connection, Throwable error) {
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@Primary
	@Component
	static class PrimaryHandler implements ServeErrorHandler {

		@Override
		public void onError(WebsocketConnection connection, Throwable error) {
		}

	}

	@Import(PrimaryHandler.class)
	static class TwoErrorHandlers {

		@Bean
		ServeErrorHandler otherHandler() {
			return (connection, error) -> {
			};
		}

	}

	@WebsocketController("/answering")
	static class AnsweringController implements UpgradeErrorHandler, HeaderUpgrader {

		final List<Exception> reasons = new ArrayList<>();

		@Override
		public ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status, Exception reason) {
			this.reasons.add(reason);
			return ResponseEntity.status(418).body(Map.of("answer", status.value()));
		}

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			throw new IllegalStateException("by the hook");
		}

		void serve(WebsocketConnection connection, @RequestParam int n) {
		}

	}

	@Component
	static class AnsweringBean implements UpgradeErrorHandler {

		@Override
		public ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status, Exception reason) {
			return ResponseEntity.status(409).header("X-Answer", "" + status.value()).body("by bean");
		}

	}

	@WebsocketController("/silent")
	static class SilentController implements UpgradeErrorHandler, HeaderUpgrader {

		@Override
		public @Nullable ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status,
				Exception reason) {
			return null;
		}

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			throw new IllegalStateException("by the hook");
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@RestControllerAdvice
	static class Advice {

		@ExceptionHandler
		ResponseEntity<String> handle(Exception ex) {
			return ResponseEntity.status(410).body("advice: " + ex.getClass().getSimpleName() + " " + ex.getMessage());
		}

	}

	@WebsocketController("/throwing")
	static class ThrowingController implements UpgradeErrorHandler {

		@Override
		public ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status, Exception reason) {
			throw new IllegalArgumentException("thrown by the hook");
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController("/slow")
	static class SlowController implements HeaderUpgrader {

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
			while (System.nanoTime() < end) {
				LockSupport.parkNanos(1_000_000);
			}
			return new HttpHeaders();
		}

		void serve(WebsocketConnection connection) {
		}

	}

	static class ShortTimeout {

		@Bean
		WebsocketSettings settings() {
			return OriginPolicyTests.settings(List.of(), List.of(), Duration.ofMillis(20));
		}

	}

	@WebsocketController("/registered")
	static class RegistrarController implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.params("v=2").build();
		}

		void serve(WebsocketConnection connection) {
		}

	}

	@WebsocketController
	static class PathlessController {

		void serve(WebsocketConnection connection) {
			connection.sendText("pathless");
		}

	}

	@Component
	static class RegistrarBean implements RouteRegistrar {

		@Override
		public RequestMappingInfo registerRoute(RequestMappingInfo.Builder route) {
			return route.paths("/by-bean").build();
		}

	}

}
