package io.github.websocketcontroller.protocol;

/**
 * Which close codes may be in a Close frame (RFC 6455, 7.4 and the IANA registry).
 */
public final class CloseCodes {

	private CloseCodes() {
	}

	/**
	 * Whether a Close frame with this code may be sent.
	 * @param code the close code
	 * @return {@code false} for codes that are reserved or only tell the application what
	 * happened
	 */
	public static boolean maySend(int code) {
		return mayBeOnTheWire(code);
	}

	/**
	 * Whether the peer may send a Close frame with this code.
	 * @param code the close code
	 * @return {@code false} if it is a violation of the protocol
	 */
	public static boolean mayReceive(int code) {
		return mayBeOnTheWire(code);
	}

	private static boolean mayBeOnTheWire(int code) {
		return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
	}

}
