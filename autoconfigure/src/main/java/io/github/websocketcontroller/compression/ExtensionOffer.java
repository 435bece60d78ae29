package io.github.websocketcontroller.compression;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One element of {@code Sec-WebSocket-Extensions} (RFC 6455, 9.1).
 *
 * @param name the name of the extension
 * @param parameters its parameters in their order
 */
record ExtensionOffer(String name, List<Parameter> parameters) {

	/**
	 * Reads a client's headers.
	 * @param headers the values of all headers of that name
	 * @return the offers in the client's order of preference
	 */
	static List<ExtensionOffer> parse(List<String> headers) {
		return headers.stream()
			.flatMap((header) -> split(header, ',').stream())
			.filter((element) -> !element.isEmpty())
			.map(ExtensionOffer::of)
			.toList();
	}

	private static ExtensionOffer of(String element) {
		List<String> parts = split(element, ';');
		return new ExtensionOffer(parts.get(0), parts.stream().skip(1).map(Parameter::of).toList());
	}

	// Separators within quotes are none.
	private static List<String> split(String text, char separator) {
		List<String> parts = new ArrayList<>();
		boolean quoted = false;
		int begin = 0;
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '"') {
				quoted = !quoted;
			}
			else if (character == '\\' && quoted) {
				i++;
			}
			else if (character == separator && !quoted) {
				parts.add(text.substring(begin, i).strip());
				begin = i + 1;
			}
		}
		parts.add(text.substring(begin).strip());
		return parts;
	}

	/**
	 * A parameter of an extension.
	 *
	 * @param name its name
	 * @param value its value without quotes, {@code null} if it has none
	 */
	record Parameter(String name, @Nullable String value) {

		private static Parameter of(String text) {
			int equals = text.indexOf('=');
			if (equals < 0) {
				return new Parameter(text, null);
			}
			return new Parameter(text.substring(0, equals).strip(), unquote(text.substring(equals + 1).strip()));
		}

		// What needs escapes is none of the values we know.
		private static String unquote(String value) {
			boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
			return quoted ? value.substring(1, value.length() - 1) : value;
		}

	}

}
