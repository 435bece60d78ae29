package io.github.websocketcontroller.mvc;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/**
 * The mapping of a controller, taken apart into its paths and its other conditions.
 *
 * @param paths its paths, each for itself and without conditions
 * @param conditions its conditions and no path
 * @param patterns its paths, with path variables that have lost their names
 * @param serve what it maps to
 */
record Route(List<RequestMappingInfo> paths, RequestMappingInfo conditions, Set<String> patterns, HandlerMethod serve) {

	private static final Pattern VARIABLE = Pattern.compile("\\{[^{}:*]+}");

	static Route of(RequestMappingInfo mapping, HandlerMethod serve, RequestMappingInfo.BuilderConfiguration options) {
		return new Route(
				mapping.getPatternValues()
					.stream()
					.map((pattern) -> RequestMappingInfo.paths(pattern).options(options).build())
					.toList(),
				mapping.mutate().paths("/").options(options).build(),
				mapping.getPatternValues()
					.stream()
					.map((pattern) -> VARIABLE.matcher(pattern).replaceAll("{}"))
					.collect(Collectors.toUnmodifiableSet()),
				serve);
	}

	/**
	 * Whether there are requests for which nothing decides between two routes.
	 */
	boolean isAmbiguousWith(Route other) {
		return this.conditions.equals(other.conditions) && !Collections.disjoint(this.patterns, other.patterns);
	}

	/**
	 * The route whose path fits best, whatever its other conditions.
	 */
	static @Nullable Match bestMatch(List<Route> routes, HttpServletRequest request) {
		return routes.stream()
			.flatMap((route) -> route.matches(request))
			.min(Comparator.comparing(Match::path, (one, other) -> one.compareTo(other, request)))
			.orElse(null);
	}

	// Asks for nothing but the path: a mapping as such never matches OPTIONS.
	private Stream<Match> matches(HttpServletRequest request) {
		return this.paths.stream()
			.filter((path) -> path.getActivePatternsCondition().getMatchingCondition(request) != null)
			.map((path) -> new Match(path, this.serve));
	}

	/**
	 * A route that has the path of a request.
	 *
	 * @param path the path that fits
	 * @param serve what it maps to
	 */
	record Match(RequestMappingInfo path, HandlerMethod serve) {
	}

}
