package io.github.websocketcontroller.connection;

import java.util.List;

import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.compression.CompressionPool;
import io.github.websocketcontroller.compression.MessageDeflater;
import io.github.websocketcontroller.compression.MessageInflater;
import io.github.websocketcontroller.compression.PerMessageDeflate;
import io.github.websocketcontroller.protocol.Compression;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.WebSocketExtension;

/**
 * What client and server have agreed on in the handshake.
 *
 * @param subprotocol the subprotocol, if any
 * @param compression how messages may be compressed, if they may
 */
public record Agreement(@Nullable String subprotocol, @Nullable PerMessageDeflate compression) {

	/** On nothing. */
	public static final Agreement NONE = new Agreement(null, null);

	@Nullable MessageInflater inflater(CompressionPool pool) {
		return (this.compression != null) ? new MessageInflater(this.compression, pool) : null;
	}

	@Nullable Compression compression(WebsocketSettings settings, CompressionPool pool) {
		if (this.compression == null) {
			return null;
		}
		return new Compression(new MessageDeflater(this.compression, settings.compressionLevel(), pool),
				settings.compressionThreshold());
	}

	List<WebSocketExtension> extensions() {
		return (this.compression != null) ? WebSocketExtension.parseExtensions(this.compression.header()) : List.of();
	}

}
