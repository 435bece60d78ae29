package io.github.websocketcontroller.mvc;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.websocketcontroller.WebsocketSettings;

import org.springframework.web.cors.CorsConfiguration;

/**
 * Which origins are let in without an {@code OriginChecker}: the configured ones, or else
 * the server's own. CORS configuration has no say in it; Spring's class for that is used
 * for nothing but its patterns.
 */
final class OriginPolicy {

	private final boolean sameOrigin;

	private final Set<String> allowed;

	private final CorsConfiguration patterns = new CorsConfiguration();

	OriginPolicy(WebsocketSettings settings) {
		this.sameOrigin = settings.allowedOrigins().isEmpty() && settings.allowedOriginPatterns().isEmpty();
		this.allowed = settings.allowedOrigins().stream().map(OriginPolicy::normalize).collect(Collectors.toSet());
		settings.allowedOriginPatterns()
			.forEach((pattern) -> this.patterns.addAllowedOriginPattern(pattern.toLowerCase(Locale.ROOT)));
	}

	/**
	 * Decides.
	 * @param origins the values of the {@code Origin} headers
	 * @param server the server's own origin
	 * @return {@code false} to refuse
	 */
	boolean allows(List<String> origins, Origin server) {
		if (origins.isEmpty()) {
			return true;
		}
		if (origins.size() > 1) {
			return false;
		}
		Origin origin = Origin.parse(origins.get(0));
		if (this.sameOrigin) {
			return server.equals(origin);
		}
		if (this.allowed.contains("*")) {
			return true;
		}
		return origin != null
				&& (this.allowed.contains(origin.toString()) || this.patterns.checkOrigin(origin.toString()) != null);
	}

	private static String normalize(String value) {
		Origin origin = Origin.parse(value);
		return (origin != null) ? origin.toString() : value;
	}

}
