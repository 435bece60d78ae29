package io.github.websocketcontroller.mvc;

import java.io.IOException;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;

class UpgradeFailureTests {

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
	void whenFailureHasAResponseStatusThenAnswersWithItsReason() {
		Response response = server.upgrade("/failing?kind=annotated");
		assertThat(response.status()).isEqualTo(402);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
		assertThat(response.body()).contains("\"detail\":\"Pay first\"").doesNotContain("secret");
	}

	@Test
	void whenFailureIsCausedByAResponseStatusThenAnswersWithThat() {
		Response response = server.upgrade("/failing?kind=caused");
		assertThat(response.status()).isEqualTo(404);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
	}

	@Test
	void whenFailureIsAnErrorOfTheApplicationThenAnswers500WithoutDetails() {
		Response response = server.upgrade("/failing?kind=error");
		assertThat(response.status()).isEqualTo(500);
		assertThat(response.body()).contains("Internal Server Error")
			.doesNotContain("secret")
			.doesNotContain("at io.github");
	}

	@Test
	void whenNobodyHandlesAccessDeniedThenFiltersSeeIt() {
		assertThat(server.upgrade("/failing?kind=denied").status()).isEqualTo(401);
	}

	@Test
	void whenAdviceHandlesTheFailureThenItAnswers() {
		Response response = server.upgrade("/failing?kind=advised");
		assertThat(response.status()).isEqualTo(409);
		assertThat(response.body()).isEqualTo("advised");
	}

	@Test
	void whenControllerHasAnExceptionHandlerThenItAnswersWhatNobodyClaimedToo() {
		assertThat(server.request("GET /handling HTTP/1.1").body()).isEqualTo("handled 426");
		assertThat(server.request("DELETE /handling HTTP/1.1").body()).isEqualTo("handled 405");
		assertThat(server.upgrade("/handling", "Origin: null").body()).isEqualTo("handled 403");
	}

	@Import({ FailingController.class, HandlingController.class, Advice.class, DeniedFilter.class })
	static class Application {

	}

	@WebsocketController("/failing")
	static class FailingController implements HeaderUpgrader {

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			throw switch (String.valueOf(request.getQueryParams().getFirst("kind"))) {
				case "annotated" -> new PaymentException();
				case "caused" -> new IllegalStateException("secret", new ResponseStatusException(HttpStatus.NOT_FOUND));
				case "denied" -> new AccessDeniedException("secret");
				case "advised" -> new UnsupportedOperationException("secret");
				default -> new IllegalStateException("secret");
			};
		}

		void serve(WebsocketConnection connection, @RequestParam String kind) {
		}

	}

	@WebsocketController("/handling")
	static class HandlingController {

		void serve(WebsocketConnection connection) {
		}

		@ExceptionHandler
		ResponseEntity<String> handle(ErrorResponseException ex) {
			return ResponseEntity.status(ex.getStatusCode()).body("handled " + ex.getStatusCode().value());
		}

	}

	@ResponseStatus(code = HttpStatus.PAYMENT_REQUIRED, reason = "Pay first")
	static class PaymentException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		PaymentException() {
			super("secret");
		}

	}

	@RestControllerAdvice
	static class Advice {

		@ExceptionHandler
		@ResponseStatus(HttpStatus.CONFLICT)
		String handle(UnsupportedOperationException ex) {
			return "advised";
		}

	}

	/** Stands for Spring Security's ExceptionTranslationFilter. */
	@Component
	static class DeniedFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			try {
				chain.doFilter(request, response);
			}
			catch (ServletException ex) {
				if (!(ex.getRootCause() instanceof AccessDeniedException)) {
					throw ex;
				}
				response.setStatus(401);
			}
		}

	}

}
