package io.github.websocketcontroller.mvc;

import java.util.List;

/**
 * Settings of a path that no controller has, found at start-up.
 */
public final class UnknownPathException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String path;

	private final transient List<String> paths;

	UnknownPathException(String path, List<String> paths) {
		super("No websocket controller has the path " + path + ", only: " + String.join(", ", paths));
		this.path = path;
		this.paths = paths;
	}

	/**
	 * The path that no controller has.
	 * @return the path
	 */
	public String getPath() {
		return this.path;
	}

	/**
	 * The paths that there are.
	 * @return the patterns of the controllers, in order
	 */
	public List<String> getPaths() {
		return this.paths;
	}

}
