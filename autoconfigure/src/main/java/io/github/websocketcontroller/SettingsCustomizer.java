package io.github.websocketcontroller;

/**
 * Changes what the connections of a controller are run with. Implemented by a controller
 * for itself, or by a single bean for all controllers that do not. It has the last word:
 * it finds what {@code websocket-controller.*} and {@code websocket-controller.paths} say
 * for a path.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SettingsCustomizer {

	/**
	 * Changes the settings. Called at start-up, once for each path of each controller. A
	 * value that makes no sense fails the start.
	 * @param settings what was found for the path
	 */
	void customize(WebsocketSettings.Builder settings);

}
