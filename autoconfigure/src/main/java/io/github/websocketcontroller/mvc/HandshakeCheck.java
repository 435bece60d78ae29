package io.github.websocketcontroller.mvc;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * What RFC 6455, 4.2.1 asks of the client's opening handshake, but for the origin.
 */
final class HandshakeCheck {

	private static final String VERSION = "Sec-WebSocket-Version";

	private static final String KEY = "Sec-WebSocket-Key";

	private static final int KEY_LENGTH = 16;

	/** 16 bytes are 24 characters, of which the last two are padding. */
	private static final int ENCODED_KEY_LENGTH = 24;

	private HandshakeCheck() {
	}

	/**
	 * Checks a request.
	 * @param method its method
	 * @param protocol its protocol, as in {@code HTTP/1.1}
	 * @param headers its headers
	 * @throws HandshakeException if it is refused
	 */
	static void check(String method, String protocol, HttpHeaders headers) {
		checkMethod(method);
		checkProtocol(protocol);
		checkUpgrade(headers);
		checkConnection(headers);
		checkVersion(headers);
		checkKey(headers);
		checkBody(headers);
	}

	/**
	 * Whether a request wants to become a websocket, rightly or not.
	 * @param method its method
	 * @param upgrade its {@code Upgrade} headers
	 * @return {@code false} if it is another kind of request
	 */
	static boolean isUpgrade(String method, List<String> upgrade) {
		return "GET".equals(method) && hasToken(upgrade, "websocket");
	}

	private static void checkMethod(String method) {
		if (!"GET".equals(method)) {
			HttpHeaders headers = new HttpHeaders();
			headers.set(HttpHeaders.ALLOW, "GET");
			throw new HandshakeException(HttpStatus.METHOD_NOT_ALLOWED, "A websocket is opened with GET.", headers);
		}
	}

	// HTTP/2 and later know no Upgrade header, HTTP/1.0 has to ignore it.
	private static void checkProtocol(String protocol) {
		if (!"HTTP/1.1".equals(protocol)) {
			throw badRequest("A request of HTTP/1.0 or HTTP/2 is not upgraded.");
		}
	}

	private static void checkUpgrade(HttpHeaders headers) {
		if (!hasToken(headers.getOrEmpty(HttpHeaders.UPGRADE), "websocket")) {
			throw new HandshakeException(HttpStatus.UPGRADE_REQUIRED, "Only websocket connections are served here.",
					upgradeRequired());
		}
	}

	private static void checkConnection(HttpHeaders headers) {
		if (!hasToken(headers.getOrEmpty(HttpHeaders.CONNECTION), "upgrade")) {
			throw badRequest("The Connection header lacks \"Upgrade\".");
		}
	}

	private static void checkVersion(HttpHeaders headers) {
		List<String> versions = headers.getOrEmpty(VERSION);
		if (versions.size() > 1) {
			throw badRequest("There is more than one Sec-WebSocket-Version header.");
		}
		if (!versions.equals(List.of("13"))) {
			HttpHeaders required = upgradeRequired();
			required.set(VERSION, "13");
			throw new HandshakeException(HttpStatus.UPGRADE_REQUIRED, "Version 13 of the websocket protocol is served.",
					required);
		}
	}

	private static void checkKey(HttpHeaders headers) {
		List<String> keys = headers.getOrEmpty(KEY);
		if (keys.size() != 1 || !isKey(keys.get(0))) {
			throw badRequest("There has to be one Sec-WebSocket-Key header with 16 bytes in Base64.");
		}
	}

	private static boolean isKey(String value) {
		try {
			return value.length() == ENCODED_KEY_LENGTH && Base64.getDecoder().decode(value).length == KEY_LENGTH;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static void checkBody(HttpHeaders headers) {
		boolean empty = headers.getOrEmpty(HttpHeaders.CONTENT_LENGTH).stream().allMatch("0"::equals);
		if (!empty || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING)) {
			throw badRequest("A websocket is opened without a request body.");
		}
	}

	// RFC 9110, 15.5.22: a 426 names the protocol; 7.8: as a connection option too.
	private static HttpHeaders upgradeRequired() {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.UPGRADE, "websocket");
		headers.set(HttpHeaders.CONNECTION, "Upgrade");
		return headers;
	}

	private static HandshakeException badRequest(String detail) {
		return new HandshakeException(HttpStatus.BAD_REQUEST, detail);
	}

	private static boolean hasToken(List<String> values, String token) {
		return values.stream()
			.flatMap((value) -> Arrays.stream(value.split(",")))
			.anyMatch((element) -> element.strip().equalsIgnoreCase(token));
	}

}
