package io.github.websocketcontroller.mvc;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.websocketcontroller.InvalidSettingException;
import io.github.websocketcontroller.SettingsCustomizer;
import io.github.websocketcontroller.WebsocketSettings;
import org.jspecify.annotations.Nullable;

/**
 * Finds at start-up what the connections of each path of each controller are run with:
 * what holds for all paths, or else for this one, and then what a
 * {@link SettingsCustomizer} makes of it.
 */
public final class ControllerSettings {

	private final WebsocketSettings common;

	private final Map<String, WebsocketSettings> paths;

	/**
	 * Creates an instance.
	 * @param common the settings of all paths
	 * @param paths the settings of the paths that have their own
	 */
	public ControllerSettings(WebsocketSettings common, Map<String, WebsocketSettings> paths) {
		this.common = common;
		this.paths = Map.copyOf(paths);
	}

	/**
	 * Finds the settings of a controller.
	 * @param controller the user's class, not a proxy's
	 * @param paths the patterns of its mapping
	 * @param customizer its customizer, if there is one
	 * @return the settings by pattern
	 * @throws InvalidControllerException if the customizer makes them invalid
	 */
	Map<String, PathSettings> of(Class<?> controller, Set<String> paths, @Nullable SettingsCustomizer customizer) {
		Map<String, PathSettings> settings = new HashMap<>();
		for (String path : paths) {
			WebsocketSettings found = this.paths.getOrDefault(path, this.common);
			settings.put(path,
					PathSettings.of((customizer != null) ? customize(controller, path, found, customizer) : found));
		}
		return Map.copyOf(settings);
	}

	private static WebsocketSettings customize(Class<?> controller, String path, WebsocketSettings settings,
			SettingsCustomizer customizer) {
		WebsocketSettings.Builder builder = settings.mutate();
		customizer.customize(builder);
		try {
			return builder.build();
		}
		catch (InvalidSettingException ex) {
			throw new InvalidControllerException(controller, null,
					"Its SettingsCustomizer gives " + ex.getSetting() + " the value '" + ex.getValue()
							+ "' for the path " + path + ". " + ex.getReason(),
					"Give it another value, or leave it as it is.");
		}
	}

	/**
	 * Refuses settings of paths that no controller has.
	 * @param known the paths of all controllers
	 * @throws UnknownPathException if there are some
	 */
	void check(Collection<String> known) {
		this.paths.keySet().stream().filter((path) -> !known.contains(path)).sorted().findFirst().ifPresent((path) -> {
			throw new UnknownPathException(path, List.copyOf(known));
		});
	}

}
