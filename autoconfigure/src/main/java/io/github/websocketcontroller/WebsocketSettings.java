package io.github.websocketcontroller;

import java.time.Duration;
import java.util.List;

/**
 * What a connection is run with. Immutable; made from {@code websocket-controller.*}.
 *
 * @param allowedOrigins origins of web pages that may connect, as
 * {@code scheme://host[:port]}, or {@code *} for every origin
 * @param allowedOriginPatterns origins of web pages that may connect, with {@code *} for
 * any number of characters
 * @param subprotocols the subprotocols that are spoken
 * @param handshakeTimeout how long hooks and arguments may take before an upgrade, and
 * taking the socket over after it
 * @param closeTimeout how long to wait for the peer's answer to a Close
 * @param writeTimeout how long a write may wait for room in the socket's send buffer
 * @param maxMessageSize the longest message that is received, in bytes
 * @param readBufferSize the read buffer of a connection, in bytes
 * @param writeBufferSize up to which size a frame is sent from a connection's own buffer,
 * in bytes
 * @param includeErrorMessage whether the peer is told the message of what {@code serve}
 * has thrown
 * @param outboxCapacity how much may wait to be written of what is offered to a peer, in
 * bytes
 * @param outboxOverflow what happens when there is no room
 * @since 0.1.0
 */
public record WebsocketSettings(List<String> allowedOrigins, List<String> allowedOriginPatterns,
		List<String> subprotocols, Duration handshakeTimeout, Duration closeTimeout, Duration writeTimeout,
		int maxMessageSize, int readBufferSize, int writeBufferSize, boolean includeErrorMessage, int outboxCapacity,
		OverflowPolicy outboxOverflow) {

	/**
	 * The settings of an application that sets nothing.
	 */
	public static final WebsocketSettings DEFAULTS = new WebsocketSettings(List.of(), List.of(), List.of(),
			Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10), 64 * 1024, 2048, 2048, false,
			1024 * 1024, OverflowPolicy.CLOSE);

	public WebsocketSettings {
		allowedOrigins = List.copyOf(allowedOrigins);
		allowedOriginPatterns = List.copyOf(allowedOriginPatterns);
		subprotocols = List.copyOf(subprotocols);
	}

}
