package io.github.websocketcontroller;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import org.springframework.util.unit.DataSize;

/**
 * Refuses values of settings that make no sense.
 */
final class SettingsCheck {

	private static final String SMALLEST_BUFFER = "256B";

	private static final String LARGEST_BUFFER = "1MB";

	/** What fits into an array, with room to spare. */
	private static final String LARGEST_MESSAGE = "1GB";

	/** In nanoseconds it has to fit into a long; and nothing waits for longer. */
	private static final Duration LONGEST = Duration.ofDays(1);

	/** More than any thread reads. */
	private static final int HIGHEST_RATE = 1_000_000;

	private static final Pattern ORIGIN = Pattern.compile("\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@*\\s]+");

	private static final Pattern ORIGIN_PATTERN = Pattern.compile("\\*|([A-Za-z][A-Za-z0-9+.-]*|\\*)://[^/?#@\\s]+");

	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private SettingsCheck() {
	}

	static void origins(String name, List<String> origins) {
		matches(name, origins, ORIGIN,
				"An origin is a scheme and a host, and a port if it is not the scheme's own, such as "
						+ "https://example.org, without a path. Patterns go into allowed-origin-patterns.");
	}

	static void originPatterns(String name, List<String> patterns) {
		matches(name, patterns, ORIGIN_PATTERN,
				"A pattern of origins is a scheme and a host with an asterisk for any characters, such as "
						+ "https://*.example.org, without a path.");
	}

	static void subprotocols(String name, List<String> subprotocols) {
		matches(name, subprotocols, TOKEN,
				"A subprotocol is a token of RFC 9110: letters, digits and some signs, without spaces.");
	}

	private static void matches(String name, List<String> values, Pattern syntax, String reason) {
		for (String value : values) {
			if (!syntax.matcher(value).matches()) {
				throw new InvalidSettingException(name, value, reason);
			}
		}
	}

	static void positive(String name, Duration value) {
		if (value.isZero()) {
			throw new InvalidSettingException(name, value, "It must be longer than nothing.");
		}
		notNegative(name, value);
	}

	static void notNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw new InvalidSettingException(name, value, "It must not be negative.");
		}
		if (value.compareTo(LONGEST) > 0) {
			throw new InvalidSettingException(name, value, "It must not be longer than a day.");
		}
	}

	static void notNegative(String name, DataSize value) {
		if (value.isNegative()) {
			throw new InvalidSettingException(name, value, "It must not be negative; 0 is no limit.");
		}
	}

	static void compressionLevel(String name, int value) {
		if (value < 1 || value > 9) {
			throw new InvalidSettingException(name, value, "It must be between 1, fast, and 9, small.");
		}
	}

	static void compressionThreshold(String name, DataSize value) {
		between(name, value, "0B", LARGEST_MESSAGE);
	}

	static void outboxCapacity(String name, DataSize value) {
		between(name, value, "1KB", LARGEST_MESSAGE);
	}

	static void messageSize(String name, DataSize value) {
		between(name, value, "1B", LARGEST_MESSAGE);
	}

	static void bufferSize(String name, DataSize value) {
		between(name, value, SMALLEST_BUFFER, LARGEST_BUFFER);
	}

	private static void between(String name, DataSize value, String least, String most) {
		if (value.compareTo(DataSize.parse(least)) < 0 || value.compareTo(DataSize.parse(most)) > 0) {
			throw new InvalidSettingException(name, value, "It must be between " + least + " and " + most + ".");
		}
	}

	static void rate(String name, int value) {
		if (value < 0 || value > HIGHEST_RATE) {
			throw new InvalidSettingException(name, value,
					"It must be between 1 and " + HIGHEST_RATE + ", or 0 for no limit.");
		}
	}

}
