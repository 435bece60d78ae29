package io.github.websocketcontroller.mvc;

import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class HandshakeCheckTests {

	private static final String KEY = "Sec-WebSocket-Key";

	private static final String VERSION = "Sec-WebSocket-Version";

	@Test
	void whenAllIsThereThenPasses() {
		assertPasses((headers) -> {
		});
	}

	static Stream<Arguments> acceptable() {
		return Stream.of(row("upgrade in another case", (headers) -> headers.set("Upgrade", "WebSocket")),
				row("upgrade in a list", (headers) -> headers.set("Upgrade", "h2c ,websocket, IRC/6.9")),
				row("several upgrade headers", (headers) -> headers.add("Upgrade", "h2c")),
				row("connection in another case", (headers) -> headers.set("Connection", "UPGRADE")),
				row("connection in a list", (headers) -> headers.set("Connection", "keep-alive,  upgrade")),
				row("several connection headers", (headers) -> headers.add("Connection", "keep-alive")),
				row("an empty body", (headers) -> headers.set("Content-Length", "0")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("acceptable")
	void whenFormIsUnusualThenPasses(String name, Consumer<HttpHeaders> change) {
		assertPasses(change);
	}

	static Stream<Arguments> malformed() {
		return Stream.of(row("no connection", (headers) -> headers.remove("Connection")),
				row("another connection", (headers) -> headers.set("Connection", "keep-alive")),
				row("part of a token", (headers) -> headers.set("Connection", "upgrades")),
				row("no key", (headers) -> headers.remove(KEY)), row("an empty key", (headers) -> headers.set(KEY, "")),
				row("two keys", (headers) -> headers.add(KEY, "dGhlIHNhbXBsZSBub25jZQ==")),
				row("two keys in a list",
						(headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==")),
				row("a short key", (headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub24=")),
				row("a key of 17 bytes", (headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub25jZXM=")),
				row("a key of 18 bytes", (headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub25jZXNz")),
				row("a key without padding", (headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub25jZQ")),
				row("a key that is no base64", (headers) -> headers.set(KEY, "dGhlIHNhbXBsZSBub25*ZQ==")),
				row("two versions", (headers) -> headers.add(VERSION, "13")),
				row("a body", (headers) -> headers.set("Content-Length", "1")),
				row("a body of unknown length", (headers) -> headers.set("Transfer-Encoding", "chunked")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("malformed")
	void whenMalformedThenRefusesWith400(String name, Consumer<HttpHeaders> change) {
		assertRefuses("GET", "HTTP/1.1", change, 400);
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "HEAD", "PUT", "DELETE", "PATCH", "get", "CONNECT" })
	void whenNotGetThenRefusesWith405AndAllow(String method) {
		HandshakeException refusal = assertRefuses(method, "HTTP/1.1", (headers) -> {
		}, 405);
		assertHeader(refusal, "Allow", "GET");
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.0", "HTTP/0.9", "HTTP/2.0" })
	void whenProtocolIsNotHttp11ThenRefusesWith400(String protocol) {
		assertRefuses("GET", protocol, (headers) -> {
		}, 400);
	}

	static Stream<Arguments> otherUpgrades() {
		return Stream.of(row("no upgrade", (headers) -> headers.remove("Upgrade")),
				row("another upgrade", (headers) -> headers.set("Upgrade", "h2c")),
				row("part of a token", (headers) -> headers.set("Upgrade", "websockets")),
				row("with a version", (headers) -> headers.set("Upgrade", "websocket/13")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("otherUpgrades")
	void whenUpgradeLacksWebsocketThenRefusesWith426(String name, Consumer<HttpHeaders> change) {
		HandshakeException refusal = assertRefuses("GET", "HTTP/1.1", change, 426);
		assertHeader(refusal, "Upgrade", "websocket");
		assertHeader(refusal, "Connection", "Upgrade");
	}

	static Stream<Arguments> otherVersions() {
		return Stream.of(row("no version", (headers) -> headers.remove(VERSION)),
				row("an old version", (headers) -> headers.set(VERSION, "8")),
				row("a list", (headers) -> headers.set(VERSION, "13, 8")),
				row("no number", (headers) -> headers.set(VERSION, "thirteen")),
				row("another writing", (headers) -> headers.set(VERSION, "013")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("otherVersions")
	void whenVersionIsNot13ThenRefusesWith426(String name, Consumer<HttpHeaders> change) {
		HandshakeException refusal = assertRefuses("GET", "HTTP/1.1", change, 426);
		assertHeader(refusal, VERSION, "13");
		assertHeader(refusal, "Upgrade", "websocket");
	}

	private static Arguments row(String name, Consumer<HttpHeaders> change) {
		return Arguments.of(name, change);
	}

	private static void assertPasses(Consumer<HttpHeaders> change) {
		assertThatNoException().isThrownBy(() -> HandshakeCheck.check("GET", "HTTP/1.1", headers(change)));
	}

	private static HandshakeException assertRefuses(String method, String protocol, Consumer<HttpHeaders> change,
			int status) {
		HandshakeException[] refusal = new HandshakeException[1];
		assertThatExceptionOfType(HandshakeException.class)
			.isThrownBy(() -> HandshakeCheck.check(method, protocol, headers(change)))
			.satisfies((ex) -> {
				refusal[0] = ex;
				assertThat(ex.getStatusCode().value()).isEqualTo(status);
			});
		return refusal[0];
	}

	private static void assertHeader(HandshakeException refusal, String name, String value) {
		assertThat(refusal.getHeaders().getFirst(name)).isEqualTo(value);
	}

	private static HttpHeaders headers(Consumer<HttpHeaders> change) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Connection", "Upgrade");
		headers.set("Upgrade", "websocket");
		headers.set(KEY, "dGhlIHNhbXBsZSBub25jZQ==");
		headers.set(VERSION, "13");
		change.accept(headers);
		return headers;
	}

}
