package io.github.websocketcontroller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WebsocketSettingsTests {

	private static final List<String> ORIGINS = List.of("https://a.example", "*");

	private static final List<String> PATTERNS = List.of("https://*.example");

	private static final WebsocketSettings OWN = WebsocketSettings.builder()
		.allowedOrigins(ORIGINS)
		.allowedOriginPatterns(PATTERNS)
		.subprotocols(List.of("chat"))
		.handshakeTimeout(Duration.ofSeconds(1))
		.closeTimeout(Duration.ofSeconds(2))
		.writeTimeout(Duration.ofSeconds(3))
		.maxMessageSize(DataSize.ofBytes(4))
		.readBufferSize(DataSize.ofBytes(500))
		.writeBufferSize(DataSize.ofBytes(600))
		.includeErrorMessage(true)
		.messagesPerSecond(7)
		.idleTime(Duration.ofSeconds(8))
		.build();

	@Test
	void whenSettingsAreBuiltThenTheyHaveEveryValue() {
		assertThat(OWN.allowedOrigins()).isEqualTo(ORIGINS);
		assertThat(OWN.allowedOriginPatterns()).isEqualTo(PATTERNS);
		assertThat(OWN.subprotocols()).containsExactly("chat");
		assertThat(OWN.handshakeTimeout()).hasSeconds(1);
		assertThat(OWN.closeTimeout()).hasSeconds(2);
		assertThat(OWN.writeTimeout()).hasSeconds(3);
		assertThat(OWN.maxMessageSize()).isEqualTo(4);
		assertThat(OWN.readBufferSize()).isEqualTo(500);
		assertThat(OWN.writeBufferSize()).isEqualTo(600);
		assertThat(OWN.includeErrorMessage()).isTrue();
		assertThat(OWN.messagesPerSecond()).isEqualTo(7);
		assertThat(OWN.idleTime()).hasSeconds(8);
	}

	@Test
	void whenSettingsAreMutatedThenAllElseIsKept() {
		assertThat(OWN.mutate().build()).usingRecursiveComparison().isEqualTo(OWN);
		WebsocketSettings mutated = OWN.mutate().maxMessageSize(DataSize.ofMegabytes(1)).build();
		assertThat(mutated.maxMessageSize()).isEqualTo(1024 * 1024);
		assertThat(OWN.maxMessageSize()).isEqualTo(4);
		assertThat(mutated).usingRecursiveComparison().ignoringFields("maxMessageSize").isEqualTo(OWN);
	}

	@Test
	void whenABuilderIsUsedAgainThenWhatItHasBuiltStaysAsItIs() {
		List<String> origins = new ArrayList<>(ORIGINS);
		WebsocketSettings.Builder builder = WebsocketSettings.builder().allowedOrigins(origins);
		WebsocketSettings settings = builder.build();
		origins.clear();
		builder.closeTimeout(Duration.ofMinutes(1)).allowedOrigins(List.of());
		assertThat(settings.allowedOrigins()).isEqualTo(ORIGINS).isUnmodifiable();
		assertThat(settings.closeTimeout()).isEqualTo(WebsocketSettings.DEFAULTS.closeTimeout());
	}

	static Stream<Arguments> invalid() {
		return Stream.of(
				invalid("allowed-origins", (settings) -> settings.allowedOrigins(List.of("*", "a.example")),
						"a.example"),
				invalid("allowed-origin-patterns",
						(settings) -> settings.allowedOriginPatterns(List.of("https://*.example/")),
						"https://*.example/"),
				invalid("subprotocols", (settings) -> settings.subprotocols(List.of("chat room")), "chat room"),
				invalid("handshake-timeout", (settings) -> settings.handshakeTimeout(Duration.ZERO), "PT0S"),
				invalid("close-timeout", (settings) -> settings.closeTimeout(Duration.ofSeconds(-1)), "PT-1S"),
				invalid("write-timeout", (settings) -> settings.writeTimeout(Duration.ofHours(25)), "PT25H"),
				invalid("max-message-size", (settings) -> settings.maxMessageSize(DataSize.ofGigabytes(2)),
						"2147483648B"),
				invalid("read-buffer-size", (settings) -> settings.readBufferSize(DataSize.ofBytes(255)), "255B"),
				invalid("write-buffer-size", (settings) -> settings.writeBufferSize(DataSize.ofBytes(-1)), "-1B"),
				invalid("limits.messages-per-second", (settings) -> settings.messagesPerSecond(-1), "-1"),
				invalid("limits.messages-per-second", (settings) -> settings.messagesPerSecond(1_000_001), "1000001"),
				invalid("limits.idle-time", (settings) -> settings.idleTime(Duration.ofSeconds(-1)), "PT-1S"),
				invalid("limits.idle-time", (settings) -> settings.idleTime(Duration.ofDays(2)), "PT48H"));
	}

	private static Arguments invalid(String name, Consumer<WebsocketSettings.Builder> setting, String value) {
		return Arguments.of(name, setting, value);
	}

	@ParameterizedTest
	@MethodSource("invalid")
	void whenAValueMakesNoSenseThenNothingIsBuilt(String name, Consumer<WebsocketSettings.Builder> setting,
			String value) {
		WebsocketSettings.Builder settings = WebsocketSettings.builder();
		setting.accept(settings);
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(settings::build).satisfies((ex) -> {
			assertThat(ex.getSetting()).isEqualTo(name);
			assertThat(ex.getValue()).isEqualTo(value);
			assertThat(ex.getReason()).endsWith(".");
			assertThat(ex).hasMessageContainingAll(name, value, ex.getReason());
		});
		assertThatIllegalArgumentException().isThrownBy(settings::build);
	}

}
