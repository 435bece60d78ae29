package io.github.websocketcontroller.mvc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.websocketcontroller.UpgradeErrorHandler;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.MappedInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class InterceptorTests {

	private static final List<String> seen = new CopyOnWriteArrayList<>();

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		seen.clear();
	}

	@Test
	void whenUpgradedThenEveryInterceptorHasRunOnce() {
		assertThat(server.upgrade("/guarded").status()).isEqualTo(200);
		assertThat(seen).containsExactly("bean", "registered", "mapped");
	}

	@Test
	void whenInterceptorRefusesThenThereIsNoUpgrade() {
		assertThat(server.upgrade("/guarded", "X-Refuse: yes").status()).isEqualTo(401);
		assertThat(seen).containsExactly("bean", "registered");
	}

	@Test
	void whenInterceptorThrowsThenTheHookAnswers() {
		Response response = server.upgrade("/guarded", "X-Throw: yes");
		assertThat(response.status()).isEqualTo(418);
		assertThat(response.body()).isEqualTo("402");
	}

	@Test
	void whenInterceptorThrowsAfterTheUpgradeThenNothingIsAnswered(CapturedOutput output) {
		Response response = server.upgrade("/guarded", "X-Throw-After: yes");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("served");
		assertThat(output).contains("Failure after the upgrade").contains("too late");
	}

	@Configuration(proxyBeanMethods = false)
	@Import(GuardedController.class)
	static class Application implements WebMvcConfigurer {

		@Bean
		MappedInterceptor mappedInterceptor() {
			return new MappedInterceptor(new String[] { "/guarded" }, new Recording("bean"));
		}

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(new Recording("registered") {

				@Override
				public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
					super.preHandle(request, response, handler);
					if (request.getHeader("X-Throw") != null) {
						throw new ResponseStatusException(HttpStatus.PAYMENT_REQUIRED);
					}
					if (request.getHeader("X-Refuse") != null) {
						response.setStatus(401);
						return false;
					}
					return true;
				}

				@Override
				public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
						@Nullable ModelAndView modelAndView) {
					if (request.getHeader("X-Throw-After") != null) {
						throw new IllegalStateException("too late");
					}
				}

			});
			registry.addInterceptor(new Recording("mapped")).addPathPatterns("/guarded/**");
			registry.addInterceptor(new Recording("elsewhere")).addPathPatterns("/elsewhere");
		}

	}

	static class Recording implements HandlerInterceptor {

		private final String name;

		Recording(String name) {
			this.name = name;
		}

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			seen.add(this.name);
			return true;
		}

	}

	@WebsocketController("/guarded")
	static class GuardedController implements UpgradeErrorHandler {

		@Override
		public ResponseEntity<?> onUpgradeError(UpgradeRequest request, HttpStatusCode status, Exception reason) {
			return ResponseEntity.status(418).body("" + status.value());
		}

		void serve(WebsocketConnection connection) {
			connection.sendText("served");
		}

	}

}
