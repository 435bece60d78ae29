package io.github.websocketcontroller.mvc;

import io.github.websocketcontroller.WebsocketSettings;

/**
 * What the connections of one path of a controller are run with.
 *
 * @param settings the settings
 * @param origins which origins they let in
 */
record PathSettings(WebsocketSettings settings, OriginPolicy origins) {

	static PathSettings of(WebsocketSettings settings) {
		return new PathSettings(settings, new OriginPolicy(settings));
	}

}
