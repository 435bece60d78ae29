package io.github.websocketcontroller.upgrade.jetty;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A request for a websocket over HTTP/2 as the one over HTTP/1.1 that says the same (RFC
 * 8441, 5). What it has in addition can't have come from the client.
 */
final class UpgradeView extends HttpServletRequestWrapper {

	private static final SecureRandom random = new SecureRandom();

	/** Whether the view is that of Jetty's. Set on the thread of the request. */
	private boolean revealed;

	private final Map<String, String> added = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	UpgradeView(HttpServletRequest request) {
		super(request);
		this.added.put("Upgrade", "websocket");
		this.added.put("Connection", "Upgrade");
		this.added.put("Sec-WebSocket-Key", key());
	}

	private static String key() {
		byte[] bytes = new byte[16];
		random.nextBytes(bytes);
		return Base64.getEncoder().encodeToString(bytes);
	}

	/**
	 * Shows the request as it is to whoever serves websockets without us.
	 */
	void reveal() {
		this.revealed = true;
		this.added.clear();
	}

	@Override
	public String getMethod() {
		return this.revealed ? super.getMethod() : "GET";
	}

	@Override
	public String getProtocol() {
		return this.revealed ? super.getProtocol() : "HTTP/1.1";
	}

	@Override
	public @Nullable String getHeader(String name) {
		String value = this.added.get(name);
		return (value != null) ? value : super.getHeader(name);
	}

	@Override
	public Enumeration<String> getHeaders(String name) {
		String value = this.added.get(name);
		return (value != null) ? Collections.enumeration(List.of(value)) : super.getHeaders(name);
	}

	@Override
	public Enumeration<String> getHeaderNames() {
		Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		names.addAll(Collections.list(super.getHeaderNames()));
		names.addAll(this.added.keySet());
		return Collections.enumeration(names);
	}

}
