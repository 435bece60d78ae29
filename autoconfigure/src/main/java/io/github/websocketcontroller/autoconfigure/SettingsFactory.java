package io.github.websocketcontroller.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties.IncludeErrorMessage;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Makes settings of properties and refuses those that make no sense.
 */
final class SettingsFactory {

	private static final String PREFIX = "websocket-controller.";

	private static final String SMALLEST_BUFFER = "256B";

	private static final String LARGEST_BUFFER = "1MB";

	/** What fits into an array, with room to spare. */
	private static final String LARGEST_MESSAGE = "1GB";

	/** In nanoseconds it has to fit into a long; and nothing waits for longer. */
	private static final Duration LONGEST = Duration.ofDays(1);

	private static final Pattern ORIGIN = Pattern.compile("\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@*\\s]+");

	private static final Pattern ORIGIN_PATTERN = Pattern.compile("\\*|([A-Za-z][A-Za-z0-9+.-]*|\\*)://[^/?#@\\s]+");

	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private SettingsFactory() {
	}

	static WebsocketSettings settings(WebsocketControllerProperties properties) {
		checkOrigins("allowed-origins", properties.allowedOrigins(), ORIGIN,
				"An origin is a scheme and a host, and a port if it is not the scheme's own, such as "
						+ "https://example.org, without a path. Patterns go into allowed-origin-patterns.");
		checkOrigins("allowed-origin-patterns", properties.allowedOriginPatterns(), ORIGIN_PATTERN,
				"A pattern of origins is a scheme and a host with an asterisk for any characters, such as "
						+ "https://*.example.org, without a path.");
		checkSubprotocols(properties.subprotocols());
		checkPositive("handshake-timeout", properties.handshakeTimeout());
		checkPositive("close-timeout", properties.closeTimeout());
		checkPositive("write-timeout", properties.writeTimeout());
		checkSize("max-message-size", properties.maxMessageSize(), "1B", LARGEST_MESSAGE);
		checkSize("read-buffer-size", properties.readBufferSize(), SMALLEST_BUFFER, LARGEST_BUFFER);
		checkSize("write-buffer-size", properties.writeBufferSize(), SMALLEST_BUFFER, LARGEST_BUFFER);
		checkNotNegative("shutdown.spread", properties.shutdown().spread());
		checkSize("outbox.capacity", properties.outbox().capacity(), "1KB", LARGEST_MESSAGE);
		return new WebsocketSettings(properties.allowedOrigins(), properties.allowedOriginPatterns(),
				properties.subprotocols(), properties.handshakeTimeout(), properties.closeTimeout(),
				properties.writeTimeout(), (int) properties.maxMessageSize().toBytes(),
				(int) properties.readBufferSize().toBytes(), (int) properties.writeBufferSize().toBytes(),
				properties.includeErrorMessage() == IncludeErrorMessage.ALWAYS,
				(int) properties.outbox().capacity().toBytes(), properties.outbox().overflow());
	}

	private static void checkOrigins(String name, List<String> origins, Pattern syntax, String reason) {
		for (String origin : origins) {
			if (!syntax.matcher(origin).matches()) {
				throw invalid(name, origin, reason);
			}
		}
	}

	private static void checkSubprotocols(List<String> subprotocols) {
		for (String subprotocol : subprotocols) {
			if (!TOKEN.matcher(subprotocol).matches()) {
				throw invalid("subprotocols", subprotocol,
						"A subprotocol is a token of RFC 9110: letters, digits and some signs, without spaces.");
			}
		}
	}

	private static void checkPositive(String name, Duration value) {
		if (value.isZero()) {
			throw invalid(name, value, "It must be longer than nothing.");
		}
		checkNotNegative(name, value);
	}

	private static void checkNotNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw invalid(name, value, "It must not be negative.");
		}
		if (value.compareTo(LONGEST) > 0) {
			throw invalid(name, value, "It must not be longer than a day.");
		}
	}

	private static void checkSize(String name, DataSize value, String least, String most) {
		if (value.compareTo(DataSize.parse(least)) < 0 || value.compareTo(DataSize.parse(most)) > 0) {
			throw invalid(name, value, "It must be between " + least + " and " + most + ".");
		}
	}

	static InvalidConfigurationPropertyValueException invalid(String name, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(PREFIX + name, value, reason);
	}

}
