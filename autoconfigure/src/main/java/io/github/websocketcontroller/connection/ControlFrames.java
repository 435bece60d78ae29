package io.github.websocketcontroller.connection;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.PongMessage;

/**
 * Who is told of the peer's control frames. Set by any thread, asked by the one that
 * reads.
 */
final class ControlFrames {

	private final RoundTrip roundTrip;

	/** Written by any thread, as are the others. */
	private volatile @Nullable Consumer<PingMessage> pingHandler;

	private volatile @Nullable Consumer<PongMessage> pongHandler;

	private volatile @Nullable Consumer<CloseStatus> closeHandler;

	ControlFrames(RoundTrip roundTrip) {
		this.roundTrip = roundTrip;
	}

	void onPing(@Nullable Consumer<PingMessage> handler) {
		this.pingHandler = handler;
	}

	void onPong(@Nullable Consumer<PongMessage> handler) {
		this.pongHandler = handler;
	}

	void onClose(@Nullable Consumer<CloseStatus> handler) {
		this.closeHandler = handler;
	}

	/**
	 * Tells the application of a ping.
	 * @param payload its payload, which is the application's from now on
	 * @return {@code false} if the application leaves it to the library
	 */
	boolean handlePing(byte[] payload) {
		Consumer<PingMessage> handler = this.pingHandler;
		if (handler == null) {
			return false;
		}
		handler.accept(new PingMessage(ByteBuffer.wrap(payload)));
		return true;
	}

	/**
	 * Whether anybody looks at pongs, whose payload need not be copied otherwise.
	 * @return {@code true} if so
	 */
	boolean wantsPongs() {
		return this.pongHandler != null || this.roundTrip.isAwaited();
	}

	void handlePong(byte[] payload) {
		this.roundTrip.end(payload);
		Consumer<PongMessage> handler = this.pongHandler;
		if (handler != null) {
			handler.accept(new PongMessage(ByteBuffer.wrap(payload)));
		}
	}

	void handleClose(CloseStatus status) {
		Consumer<CloseStatus> handler = this.closeHandler;
		if (handler != null) {
			handler.accept(status);
		}
	}

}
