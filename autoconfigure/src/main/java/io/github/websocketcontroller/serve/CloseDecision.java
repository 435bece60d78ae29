package io.github.websocketcontroller.serve;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.WebsocketConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.web.socket.CloseStatus;

/**
 * How a connection is closed after {@code serve}.
 *
 * @param status what to tell the peer, unless closing had begun
 * @param error the error of the application that has to be reported, if there is one
 */
record CloseDecision(CloseStatus status, @Nullable Throwable error) {

	static final CloseStatus SERVED = CloseStatus.NORMAL.withReason("Server closed connection");

	static final CloseStatus FAILED = CloseStatus.SERVER_ERROR.withReason("Internal server error");

	static final CloseDecision SHUTTING_DOWN = new CloseDecision(CloseStatus.GOING_AWAY, null);

	static final CloseDecision OVER_LIMIT = new CloseDecision(
			CloseStatus.SERVICE_OVERLOAD.withReason("Too many connections"), null);

	/**
	 * Decides.
	 * @param thrown what {@code serve} has thrown, or {@code null} if it has returned
	 * @param connection the connection that was served
	 * @param interrupted whether the library has interrupted it
	 * @param includeMessage whether the peer may know the message of what was thrown
	 */
	static CloseDecision of(@Nullable Throwable thrown, WebsocketConnection connection, boolean interrupted,
			boolean includeMessage) {
		if (thrown == null) {
			return new CloseDecision(SERVED, null);
		}
		Throwable cause = unwrap(thrown);
		if (cause instanceof ConnectionClosedException closed && closed.getConnection() == connection) {
			return new CloseDecision(closed.getCloseStatus(), null);
		}
		if (cause instanceof InvalidMessageException invalid && invalid.getConnection() == connection) {
			return new CloseDecision(invalid.getCloseStatus(), null);
		}
		if (interrupted && isInterruption(thrown)) {
			return SHUTTING_DOWN;
		}
		String message = cause.getMessage();
		if (!includeMessage || message == null || message.isEmpty()) {
			return new CloseDecision(FAILED, thrown);
		}
		return new CloseDecision(CloseStatus.SERVER_ERROR.withReason(message), thrown);
	}

	/**
	 * Decides what a forked thread's failure does to the connection.
	 * @param thrown what its task has thrown
	 * @param connection the connection
	 * @param interrupted whether the library has interrupted the thread
	 * @param includeMessage whether the peer may know the message of what was thrown
	 * @return the decision, or {@code null} if the thread has only obeyed the end of the
	 * connection or of {@code serve}
	 */
	static @Nullable CloseDecision ofFork(Throwable thrown, WebsocketConnection connection, boolean interrupted,
			boolean includeMessage) {
		CloseDecision decision = of(thrown, connection, interrupted, includeMessage);
		boolean obeyed = decision.error() == null && !(unwrap(thrown) instanceof InvalidMessageException);
		return obeyed ? null : decision;
	}

	// However the application's code has wrapped it: we have interrupted, it has obeyed.
	private static boolean isInterruption(Throwable thrown) {
		for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
			if (cause instanceof InterruptedException || cause instanceof ClosedByInterruptException) {
				return true;
			}
		}
		return false;
	}

	// What the wrappers of the JDK hold, such as those of a future or a proxy.
	private static Throwable unwrap(Throwable thrown) {
		Throwable current = thrown;
		while (isWrapper(current)) {
			Throwable cause = current.getCause();
			if (cause == null) {
				return current;
			}
			current = cause;
		}
		return current;
	}

	private static boolean isWrapper(Throwable thrown) {
		return thrown instanceof CompletionException || thrown instanceof ExecutionException
				|| thrown instanceof UndeclaredThrowableException || thrown instanceof InvocationTargetException;
	}

}
