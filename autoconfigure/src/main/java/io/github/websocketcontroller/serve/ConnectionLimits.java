package io.github.websocketcontroller.serve;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections, in all and by remote address, as far as there are limits.
 * Thread-safe.
 */
final class ConnectionLimits {

	private final int most;

	private final int mostPerAddress;

	private final AtomicInteger total = new AtomicInteger();

	/** Addresses with at least one connection. */
	private final Map<String, Integer> perAddress = new ConcurrentHashMap<>();

	/**
	 * Creates limits.
	 * @param most how many connections there may be, 0 for any number
	 * @param mostPerAddress how many of one address, 0 for any number
	 */
	ConnectionLimits(int most, int mostPerAddress) {
		this.most = most;
		this.mostPerAddress = mostPerAddress;
	}

	/**
	 * Whether there is room for now.
	 * @param host the remote address
	 * @return {@code false} if a limit is reached
	 */
	boolean hasRoom(String host) {
		return isBelow(this.total.get())
				&& (this.mostPerAddress == 0 || count(RemoteNetwork.of(host)) < this.mostPerAddress);
	}

	private int count(String network) {
		return this.perAddress.getOrDefault(network, 0);
	}

	/**
	 * Counts a connection, if there is room for it.
	 * @param host the remote address
	 * @return whether there is, to be {@linkplain Admission#end() ended} in any case
	 */
	Admission admit(String host) {
		if (this.most == 0 && this.mostPerAddress == 0) {
			return Admission.UNCOUNTED;
		}
		String network = RemoteNetwork.of(host);
		if (!enter(network)) {
			return Admission.REFUSED;
		}
		if (!enter()) {
			leave(network);
			return Admission.REFUSED;
		}
		return new Admission(() -> {
			this.total.decrementAndGet();
			leave(network);
		});
	}

	private boolean enter() {
		int before = this.total.getAndUpdate((count) -> isBelow(count) ? count + 1 : count);
		return isBelow(before);
	}

	private boolean isBelow(int count) {
		return this.most == 0 || count < this.most;
	}

	private boolean enter(String network) {
		if (this.mostPerAddress == 0) {
			return true;
		}
		if (this.perAddress.merge(network, 1, Integer::sum) <= this.mostPerAddress) {
			return true;
		}
		leave(network);
		return false;
	}

	private void leave(String network) {
		if (this.mostPerAddress > 0) {
			this.perAddress.computeIfPresent(network, (name, count) -> (count > 1) ? count - 1 : null);
		}
	}

	int total() {
		return this.total.get();
	}

	int addresses() {
		return this.perAddress.size();
	}

}
