package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketMessage;

/**
 * A client that somebody else wrote. It takes only a few messages from the socket before
 * the test asks for them, so that a test that asks for none is a peer that takes nothing.
 * A server should not send many before it has received one: Jetty's client is not open
 * until it has passed on what came at once.
 */
public abstract class ForeignClient implements AutoCloseable {

	private static final int TAKEN_IN_ADVANCE = 8;

	private final BlockingQueue<WebSocketMessage<?>> messages = new ArrayBlockingQueue<>(TAKEN_IN_ADVANCE);

	private final CompletableFuture<CloseStatus> closed = new CompletableFuture<>();

	ForeignClient() {
	}

	/**
	 * Sends a text message.
	 */
	public abstract void sendText(String text) throws Exception;

	/**
	 * Sends a binary message.
	 */
	public abstract void sendBinary(byte[] payload) throws Exception;

	/**
	 * Sends a ping.
	 */
	public abstract void ping(byte[] payload) throws Exception;

	/**
	 * Begins the closing handshake.
	 */
	public abstract void close(CloseStatus status) throws Exception;

	/**
	 * The names of the extensions that were agreed on.
	 */
	public abstract List<String> extensions();

	/**
	 * Frees what the client itself keeps.
	 */
	@Override
	public abstract void close() throws IOException;

	/**
	 * The next text or binary message or pong, or {@code null} if none comes in time.
	 */
	public @Nullable WebSocketMessage<?> next() throws InterruptedException {
		return this.messages.poll(20, TimeUnit.SECONDS);
	}

	/**
	 * The next message, or {@code null} when the connection has ended.
	 * @throws IllegalStateException if neither comes in time
	 */
	public @Nullable WebSocketMessage<?> nextUntilClosed() throws InterruptedException {
		long begin = System.nanoTime();
		WebSocketMessage<?> message = this.messages.poll(10, TimeUnit.MILLISECONDS);
		while (message == null && !this.closed.isDone()) {
			Assert.state(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20), "Neither a message nor the end");
			message = this.messages.poll(10, TimeUnit.MILLISECONDS);
		}
		return (message != null) ? message : this.messages.poll();
	}

	/**
	 * How the connection has ended; 1006 without a Close.
	 */
	public CloseStatus closed() throws Exception {
		return this.closed.get(20, TimeUnit.SECONDS);
	}

	final void received(WebSocketMessage<?> message) {
		try {
			this.messages.put(message);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	final void ended(CloseStatus status) {
		this.closed.complete(status);
	}

	/**
	 * Who wrote it.
	 */
	public enum Kind {

		/** Spring's {@code StandardWebSocketClient}, on Tomcat's client. */
		SPRING {

			@Override
			public ForeignClient open(URI uri, String... extensions) throws Exception {
				return SpringsClient.connect(uri, extensions);
			}

		},

		/** {@code java.net.http.WebSocket}. */
		JDK {

			@Override
			public ForeignClient open(URI uri, String... extensions) throws Exception {
				Assert.isTrue(extensions.length == 0, "The JDK's client knows none");
				return JdksClient.connect(uri);
			}

		},

		/** Jetty's {@code WebSocketClient}. */
		JETTY {

			@Override
			public ForeignClient open(URI uri, String... extensions) throws Exception {
				return JettysClient.connect(uri, extensions);
			}

		};

		/**
		 * Opens a connection.
		 * @param extensions what to offer, each with its parameters
		 */
		public abstract ForeignClient open(URI uri, String... extensions) throws Exception;

	}

}
