package io.github.websocketcontroller;

import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/**
 * Refines the mapping of a controller with anything that a {@link RequestMappingInfo} can
 * say: parameters, headers, an API version. Implemented by a controller for itself, or by
 * a single bean for all controllers that do not.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RouteRegistrar {

	/**
	 * Builds the mapping. Called once, at start-up.
	 * @param route a builder that holds the paths of the annotation, if it has any, and
	 * the method GET
	 * @return the mapping
	 */
	RequestMappingInfo registerRoute(RequestMappingInfo.Builder route);

}
