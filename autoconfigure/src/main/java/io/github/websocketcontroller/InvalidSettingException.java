package io.github.websocketcontroller;

/**
 * Thrown when {@link WebsocketSettings} are built with a value that makes no sense.
 *
 * @since 0.1.0
 */
public final class InvalidSettingException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String setting;

	private final String value;

	private final String reason;

	InvalidSettingException(String setting, Object value, String reason) {
		super("Invalid value '" + value + "' of the setting " + setting + ": " + reason);
		this.setting = setting;
		this.value = value.toString();
		this.reason = reason;
	}

	/**
	 * The name of the setting, as that of its property below
	 * {@code websocket-controller.}.
	 * @return the name, such as {@code close-timeout}
	 */
	public String getSetting() {
		return this.setting;
	}

	/**
	 * The value that makes no sense.
	 * @return the value as text
	 */
	public String getValue() {
		return this.value;
	}

	/**
	 * Why the value makes no sense.
	 * @return a sentence
	 */
	public String getReason() {
		return this.reason;
	}

}
