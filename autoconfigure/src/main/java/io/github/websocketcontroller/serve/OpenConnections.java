package io.github.websocketcontroller.serve;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.connection.OpenConnection;

/**
 * The connections that are served, from the moment they are taken over until their socket
 * is gone and {@code serve} has returned, and those that are about to be. Thread-safe.
 */
public final class OpenConnections {

	/** In which a server gives a connection away, if it does at all. */
	private static final long HANDOVER_NANOS = 1_000_000_000L;

	private final Set<OpenConnection> connections = ConcurrentHashMap.newKeySet();

	private final ConnectionLimits limits;

	/** Upgrades that are granted and not yet given away by the server, or never. */
	private final AtomicInteger granted = new AtomicInteger();

	/** When the last one was granted. Written by any thread. */
	private volatile long grantedAt;

	/** Connections that are given away and not yet taken over. */
	private final Set<Serving> expected = ConcurrentHashMap.newKeySet();

	/** Written by the life cycle. A server that has opened its port has its beans. */
	private volatile boolean accepting = true;

	/**
	 * No connections yet, and no limits.
	 */
	public OpenConnections() {
		this(0, 0);
	}

	/**
	 * No connections yet.
	 * @param most how many there may be, 0 for no limit
	 * @param mostPerAddress how many there may be of one remote address, 0 for no limit
	 */
	public OpenConnections(int most, int mostPerAddress) {
		this.limits = new ConnectionLimits(most, mostPerAddress);
	}

	ConnectionLimits limits() {
		return this.limits;
	}

	boolean isAccepting() {
		return this.accepting;
	}

	void accept() {
		this.accepting = true;
	}

	void refuse() {
		this.accepting = false;
	}

	/**
	 * Counts an upgrade, before its peer knows of it.
	 * @return {@code false} if it must not be granted any more
	 */
	boolean grant() {
		if (!this.accepting) {
			return false;
		}
		this.grantedAt = System.nanoTime();
		this.granted.incrementAndGet();
		boolean still = this.accepting;
		if (!still) {
			this.granted.decrementAndGet();
		}
		return still;
	}

	void expect(Serving connection) {
		this.expected.add(connection);
		this.granted.decrementAndGet();
	}

	void expectNoMore(Serving connection) {
		this.expected.remove(connection);
	}

	Collection<Serving> expected() {
		return Collections.unmodifiableCollection(this.expected);
	}

	void add(OpenConnection connection) {
		this.connections.add(connection);
	}

	void remove(OpenConnection connection) {
		this.connections.remove(connection);
	}

	Collection<OpenConnection> all() {
		return Collections.unmodifiableCollection(this.connections);
	}

	/**
	 * How many connections are served.
	 * @return their number, without those that are about to be taken over
	 */
	public int count() {
		return this.connections.size();
	}

	boolean isEmpty() {
		return this.expected.isEmpty() && this.connections.isEmpty();
	}

	/**
	 * Whether the server may still give away connections. One that is lost before never
	 * comes, so that this is not for long.
	 * @return {@code true} if upgrades were granted just now
	 */
	boolean isGivingAway() {
		return this.granted.get() > 0 && System.nanoTime() - this.grantedAt < HANDOVER_NANOS;
	}

}
