package io.github.websocketcontroller.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.websocketcontroller.WebsocketSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an IDE says about the properties is true.
 */
class ConfigurationMetadataTests {

	private static final String PREFIX = "websocket-controller.";

	/** As planned. */
	private static final Map<String, Object> DEFAULTS = Map.ofEntries(Map.entry("allowed-origins", List.of()),
			Map.entry("allowed-origin-patterns", List.of()), Map.entry("subprotocols", List.of()),
			Map.entry("handshake-timeout", Duration.ofSeconds(10)), Map.entry("close-timeout", Duration.ofSeconds(10)),
			Map.entry("write-timeout", Duration.ofSeconds(10)), Map.entry("max-message-size", DataSize.ofKilobytes(64)),
			Map.entry("read-buffer-size", DataSize.ofKilobytes(2)),
			Map.entry("write-buffer-size", DataSize.ofKilobytes(2)), Map.entry("include-error-message", "never"),
			Map.entry("threads", "auto"), Map.entry("shutdown.spread", Duration.ofSeconds(2)),
			Map.entry("tomcat.take-over", true), Map.entry("outbox.capacity", DataSize.ofMegabytes(1)),
			Map.entry("outbox.overflow", "close"));

	private static final List<String> BAD_STARTS = List.of("The ", "A ", "An ", "This ", "Specifies ", "How ");

	private static final ConversionService conversionService = ApplicationConversionService.getSharedInstance();

	static Stream<JsonNode> properties() throws IOException {
		try (InputStream metadata = ConfigurationMetadataTests.class.getClassLoader()
			.getResourceAsStream("META-INF/spring-configuration-metadata.json")) {
			JsonNode properties = JsonMapper.shared().readTree(Objects.requireNonNull(metadata)).get("properties");
			return properties.valueStream().filter((property) -> name(property).startsWith(PREFIX)).toList().stream();
		}
	}

	@ParameterizedTest
	@MethodSource("properties")
	void everyPropertyIsDescribedInBootsManner(JsonNode property) {
		String description = property.path("description").asString("");
		assertThat(description).as(name(property))
			.matches("(?s)[A-Z].*\\.")
			.doesNotContain("\n", "{@", "<")
			.satisfies((text) -> assertThat(BAD_STARTS).noneMatch(text::startsWith));
		boolean flag = property.get("type").asString().equals("java.lang.Boolean");
		assertThat(description.startsWith("Whether ")).as(name(property)).isEqualTo(flag);
		if (property.get("type").asString().startsWith("java.util.List")) {
			assertThat(description).startsWith("Comma-separated list of ");
		}
	}

	@ParameterizedTest
	@MethodSource("properties")
	void everyPropertyHasAType(JsonNode property) throws ClassNotFoundException {
		String type = property.get("type").asString().replaceAll("<.*", "");
		assertThat(Class.forName(type)).as(name(property)).isNotNull();
	}

	@Test
	void thePropertiesAreThoseOfThePlan() throws IOException {
		assertThat(properties().map((property) -> name(property).substring(PREFIX.length())))
			.containsExactlyInAnyOrderElementsOf(DEFAULTS.keySet());
	}

	@Test
	void everyPropertyThatCanBeSetIsDocumentedAndTheOtherWayRound() throws IOException {
		assertThat(properties().map((property) -> name(property).substring(PREFIX.length())))
			.containsExactlyInAnyOrderElementsOf(bound().keySet());
	}

	@ParameterizedTest
	@MethodSource("properties")
	void theDefaultIsWhatIsBoundWhenNothingIsSet(JsonNode property) {
		Object bound = Objects.requireNonNull(bound().get(name(property).substring(PREFIX.length())));
		if (bound instanceof List<?> list) {
			assertThat(property.has("defaultValue")).isFalse();
			assertThat(list).isEmpty();
			return;
		}
		assertThat(conversionService.convert(property.get("defaultValue").asString(), bound.getClass()))
			.as(name(property))
			.isEqualTo(bound);
	}

	@ParameterizedTest
	@MethodSource("properties")
	void theDefaultIsThatOfThePlan(JsonNode property) {
		String name = name(property).substring(PREFIX.length());
		Object bound = Objects.requireNonNull(bound().get(name));
		Object planned = DEFAULTS.get(name);
		assertThat(bound).as(name)
			.isEqualTo(conversionService.convert(planned, TypeDescriptor.forObject(planned),
					TypeDescriptor.valueOf((bound instanceof List) ? List.class : bound.getClass())));
	}

	@Test
	void theDefaultsOfTheSettingsAreThoseOfTheProperties() {
		assertThat(SettingsFactory.settings(bind())).isEqualTo(WebsocketSettings.DEFAULTS);
	}

	private static String name(JsonNode property) {
		return property.get("name").asString();
	}

	/** What is bound when nothing is set, by name of the property. */
	private static Map<String, Object> bound() {
		Map<String, Object> values = new TreeMap<>();
		collect("", bind(), values);
		return values;
	}

	private static WebsocketControllerProperties bind() {
		return new Binder(new MapConfigurationPropertySource(Map.of())).bindOrCreate("websocket-controller",
				WebsocketControllerProperties.class);
	}

	private static void collect(String prefix, Object group, Map<String, Object> values) {
		for (RecordComponent component : group.getClass().getRecordComponents()) {
			String name = prefix + StringUtils.uncapitalize(component.getName())
				.replaceAll("([A-Z])", "-$1")
				.toLowerCase(java.util.Locale.ROOT);
			Object value = value(group, component);
			if (value instanceof Record nested) {
				collect(name + ".", nested, values);
			}
			else {
				values.put(name, value);
			}
		}
	}

	private static Object value(Object group, RecordComponent component) {
		try {
			component.getAccessor().setAccessible(true);
			return component.getAccessor().invoke(group);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
