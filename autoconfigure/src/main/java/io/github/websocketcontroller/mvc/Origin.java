package io.github.websocketcontroller.mvc;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * An origin in the sense of RFC 6454: scheme, host and port, comparable.
 *
 * @param scheme the scheme in lower case
 * @param host the host in lower case; an IPv6 address has its brackets
 * @param port the port, the scheme's own if none was given, or -1
 */
record Origin(String scheme, String host, int port) {

	private static final Pattern SYNTAX = Pattern
		.compile("([a-z][a-z0-9+.-]*)://(\\[[0-9a-f:.]+]|[^\\s\\p{Cntrl}/?#@:\\[\\],]+)(?::([0-9]{1,5}))?");

	private static final int MAX_PORT = 65535;

	static @Nullable Origin parse(String value) {
		Matcher matcher = SYNTAX.matcher(value.toLowerCase(Locale.ROOT));
		if (!matcher.matches()) {
			return null;
		}
		String port = matcher.group(3);
		int number = (port != null) ? Integer.parseInt(port) : -1;
		return (number <= MAX_PORT) ? of(matcher.group(1), matcher.group(2), number) : null;
	}

	static Origin of(String scheme, String host, int port) {
		String lowerScheme = scheme.toLowerCase(Locale.ROOT);
		String lowerHost = host.toLowerCase(Locale.ROOT);
		boolean bareIpv6 = lowerHost.indexOf(':') != -1 && !lowerHost.startsWith("[");
		return new Origin(lowerScheme, bareIpv6 ? "[" + lowerHost + "]" : lowerHost,
				(port > 0) ? port : defaultPort(lowerScheme));
	}

	private static int defaultPort(String scheme) {
		return switch (scheme) {
			case "http" -> 80;
			case "https" -> 443;
			default -> -1;
		};
	}

	@Override
	public String toString() {
		boolean implied = this.port == defaultPort(this.scheme);
		return this.scheme + "://" + this.host + (implied ? "" : ":" + this.port);
	}

}
