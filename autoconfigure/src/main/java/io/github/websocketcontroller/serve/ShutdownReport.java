package io.github.websocketcontroller.serve;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.websocketcontroller.connection.OpenConnection;

import org.springframework.web.socket.CloseStatus;

/**
 * How a shutdown went, for an operator.
 *
 * @param total how many peers were told
 * @param running those whose {@code serve} still runs
 * @param interrupted those whose {@code serve} has ended since it was interrupted
 * @param unanswered those whose peers have not answered the Close
 */
record ShutdownReport(int total, List<OpenConnection> running, List<OpenConnection> interrupted,
		List<OpenConnection> unanswered) {

	private static final int NAMED = 50;

	static ShutdownReport of(Collection<OpenConnection> told, Collection<OpenConnection> interrupted,
			Collection<OpenConnection> left) {
		Set<OpenConnection> running = Set.copyOf(left);
		return new ShutdownReport(told.size(), List.copyOf(running),
				interrupted.stream().filter((connection) -> !running.contains(connection)).toList(),
				told.stream().filter(ShutdownReport::isUnanswered).toList());
	}

	// Not those that were lost before they could be told.
	private static boolean isUnanswered(OpenConnection connection) {
		return !connection.isAnswered() && !CloseStatus.NO_CLOSE_FRAME.equals(connection.getCloseStatus());
	}

	boolean isEmpty() {
		return this.total == 0;
	}

	boolean isApplicationAtFault() {
		return !this.running.isEmpty() || !this.interrupted.isEmpty();
	}

	@Override
	public String toString() {
		return "Told " + this.total + " websocket peer" + ((this.total != 1) ? "s" : "") + " that the server goes away"
				+ named("serve does not react to its interrupt and still runs", this.running)
				+ named("serve took too long and was interrupted", this.interrupted)
				+ named("the peer did not answer and was cut off", this.unanswered);
	}

	private static String named(String what, List<OpenConnection> connections) {
		if (connections.isEmpty()) {
			return "";
		}
		String names = connections.stream().limit(NAMED).map(ShutdownReport::name).collect(Collectors.joining(", "));
		int unnamed = connections.size() - NAMED;
		return "; " + what + " on " + connections.size() + ": " + names
				+ ((unnamed > 0) ? " and " + unnamed + " more" : "");
	}

	private static String name(OpenConnection connection) {
		return connection.getRequest().getUri().getRawPath() + " " + connection;
	}

}
