package io.github.websocketcontroller.mvc;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import org.springframework.http.HttpHeaders;

/**
 * Makes the headers of a {@code HeaderUpgrader} safe for the 101.
 */
final class ResponseHeaders {

	private static final Set<String> RESERVED = Set.of("connection", "upgrade", "content-length", "transfer-encoding");

	/** RFC 9110, 5.6.2. */
	private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

	private ResponseHeaders() {
	}

	static HttpHeaders sanitize(HttpHeaders headers) {
		HttpHeaders safe = new HttpHeaders();
		headers.forEach((name, values) -> {
			if (isFree(name)) {
				values.forEach((value) -> safe.add(name, printable(value)));
			}
		});
		return safe;
	}

	private static boolean isFree(String name) {
		String lowerCase = name.toLowerCase(Locale.ROOT);
		return NAME.matcher(name).matches() && !RESERVED.contains(lowerCase) && !lowerCase.startsWith("sec-websocket-");
	}

	static String printable(String text) {
		return CONTROL.matcher(text).replaceAll("");
	}

}
