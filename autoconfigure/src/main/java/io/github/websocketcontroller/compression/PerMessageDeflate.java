package io.github.websocketcontroller.compression;

import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The parameters of permessage-deflate that client and server have agreed on (RFC 7692,
 * 7.1).
 *
 * @param serverNoContextTakeover whether we compress each message for itself
 * @param clientNoContextTakeover whether the client does
 * @param serverMaxWindowBits how far back what we compress may refer, as a power of two;
 * 0 if the client did not ask
 * @param clientMaxWindowBits the same for the client; 0 if it did not limit itself
 */
public record PerMessageDeflate(boolean serverNoContextTakeover, boolean clientNoContextTakeover,
		int serverMaxWindowBits, int clientMaxWindowBits) {

	private static final String NAME = "permessage-deflate";

	private static final int LARGEST_WINDOW = 15;

	private static final Pattern WINDOW_BITS = Pattern.compile("[89]|1[0-5]");

	/**
	 * Accepts the first offer that is valid.
	 * @param headers what the client has sent as {@code Sec-WebSocket-Extensions}
	 * @param contextTakeover whether messages may build upon those before them, unless
	 * the client refuses
	 * @return what is agreed on, or {@code null} if there is no valid offer
	 */
	public static @Nullable PerMessageDeflate negotiate(List<String> headers, boolean contextTakeover) {
		for (ExtensionOffer offer : ExtensionOffer.parse(headers)) {
			PerMessageDeflate accepted = NAME.equals(offer.name()) ? accept(offer.parameters(), contextTakeover) : null;
			if (accepted != null) {
				return accepted;
			}
		}
		return null;
	}

	private static @Nullable PerMessageDeflate accept(List<ExtensionOffer.Parameter> parameters,
			boolean contextTakeover) {
		if (parameters.stream().map(ExtensionOffer.Parameter::name).distinct().count() < parameters.size()) {
			return null;
		}
		boolean serverNoContextTakeover = !contextTakeover;
		boolean clientNoContextTakeover = !contextTakeover;
		int serverMaxWindowBits = 0;
		int clientMaxWindowBits = 0;
		for (ExtensionOffer.Parameter parameter : parameters) {
			String value = parameter.value();
			if (!isValid(parameter.name(), value)) {
				return null;
			}
			switch (parameter.name()) {
				case "server_no_context_takeover" -> serverNoContextTakeover = true;
				case "client_no_context_takeover" -> clientNoContextTakeover = true;
				case "server_max_window_bits" -> serverMaxWindowBits = bits(value);
				default -> clientMaxWindowBits = bits(value);
			}
		}
		return new PerMessageDeflate(serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits,
				clientMaxWindowBits);
	}

	private static boolean isValid(String name, @Nullable String value) {
		return switch (name) {
			case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
			case "server_max_window_bits" -> value != null && WINDOW_BITS.matcher(value).matches();
			case "client_max_window_bits" -> value == null || WINDOW_BITS.matcher(value).matches();
			default -> false;
		};
	}

	private static int bits(@Nullable String value) {
		return (value != null) ? Integer.parseInt(value) : 0;
	}

	/**
	 * What to answer as {@code Sec-WebSocket-Extensions}.
	 * @return the value of the header
	 */
	public String header() {
		return NAME + (this.serverNoContextTakeover ? "; server_no_context_takeover" : "")
				+ (this.clientNoContextTakeover ? "; client_no_context_takeover" : "")
				+ ((this.serverMaxWindowBits != 0) ? "; server_max_window_bits=" + this.serverMaxWindowBits : "")
				+ ((this.clientMaxWindowBits != 0) ? "; client_max_window_bits=" + this.clientMaxWindowBits : "");
	}

	/**
	 * Whether the client asks for a smaller window than the JDK's {@code Deflater} has.
	 * @return {@code true} if nothing that we compress must refer back
	 */
	boolean isWindowSmall() {
		return this.serverMaxWindowBits != 0 && this.serverMaxWindowBits < LARGEST_WINDOW;
	}

}
