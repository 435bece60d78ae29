package io.github.websocketcontroller.upgrade;

import java.util.HashMap;
import java.util.Locale;
import java.util.Set;

import io.github.websocketcontroller.serve.ConnectionServer;
import io.github.websocketcontroller.serve.ServeCall;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.socket.server.HandshakeFailureException;
import org.springframework.web.socket.server.HandshakeHandler;

/**
 * Upgrades through Spring's handshake handler. The door of this package.
 */
public final class HandshakeUpgrader implements Upgrader {

	/** What the handshake says itself (RFC 6455, 4.2.2), and what frames a response. */
	private static final Set<String> RESERVED = Set.of("upgrade", "connection", "sec-websocket-accept",
			"sec-websocket-protocol", "sec-websocket-extensions", "content-length", "transfer-encoding");

	private final HandshakeHandler handler;

	private final ConnectionServer server;

	/**
	 * Creates an upgrader.
	 * @param handler the handshake handler of Spring, with our strategy
	 * @param server who serves the connections
	 */
	public HandshakeUpgrader(HandshakeHandler handler, ConnectionServer server) {
		this.handler = handler;
		this.server = server;
	}

	@Override
	public boolean isAccepting() {
		return this.server.isAccepting();
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response, HttpHeaders headers, ServeCall call) {
		addHeaders(response, headers);
		boolean upgraded = this.handler.doHandshake(new NormalisedRequest(request),
				new ServletServerHttpResponse(response), new Handoff(call, this.server), new HashMap<>());
		if (!upgraded) {
			throw new HandshakeFailureException("The handshake handler has refused a request that passed our checks");
		}
	}

	private static void addHeaders(HttpServletResponse response, HttpHeaders headers) {
		headers.forEach((name, values) -> {
			if (!RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
				values.forEach((value) -> response.addHeader(name, withoutControls(value)));
			}
		});
	}

	// A line break in a value would let a client add headers of its own.
	private static String withoutControls(String value) {
		return value.replaceAll("\\p{Cntrl}", "");
	}

}
