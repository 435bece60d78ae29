package io.github.websocketcontroller.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;

class SecurityServeContextTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(Security.class, Vault.class, VaultController.class,
			ForkingController.class);

	@Test
	void whenAUserIsLoggedInThenSecuredMethodsCanBeCalledFromServe() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/vault", login("alice"))) {
			assertThat(client.text("open").read().text()).isEqualTo("gold of alice");
		}
	}

	@Test
	void whenServeForksThenSecuredMethodsCanBeCalledFromThereToo() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/forked-vault", login("alice"))) {
			assertThat(client.read().text()).isEqualTo("gold");
		}
	}

	@Test
	void whenTheUserLacksARoleThenTheSecuredMethodRefuses() throws Exception {
		try (RawClient client = RawClient.open(server.port(), "/vault", login("bob"))) {
			assertThat(client.text("open").read().text()).isEqualTo("refused");
		}
	}

	@Test
	void whenNobodyIsLoggedInThenThereIsNoUpgrade() throws Exception {
		try (RawClient client = RawClient.connect(server.port())) {
			client.send(RawClient.request(server.port(), "/vault").getBytes(StandardCharsets.ISO_8859_1));
			assertThat(client.readResponse()).startsWith("HTTP/1.1 401");
		}
	}

	private static String login(String user) {
		return "Authorization: Basic "
				+ Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@EnableMethodSecurity
	static class Security {

		@Bean
		SecurityFilterChain filterChain(HttpSecurity http) throws Exception {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("alice").password("{noop}secret").roles("OWNER").build(),
					User.withUsername("bob").password("{noop}secret").roles("GUEST").build());
		}

	}

	@Service
	static class Vault {

		@PreAuthorize("hasRole('OWNER')")
		String open() {
			return "gold";
		}

	}

	@WebsocketController("/vault")
	static class VaultController {

		private final Vault vault;

		VaultController(Vault vault) {
			this.vault = vault;
		}

		void serve(WebsocketConnection connection, @AuthenticationPrincipal UserDetails user) {
			connection.receive();
			try {
				connection.sendText(this.vault.open() + " of " + user.getUsername());
			}
			catch (AccessDeniedException ex) {
				connection.sendText("refused");
			}
		}

	}

	@WebsocketController("/forked-vault")
	static class ForkingController {

		private final Vault vault;

		ForkingController(Vault vault) {
			this.vault = vault;
		}

		void serve(WebsocketConnection connection) {
			connection.fork(() -> connection.fork(() -> connection.sendText(this.vault.open())));
			connection.receive();
		}

	}

}
