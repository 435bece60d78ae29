package io.github.websocketcontroller.connection;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.WebsocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * Messages to come, until the connection ends.
 *
 * @param <T> the type of a message
 */
final class Messages<T> implements Iterator<T> {

	private final WebsocketConnection connection;

	/** Gives {@code null} when the peer has closed. */
	private final Supplier<@Nullable T> source;

	private @Nullable T next;

	Messages(WebsocketConnection connection, Supplier<@Nullable T> source) {
		this.connection = connection;
		this.source = source;
	}

	@Override
	public boolean hasNext() {
		if (this.next == null) {
			this.next = receive();
		}
		return this.next != null;
	}

	private @Nullable T receive() {
		try {
			return this.source.get();
		}
		catch (ConnectionClosedException ex) {
			if (ex.getConnection() != this.connection) {
				throw ex;
			}
			return null;
		}
	}

	@Override
	public T next() {
		if (!hasNext()) {
			throw new NoSuchElementException("The connection is closed");
		}
		T message = this.next;
		this.next = null;
		if (message == null) {
			throw new NoSuchElementException();
		}
		return message;
	}

}
