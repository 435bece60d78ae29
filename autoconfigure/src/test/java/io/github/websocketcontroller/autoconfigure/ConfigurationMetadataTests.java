package io.github.websocketcontroller.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
			Map.entry("tomcat.take-over", true), Map.entry("limits.connections", 0),
			Map.entry("limits.connections-per-address", 0), Map.entry("limits.messages-per-second", 0),
			Map.entry("limits.idle-time", Duration.ZERO), Map.entry("paths", Map.of()),
			Map.entry("max-streamed-message-size", DataSize.ofBytes(0)),
			Map.entry("heartbeat.interval", Duration.ofSeconds(30)),
			Map.entry("heartbeat.timeout", Duration.ofSeconds(10)),
			Map.entry("outbox.capacity", DataSize.ofMegabytes(1)), Map.entry("outbox.overflow", "close"),
			Map.entry("compression.enabled", false), Map.entry("compression.level", 6),
			Map.entry("compression.threshold", DataSize.ofKilobytes(1)),
			Map.entry("compression.context-takeover", false));

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
		if (bound instanceof List || bound instanceof Map) {
			assertThat(property.has("defaultValue")).isFalse();
			assertThat(bound).isIn(List.of(), Map.of());
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
			.isEqualTo(conversionService.convert(planned, TypeDescriptor.forObject(planned), TypeDescriptor.valueOf(
					(bound instanceof List) ? List.class : (bound instanceof Map) ? Map.class : bound.getClass())));
	}

	@Test
	void theDefaultsOfTheSettingsAreThoseOfTheProperties() {
		assertThat(SettingsFactory.settings(bind())).usingRecursiveComparison().isEqualTo(WebsocketSettings.DEFAULTS);
	}

	@Test
	void pathsHaveTheirPropertiesInTheMetadataByType() throws IOException {
		JsonNode paths = properties().filter((property) -> name(property).equals(PREFIX + "paths"))
			.findFirst()
			.orElseThrow();
		assertThat(paths.get("type").asString())
			.isEqualTo("java.util.Map<java.lang.String," + WebsocketControllerProperties.Path.class.getName() + ">");
	}

	@Test
	void thePropertiesOfAPathAreAmongThoseOfAllPathsAndOfTheSameType() {
		assertThat(components("", WebsocketControllerProperties.class))
			.containsAllEntriesOf(components("", WebsocketControllerProperties.Path.class))
			.hasSizeGreaterThan(components("", WebsocketControllerProperties.Path.class).size());
	}

	@Test
	void everySettingCanBeSetForAPath() {
		Set<String> settings = Arrays.stream(WebsocketSettings.class.getDeclaredFields())
			.filter((field) -> !Modifier.isStatic(field.getModifiers()))
			.map(Field::getName)
			.collect(Collectors.toSet());
		assertThat(components("", WebsocketControllerProperties.Path.class).keySet())
			.extracting((name) -> name.replace("limits.", ""))
			.extracting((name) -> Pattern.compile("\\.(.)")
				.matcher(name)
				.replaceAll((dot) -> dot.group(1).toUpperCase(Locale.ROOT)))
			.containsExactlyInAnyOrderElementsOf(settings);
	}

	private static Map<String, String> components(String prefix, Class<?> group) {
		Map<String, String> types = new TreeMap<>();
		for (RecordComponent component : group.getRecordComponents()) {
			String name = prefix + component.getName();
			if (component.getType().isRecord()) {
				types.putAll(components(name + ".", component.getType()));
			}
			else {
				types.put(name, component.getGenericType().getTypeName());
			}
		}
		return types;
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
