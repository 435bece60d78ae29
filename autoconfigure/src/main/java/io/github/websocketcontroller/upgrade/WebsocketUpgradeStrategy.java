package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.github.websocketcontroller.compression.PerMessageDeflate;
import io.github.websocketcontroller.connection.Agreement;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.util.Assert;
import org.springframework.web.socket.WebSocketExtension;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.server.HandshakeFailureException;
import org.springframework.web.socket.server.RequestUpgradeStrategy;

/**
 * Completes the handshake of RFC 6455, 4.2.2 and has the server give its connection away.
 */
public final class WebsocketUpgradeStrategy implements RequestUpgradeStrategy {

	private static final String[] VERSIONS = { "13" };

	private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

	private final ServerUpgrade server;

	private WebsocketUpgradeStrategy(ServerUpgrade server) {
		this.server = server;
	}

	/**
	 * Creates the strategy for the server that the application runs in.
	 * @param context the server's view of the application
	 * @param servers how each server gives its connections away
	 * @return the strategy
	 * @throws UnsupportedServerException if none of them is the application's
	 */
	public static WebsocketUpgradeStrategy on(ServletContext context, List<ServerUpgrade> servers) {
		return servers.stream()
			.filter((server) -> server.supports(context))
			.findFirst()
			.map(WebsocketUpgradeStrategy::new)
			.orElseThrow(() -> new UnsupportedServerException(context.getServerInfo()));
	}

	@Override
	public String[] getSupportedVersions() {
		return VERSIONS.clone();
	}

	@Override
	public List<WebSocketExtension> getSupportedExtensions(ServerHttpRequest request) {
		return List.of();
	}

	@Override
	public void upgrade(ServerHttpRequest request, ServerHttpResponse response, @Nullable String subprotocol,
			List<WebSocketExtension> extensions, @Nullable Principal user, WebSocketHandler handler,
			Map<String, Object> attributes) {
		Assert.isInstanceOf(Handoff.class, handler, "This strategy serves websocket controllers only");
		Handoff handoff = (Handoff) handler;
		HttpServletRequest servletRequest = ((ServletServerHttpRequest) request).getServletRequest();
		HttpServletResponse servletResponse = ((ServletServerHttpResponse) response).getServletResponse();
		String key = request.getHeaders().getFirst(WebSocketHttpHeaders.SEC_WEBSOCKET_KEY);
		servletResponse.setHeader(HttpHeaders.UPGRADE, "websocket");
		servletResponse.setHeader(HttpHeaders.CONNECTION, "Upgrade");
		servletResponse.setHeader(WebSocketHttpHeaders.SEC_WEBSOCKET_ACCEPT, accept(key));
		if (subprotocol != null) {
			servletResponse.setHeader(WebSocketHttpHeaders.SEC_WEBSOCKET_PROTOCOL, subprotocol);
		}
		// Spring's own view of them has lost parameters without a value.
		PerMessageDeflate compression = handoff
			.negotiate(Collections.list(servletRequest.getHeaders(WebSocketHttpHeaders.SEC_WEBSOCKET_EXTENSIONS)));
		if (compression != null) {
			servletResponse.setHeader(WebSocketHttpHeaders.SEC_WEBSOCKET_EXTENSIONS, compression.header());
		}
		Agreement agreement = new Agreement(subprotocol, compression);
		try {
			this.server.upgrade(servletRequest, servletResponse, (pending) -> handoff.accept(agreement, pending));
		}
		catch (IOException | ServletException ex) {
			throw new HandshakeFailureException("The server can't upgrade", ex);
		}
	}

	private static String accept(@Nullable String key) {
		try {
			MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
			byte[] digest = sha1.digest((key + KEY_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
			return Base64.getEncoder().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
