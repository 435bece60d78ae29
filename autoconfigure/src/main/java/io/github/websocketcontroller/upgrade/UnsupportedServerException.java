package io.github.websocketcontroller.upgrade;

/**
 * Thrown at start-up when the web server, or one of its connectors, is not one whose
 * connections can be taken over.
 */
public final class UnsupportedServerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String action;

	/**
	 * Creates an exception.
	 * @param problem what is not supported
	 * @param action what to do about it
	 */
	public UnsupportedServerException(String problem, String action) {
		super(problem);
		this.action = action;
	}

	/**
	 * What to do about it.
	 * @return one sentence
	 */
	public String getAction() {
		return this.action;
	}

}
