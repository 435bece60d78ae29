package io.github.websocketcontroller.mvc;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.serve.ServeCall;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

class SecurityTests {

	/** Of {@code ann:secret}. */
	private static final String ANN = "Authorization: Basic YW5uOnNlY3JldA==";

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
	void whenNobodyIsLoggedInThenTheFilterChainAnswers401() {
		assertThat(server.upgrade("/secured").status()).isEqualTo(401);
		assertThat(server.bean(FakeUpgrader.class).calls).isEmpty();
	}

	@Test
	void whenUserIsLoggedInThenServeTakesTheUser() {
		assertThat(server.upgrade("/secured", ANN).body()).isEqualTo("Hello ann");
		ServeCall call = server.bean(FakeUpgrader.class).calls.remove(0);
		assertThat(call.request().getPrincipal()).isNotNull();
		assertThat(call.request().getAttributes()).isEmpty();
	}

	@Test
	void whenAccessIsDeniedBeforeThe101ThenTheFilterChainAnswers403() {
		assertThat(server.upgrade("/denying", ANN).status()).isEqualTo(403);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@Import({ SecuredController.class, DenyingController.class })
	static class Application {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) throws Exception {
			http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated());
			http.httpBasic(Customizer.withDefaults());
			return http.build();
		}

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("ann").password("{noop}secret").authorities("user").build());
		}

	}

	@WebsocketController("/secured")
	static class SecuredController {

		void serve(WebsocketConnection connection, @AuthenticationPrincipal UserDetails user) {
			connection.sendText("Hello " + user.getUsername());
		}

	}

	@WebsocketController("/denying")
	static class DenyingController implements HeaderUpgrader {

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			throw new AccessDeniedException("not you");
		}

		void serve(WebsocketConnection connection) {
		}

	}

}
