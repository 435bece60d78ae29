package io.github.websocketcontroller.mvc;

import java.time.Duration;
import java.util.List;

import io.github.websocketcontroller.WebsocketSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class OriginPolicyTests {

	private static final Origin SERVER = Origin.of("https", "chat.example", 443);

	@Test
	void whenThereIsNoOriginThenAllows() {
		assertThat(policy(List.of(), List.of()).allows(List.of(), SERVER)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "https, chat.example, 443, https://chat.example", "https, chat.example, 443, https://chat.example:443",
			"https, chat.example, -1, https://chat.example", "http, chat.example, 80, http://chat.example",
			"http, chat.example, 8080, http://chat.example:8080", "https, Chat.Example, 443, HTTPS://chat.EXAMPLE",
			"http, [::1], 8080, http://[::1]:8080", "http, ::1, 80, http://[::1]", "http, my_app, 80, http://my_app" })
	void whenOriginIsTheServersThenAllows(String scheme, String host, int port, String origin) {
		assertThat(policy(List.of(), List.of()).allows(List.of(origin), Origin.of(scheme, host, port))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://chat.example", "https://chat.example:8443", "https://example",
			"https://evil.chat.example", "https://chat.example.evil", "http://chat.example:443", "null", "",
			"https://chat.example/", "https://chat.example/path", "https://user@chat.example", "chat.example",
			"https://chat.example:", "https://chat.example:99999", "https://", "//chat.example",
			"https://chat.example, https://evil.example", "https://chat.example?", "https://chat.example#" })
	void whenOriginIsForeignOrGarbageThenRefuses(String origin) {
		assertThat(policy(List.of(), List.of()).allows(List.of(origin), SERVER)).isFalse();
	}

	@Test
	void whenThereAreSeveralOriginsThenRefuses() {
		List<String> origins = List.of("https://chat.example", "https://chat.example");
		assertThat(policy(List.of(), List.of()).allows(origins, SERVER)).isFalse();
		assertThat(policy(List.of("*"), List.of()).allows(origins, SERVER)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "https://app.example, https://app.example", "https://App.Example:443, https://app.example",
			"https://app.example, https://APP.example:443", "*, https://anyone.example", "*, null" })
	void whenOriginIsConfiguredThenAllows(String configured, String origin) {
		assertThat(policy(List.of(configured), List.of()).allows(List.of(origin), SERVER)).isTrue();
	}

	@Test
	void whenOriginsAreConfiguredThenTheServersOwnIsNotAmongThem() {
		OriginPolicy policy = policy(List.of("https://app.example"), List.of());
		assertThat(policy.allows(List.of("https://chat.example"), SERVER)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "https://*.app.example, https://a.app.example", "https://*.App.example, https://A.app.example",
			"https://app.example:[*], https://app.example:8443", "https://*.app.example, https://a.app.example:443" })
	void whenOriginFitsAPatternThenAllows(String pattern, String origin) {
		assertThat(policy(List.of(), List.of(pattern)).allows(List.of(origin), SERVER)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "https://*.app.example, https://app.example", "https://*.app.example, http://a.app.example",
			"https://*.app.example, https://evil.example/.app.example",
			"https://*.app.example, https://evil.example?.app.example",
			"https://*.app.example, https://evil.example#.app.example", "https://*, null" })
	void whenOriginFitsNoPatternThenRefuses(String pattern, String origin) {
		assertThat(policy(List.of(), List.of(pattern)).allows(List.of(origin), SERVER)).isFalse();
	}

	private static OriginPolicy policy(List<String> origins, List<String> patterns) {
		return new OriginPolicy(settings(origins, patterns, Duration.ofSeconds(10)));
	}

	static WebsocketSettings settings(List<String> origins, List<String> patterns, Duration handshakeTimeout) {
		WebsocketSettings defaults = WebsocketSettings.DEFAULTS;
		return new WebsocketSettings(origins, patterns, List.of(), handshakeTimeout, defaults.closeTimeout(),
				defaults.writeTimeout(), defaults.maxMessageSize(), defaults.readBufferSize(),
				defaults.writeBufferSize(), defaults.includeErrorMessage(), defaults.outboxCapacity(),
				defaults.outboxOverflow());
	}

}
