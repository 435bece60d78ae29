package io.github.websocketcontroller.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

/**
 * The JDK's client. Puts the pieces together again in which it delivers a message.
 */
final class JdksClient extends ForeignClient implements WebSocket.Listener {

	private final WebSocket socket;

	private final StringBuilder text = new StringBuilder();

	private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

	private JdksClient(URI uri) throws Exception {
		this.socket = get(HttpClient.newBuilder()
			.sslContext(SelfSignedKeyStore.trust())
			.build()
			.newWebSocketBuilder()
			.buildAsync(uri, this));
	}

	static ForeignClient connect(URI uri) throws Exception {
		return new JdksClient(uri);
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(20, TimeUnit.SECONDS);
	}

	@Override
	public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.text.append(data);
		if (last) {
			TextMessage message = new TextMessage(this.text.toString());
			this.text.setLength(0);
			received(message);
		}
		return next(socket);
	}

	@Override
	public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
		byte[] bytes = new byte[data.remaining()];
		data.get(bytes);
		this.binary.writeBytes(bytes);
		if (last) {
			WebSocketMessage<?> message = new BinaryMessage(this.binary.toByteArray());
			this.binary.reset();
			received(message);
		}
		return next(socket);
	}

	@Override
	public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
		byte[] bytes = new byte[data.remaining()];
		data.get(bytes);
		received(new PongMessage(ByteBuffer.wrap(bytes)));
		return next(socket);
	}

	private static @Nullable CompletionStage<?> next(WebSocket socket) {
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		ended(new CloseStatus(code, reason.isEmpty() ? null : reason));
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		ended(CloseStatus.NO_CLOSE_FRAME);
	}

	@Override
	public void sendText(String text) throws Exception {
		sent(this.socket.sendText(text, true));
	}

	@Override
	public void sendBinary(byte[] payload) throws Exception {
		sent(this.socket.sendBinary(ByteBuffer.wrap(payload), true));
	}

	/**
	 * A message that the server refuses at its header may not be sent to its end: with
	 * TLS, the end of the server's output can end that of this client. What was the
	 * matter is told by {@link #closed()}.
	 */
	private static void sent(CompletableFuture<WebSocket> future) throws Exception {
		try {
			get(future);
		}
		catch (ExecutionException ex) {
			if (!(ex.getCause() instanceof IOException)) {
				throw ex;
			}
		}
	}

	@Override
	public void ping(byte[] payload) throws Exception {
		get(this.socket.sendPing(ByteBuffer.wrap(payload)));
	}

	@Override
	public void close(CloseStatus status) throws Exception {
		String reason = status.getReason();
		get(this.socket.sendClose(status.getCode(), (reason != null) ? reason : ""));
	}

	@Override
	public List<String> extensions() {
		return List.of();
	}

	@Override
	public void close() {
		this.socket.abort();
	}

}
