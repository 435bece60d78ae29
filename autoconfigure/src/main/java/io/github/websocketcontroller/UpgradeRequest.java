package io.github.websocketcontroller;

import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;

/**
 * The HTTP request that asked for the upgrade, as it was. An immutable snapshot: the
 * server recycles its own request after the 101. Thread-safe.
 *
 * @since 0.1.0
 */
public interface UpgradeRequest {

	/**
	 * The URI that was requested, with scheme, host and query, as the client sees it
	 * where {@code server.forward-headers-strategy} is set.
	 * @return the URI
	 */
	URI getUri();

	/**
	 * The request's headers.
	 * @return read-only headers
	 */
	HttpHeaders getHeaders();

	/**
	 * The parameters of the query string, decoded.
	 * @return a read-only map
	 */
	MultiValueMap<String, String> getQueryParams();

	/**
	 * The variables of the path pattern, decoded.
	 * @return a read-only map
	 */
	Map<String, String> getPathVariables();

	/**
	 * The request's cookies.
	 * @return a read-only map
	 */
	MultiValueMap<String, HttpCookie> getCookies();

	/**
	 * The authenticated user.
	 * @return the user or {@code null} if nobody is
	 */
	@Nullable Principal getPrincipal();

	/**
	 * The request attributes that filters and interceptors of the application have set.
	 * @return a read-only map, without the attributes of the server and of Spring
	 */
	Map<String, Object> getAttributes();

	/**
	 * The address at which the request arrived.
	 * @return the local address
	 */
	InetSocketAddress getLocalAddress();

	/**
	 * The address of the client, or of the last proxy if forwarded headers are not used.
	 * The port is that of the last proxy in either case.
	 * @return the remote address, unresolved; IPv6 has no brackets
	 */
	InetSocketAddress getRemoteAddress();

	/**
	 * Whether the client uses {@code wss}.
	 * @return {@code true} over TLS
	 */
	boolean isSecure();

}
