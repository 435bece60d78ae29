package io.github.websocketcontroller.mvc;

import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.websocketcontroller.UpgradeRequest;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A copy of what is worth keeping of a servlet request, which the server recycles. Holds
 * no reference to it.
 */
final class ServletUpgradeRequest implements UpgradeRequest {

	private static final String ATTRIBUTE = ServletUpgradeRequest.class.getName();

	/**
	 * Attributes of the server, of Spring and of this library; some of them hold the
	 * servlet request.
	 */
	private static final List<String> FOREIGN_ATTRIBUTES = List.of("org.springframework.", "__spring_", "org.apache.",
			"org.eclipse.", "jakarta.", "javax.", "java.", "io.github.websocketcontroller.", "_csrf");

	/** Set by Spring's filters below their bean's name. */
	private static final String FILTERED = ".FILTERED";

	private final URI uri;

	private final Origin serverOrigin;

	private final HttpHeaders headers;

	private final MultiValueMap<String, String> queryParams;

	private final Map<String, String> pathVariables;

	private final MultiValueMap<String, HttpCookie> cookies;

	private final @Nullable Principal principal;

	private final Map<String, Object> attributes;

	private final InetSocketAddress localAddress;

	private final InetSocketAddress remoteAddress;

	private final boolean secure;

	private ServletUpgradeRequest(HttpServletRequest request) {
		this.uri = uri(request);
		this.serverOrigin = Origin.of(request.getScheme(), request.getServerName(), request.getServerPort());
		this.headers = HttpHeaders.readOnlyHttpHeaders(headers(request));
		this.queryParams = CollectionUtils.unmodifiableMultiValueMap(QueryString.parse(request.getQueryString()));
		this.pathVariables = pathVariables(request);
		this.cookies = CollectionUtils.unmodifiableMultiValueMap(cookies(request));
		this.principal = request.getUserPrincipal();
		this.attributes = Collections.unmodifiableMap(attributes(request));
		this.localAddress = address(request.getLocalAddr(), request.getLocalPort());
		this.remoteAddress = address(request.getRemoteAddr(), request.getRemotePort());
		this.secure = request.isSecure();
	}

	/**
	 * The snapshot of a request, taken when it is first asked for.
	 * @param request the request
	 * @return the snapshot
	 */
	static ServletUpgradeRequest of(HttpServletRequest request) {
		if (request.getAttribute(ATTRIBUTE) instanceof ServletUpgradeRequest snapshot) {
			return snapshot;
		}
		ServletUpgradeRequest snapshot = new ServletUpgradeRequest(request);
		request.setAttribute(ATTRIBUTE, snapshot);
		return snapshot;
	}

	private static URI uri(HttpServletRequest request) {
		try {
			return ServletServerHttpRequest.initURI(request);
		}
		catch (IllegalStateException ex) {
			throw new HandshakeException(HttpStatus.BAD_REQUEST, "The URI is malformed.");
		}
	}

	// Copied by hand: Spring's own are a view on the servlet request.
	private static HttpHeaders headers(HttpServletRequest request) {
		HttpHeaders headers = new HttpHeaders();
		request.getHeaderNames()
			.asIterator()
			.forEachRemaining((name) -> request.getHeaders(name)
				.asIterator()
				.forEachRemaining((value) -> headers.add(name, value)));
		return headers;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, String> pathVariables(HttpServletRequest request) {
		Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
		return (variables != null) ? Collections.unmodifiableMap(new LinkedHashMap<>((Map<String, String>) variables))
				: Map.of();
	}

	private static MultiValueMap<String, HttpCookie> cookies(HttpServletRequest request) {
		MultiValueMap<String, HttpCookie> cookies = new LinkedMultiValueMap<>();
		if (request.getCookies() != null) {
			for (Cookie cookie : request.getCookies()) {
				cookies.add(cookie.getName(), new HttpCookie(cookie.getName(), cookie.getValue()));
			}
		}
		return cookies;
	}

	private static Map<String, Object> attributes(HttpServletRequest request) {
		Map<String, Object> attributes = new LinkedHashMap<>();
		request.getAttributeNames().asIterator().forEachRemaining((name) -> {
			Object value = request.getAttribute(name);
			if (value != null && isOfApplication(name)) {
				attributes.put(name, value);
			}
		});
		return attributes;
	}

	private static boolean isOfApplication(String name) {
		return FOREIGN_ATTRIBUTES.stream().noneMatch(name::startsWith) && !name.endsWith(FILTERED);
	}

	// Spring's filter for forwarded headers puts brackets around IPv6, servers do not.
	private static InetSocketAddress address(@Nullable String host, int port) {
		String name = Objects.requireNonNullElse(host, "");
		boolean bracketed = name.startsWith("[") && name.endsWith("]");
		return InetSocketAddress.createUnresolved(bracketed ? name.substring(1, name.length() - 1) : name,
				Math.max(port, 0));
	}

	/**
	 * The origin that a page of this server has.
	 * @return the origin
	 */
	Origin getServerOrigin() {
		return this.serverOrigin;
	}

	@Override
	public URI getUri() {
		return this.uri;
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public MultiValueMap<String, String> getQueryParams() {
		return this.queryParams;
	}

	@Override
	public Map<String, String> getPathVariables() {
		return this.pathVariables;
	}

	@Override
	public MultiValueMap<String, HttpCookie> getCookies() {
		return this.cookies;
	}

	@Override
	public @Nullable Principal getPrincipal() {
		return this.principal;
	}

	@Override
	public Map<String, Object> getAttributes() {
		return this.attributes;
	}

	@Override
	public InetSocketAddress getLocalAddress() {
		return this.localAddress;
	}

	@Override
	public InetSocketAddress getRemoteAddress() {
		return this.remoteAddress;
	}

	@Override
	public boolean isSecure() {
		return this.secure;
	}

}
