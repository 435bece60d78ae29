package io.github.websocketcontroller.upgrade;

import java.util.List;
import java.util.Locale;

import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import io.github.websocketcontroller.connection.Agreement;
import io.github.websocketcontroller.serve.ConnectionServer;
import io.github.websocketcontroller.serve.ServeCall;
import io.github.websocketcontroller.transport.PendingTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.SubProtocolCapable;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * Carries a call through Spring's handshake handler, which knows connections only as
 * handlers of messages. It handles none.
 */
final class Handoff extends AbstractWebSocketHandler implements SubProtocolCapable {

	private final ServeCall call;

	private final ConnectionServer server;

	Handoff(ServeCall call, ConnectionServer server) {
		this.call = call;
		this.server = server;
	}

	@Override
	public List<String> getSubProtocols() {
		return this.call.settings()
			.subprotocols()
			.stream()
			.map((subprotocol) -> subprotocol.toLowerCase(Locale.ROOT))
			.toList();
	}

	/**
	 * Agrees on compression, if the settings of the path want it.
	 * @param offers what the client has sent as {@code Sec-WebSocket-Extensions}
	 * @return what was agreed on or {@code null}
	 */
	@Nullable PerMessageDeflate negotiate(List<String> offers) {
		WebsocketSettings settings = this.call.settings();
		return settings.compressionEnabled()
				? PerMessageDeflate.negotiate(offers, settings.compressionContextTakeover()) : null;
	}

	boolean accept(Agreement agreement, PendingTransport pending) {
		return this.server.serve(this.call, agreement, pending);
	}

}
