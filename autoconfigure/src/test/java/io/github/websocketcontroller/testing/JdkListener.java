package io.github.websocketcontroller.testing;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * What a client of the JDK's gets. Puts the pieces together again in which the JDK
 * delivers a message.
 */
public final class JdkListener implements WebSocket.Listener {

	private static final int LARGEST = 1024 * 1024;

	private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();

	private final CompletableFuture<CloseStatus> closed = new CompletableFuture<>();

	private final StringBuilder text = new StringBuilder();

	private ByteBuffer binary = ByteBuffer.allocate(LARGEST);

	@Override
	public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.text.append(data);
		if (last) {
			this.messages.add(this.text.toString());
			this.text.setLength(0);
		}
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
		this.binary.put(data);
		if (last) {
			this.messages.add(this.binary.flip());
			this.binary = ByteBuffer.allocate(LARGEST);
		}
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
		this.messages.add("pong of " + data.remaining());
		socket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		this.closed.complete(new CloseStatus(code, reason));
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		this.closed.completeExceptionally(error);
	}

	/**
	 * The next message or pong, or {@code null} if none comes in time.
	 */
	public @Nullable Object next() throws InterruptedException {
		return this.messages.poll(20, TimeUnit.SECONDS);
	}

	/**
	 * How the connection ends.
	 */
	public CompletableFuture<CloseStatus> closed() {
		return this.closed;
	}

}
