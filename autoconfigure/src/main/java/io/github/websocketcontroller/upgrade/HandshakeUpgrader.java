package io.github.websocketcontroller.upgrade;

import java.util.HashMap;

import io.github.websocketcontroller.UpgradeRequest;
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
	public boolean hasRoom(UpgradeRequest request) {
		return this.server.hasRoom(request);
	}

	@Override
	public boolean expect() {
		return this.server.expect();
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response, HttpHeaders headers, ServeCall call) {
		headers.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
		boolean upgraded = this.handler.doHandshake(new NormalisedRequest(request),
				new ServletServerHttpResponse(response), new Handoff(call, this.server), new HashMap<>());
		if (!upgraded) {
			throw new HandshakeFailureException("The handshake handler has refused a request that passed our checks");
		}
	}

}
