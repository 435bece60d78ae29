package io.github.websocketcontroller.serve;

import java.util.concurrent.Executor;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.connection.Agreement;
import io.github.websocketcontroller.connection.JsonCodec;
import io.github.websocketcontroller.connection.OpenConnection;
import io.github.websocketcontroller.connection.SharedResources;
import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;

import org.springframework.util.AlternativeJdkIdGenerator;
import org.springframework.util.IdGenerator;

/**
 * Serves upgraded connections, each on a thread of its own. Thread-safe.
 */
public final class ConnectionServer implements AutoCloseable {

	private final OpenConnections connections;

	private final Executor threads;

	private final SharedResources shared;

	private final IdGenerator ids = new AlternativeJdkIdGenerator();

	/**
	 * Creates a server.
	 * @param connections where open connections are kept
	 * @param threads runs each task on a thread of its own
	 * @param json reads and writes JSON
	 */
	public ConnectionServer(OpenConnections connections, Executor threads, JsonCodec json) {
		this.connections = connections;
		this.threads = threads;
		this.shared = new SharedResources(json, threads);
	}

	/**
	 * Whether connections are accepted, which they are not during shutdown.
	 * @return {@code true} if so
	 */
	public boolean isAccepting() {
		return this.connections.isAccepting();
	}

	/**
	 * Whether the limits leave room for one more connection.
	 * @param request what asks for it
	 * @return {@code false} if a connection would be closed with 1013
	 */
	public boolean hasRoom(UpgradeRequest request) {
		return this.connections.limits().hasRoom(request.getRemoteAddress().getHostString());
	}

	/**
	 * Says that an upgrade is about to be granted: a shutdown that begins before its
	 * connection comes waits for it, but not for long, since it may be lost before.
	 * @return {@code false} if a shutdown has begun and it must not be granted
	 */
	public boolean expect() {
		return this.connections.grant();
	}

	/**
	 * Serves a connection that was expected. Returns at once.
	 * @param call what to run
	 * @param agreement what was agreed on in the handshake
	 * @param pending the connection
	 * @return {@code false} if no thread can be had to serve it
	 */
	public boolean serve(ServeCall call, Agreement agreement, PendingTransport pending) {
		Admission admission = this.connections.limits().admit(call.request().getRemoteAddress().getHostString());
		return new Serving(call, this.connections, admission, pending,
				(transport) -> connection(call, agreement, transport), this.threads)
			.begin();
	}

	private OpenConnection connection(ServeCall call, Agreement agreement, Transport transport) {
		return new OpenConnection(this.ids.generateId().toString(), call.request(), agreement, call.settings(),
				transport, this.shared);
	}

	/**
	 * Frees what is kept for connections to come.
	 */
	@Override
	public void close() {
		this.shared.close();
	}

}
