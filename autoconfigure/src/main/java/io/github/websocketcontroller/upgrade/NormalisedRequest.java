package io.github.websocketcontroller.upgrade;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.socket.WebSocketHttpHeaders;

/**
 * A valid upgrade request in the one spelling that Spring's handshake handler takes. It
 * would refuse others that RFC 6455 allows, and stumble over extensions.
 */
final class NormalisedRequest extends ServletServerHttpRequest {

	private final HttpHeaders headers;

	NormalisedRequest(HttpServletRequest request) {
		super(request);
		this.headers = normalise(super.getHeaders());
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	private static HttpHeaders normalise(HttpHeaders original) {
		HttpHeaders headers = new HttpHeaders();
		headers.putAll(original);
		headers.setUpgrade("websocket");
		headers.setConnection("Upgrade");
		headers.remove(WebSocketHttpHeaders.SEC_WEBSOCKET_EXTENSIONS);
		return headers;
	}

}
