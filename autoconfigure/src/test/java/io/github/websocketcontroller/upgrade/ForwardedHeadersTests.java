package io.github.websocketcontroller.upgrade;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom each strategy believes what a request says about its client. There is no proxy:
 * the client sends the headers itself.
 */
@ExtendWith(OutputCaptureExtension.class)
class ForwardedHeadersTests {

	private static final String[] FORWARDED = { "X-Forwarded-Proto: https", "X-Forwarded-Host: chat.example",
			"X-Forwarded-Port: 8443", "X-Forwarded-For: 203.0.113.7" };

	private static final String FORWARDED_ORIGIN = "Origin: https://chat.example:8443";

	private static TestServer server(String... properties) {
		return TestServer.with(Scripts.class)
			.properties(properties)
			.properties("logging.level.io.github.websocketcontroller=debug");
	}

	// What the server answers, and what the controller sees if that is a 101.
	private static Answer ask(TestServer server, String... headers) throws Exception {
		CompletableFuture<UpgradeRequest> request = new CompletableFuture<>();
		String path = server.bean(Scripts.class).path((connection) -> request.complete(connection.getRequest()));
		try (RawClient client = server.connect()) {
			client.send(RawClient.request(server.port(), path, headers).getBytes(StandardCharsets.ISO_8859_1));
			String response = client.readResponse();
			if (response.startsWith("HTTP/1.1 101")) {
				assertThat(client.read().closeCode()).isEqualTo(1000);
				client.close(1000);
				assertThat(client.isAtEnd()).isTrue();
			}
			else {
				request.cancel(false);
			}
			return new Answer(Integer.parseInt(response.substring(9, 12)), request);
		}
	}

	private static String[] with(String[] headers, String header) {
		return Stream.concat(Stream.of(headers), Stream.of(header)).toArray(String[]::new);
	}

	private void assertNotBelieved(TestServer server) throws Exception {
		UpgradeRequest request = ask(server, FORWARDED).request();
		assertThat(request.getUri().toString()).startsWith("http://localhost:" + server.port() + "/script");
		assertThat(request.isSecure()).isFalse();
		assertThat(request.getRemoteAddress().getHostString()).isEqualTo("127.0.0.1");
		assertThat(ask(server, with(FORWARDED, FORWARDED_ORIGIN)).status()).isEqualTo(403);
		assertThat(ask(server, with(FORWARDED, "Origin: http://localhost:" + server.port())).status()).isEqualTo(101);
	}

	private void assertBelieved(TestServer server) throws Exception {
		UpgradeRequest request = ask(server, FORWARDED).request();
		assertThat(request.getUri().toString()).startsWith("https://chat.example:8443/script");
		assertThat(request.isSecure()).isTrue();
		assertThat(request.getRemoteAddress().getHostString()).isEqualTo("203.0.113.7");
		assertThat(ask(server, with(FORWARDED, FORWARDED_ORIGIN)).status()).isEqualTo(101);
		assertThat(ask(server, with(FORWARDED, "Origin: http://localhost:" + server.port())).status()).isEqualTo(403);
	}

	// Tomcat notes the first request that it can't parse, with a trace that is its own.
	private void assertHarmless(TestServer server, CapturedOutput output, List<String> headers, Integer... statuses)
			throws Exception {
		int before = output.getAll().length();
		for (String header : headers) {
			assertThat(ask(server, header).status()).as(header).isIn((Object[]) statuses);
			assertThat(ask(server, "X-Forwarded-Proto: https", header).status()).as(header).isIn((Object[]) statuses);
		}
		assertThat(output.getAll().substring(before)).doesNotContain("\tat io.github", " ERROR ", " WARN ");
	}

	private static List<String> nonsense() {
		List<String> headers = new ArrayList<>();
		Stream.of("abc", "-7", "0", "65536", "2147483648", "80, 81", ",", "")
			.forEach((port) -> headers.add("X-Forwarded-Port: " + port));
		Stream.of("ht tp", "javascript", "https, http", "\u00e9", ":", "://", ",", "")
			.forEach((scheme) -> headers.add("X-Forwarded-Proto: " + scheme));
		Stream
			.of("a b", "evil.example/path", "evil.example?a", "user@evil.example", "[::1", "::1", "a:b:c", "a:99999",
					"a:-1", "a:", ":80", "%", "a\tb", "<a>", "\"", "\u00e9", "${a}", "a%00b", ",", "")
			.forEach((host) -> headers.add("X-Forwarded-Host: " + host));
		Stream
			.of("unknown", "_hidden", "[::1", "[]", "a b", "1.2.3.4:99999", "1.2.3.4:a", "::::::", "a\tb", "\u00e9",
					"${a}", "x".repeat(4000), "1,".repeat(2000), ",", "")
			.forEach((address) -> headers.add("X-Forwarded-For: " + address));
		Stream.of("//evil.example", "/%00", "/a/../b", "/a;b=c", ",", "")
			.forEach((prefix) -> headers.add("X-Forwarded-Prefix: " + prefix));
		Stream
			.of("for=\"[::1\"", "for=1.2.3.4:99999", "for=a:b:c", "by=a:99999", "host=;proto=", "host=a:b",
					"host=\"a b\"", "proto=ht tp", "proto=", "=", ";", ",", "")
			.forEach((forwarded) -> headers.add("Forwarded: " + forwarded));
		return headers;
	}

	// Where prefixes are used, these make Spring's DispatcherServlet answer 500, for any
	// path.
	private static List<String> malformedPrefixes() {
		return Stream.of("no-slash", "/%zz", "..", "?a", "#a", "/a b", "\u00e9")
			.map((prefix) -> "X-Forwarded-Prefix: " + prefix)
			.toList();
	}

	private static List<String> controlCharacters() {
		List<String> headers = new ArrayList<>();
		for (String name : List.of("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-For",
				"X-Forwarded-Prefix", "Forwarded")) {
			Stream.of("\0", "\u0001", "\u001b[31m", "\u007f", "\r")
				.forEach((character) -> headers.add(name + ": a" + character + "b"));
		}
		return headers;
	}

	private record Answer(int status, CompletableFuture<UpgradeRequest> future) {

		UpgradeRequest request() throws Exception {
			return this.future.get(20, TimeUnit.SECONDS);
		}

	}

	@Nested
	class WithNone {

		@RegisterExtension
		static final TestServer server = server("server.forward-headers-strategy=none");

		@Test
		void nobodyIsBelieved() throws Exception {
			assertNotBelieved(server);
		}

		@Test
		void thePrefixIsNotUsed() throws Exception {
			assertThat(ask(server, "X-Forwarded-Prefix: /app").request().getUri()).hasPath("/script");
		}

	}

	@Nested
	class WithNothingSaid {

		@RegisterExtension
		static final TestServer server = server();

		@Test
		void nobodyIsBelieved() throws Exception {
			assertNotBelieved(server);
		}

	}

	@Nested
	class WithNative {

		@RegisterExtension
		static final TestServer server = server("server.forward-headers-strategy=native");

		@Test
		void aProxyOfThisMachineIsBelieved() throws Exception {
			assertBelieved(server);
		}

		@ParameterizedTest
		@CsvSource({ "203.0.113.7, 203.0.113.7", "'198.51.100.66, 203.0.113.7', 203.0.113.7",
				"'198.51.100.66, 203.0.113.7, 10.0.0.1, 192.168.0.1', 203.0.113.7", "2001:db8::7, 2001:db8::7",
				"'198.51.100.66, 2001:db8::7, ::1', 2001:db8::7" })
		void theClientIsTheLastThatIsNoProxyOfOurs(String forwarded, String address) throws Exception {
			assertThat(ask(server, "X-Forwarded-For: " + forwarded).request().getRemoteAddress().getHostString())
				.isEqualTo(address);
		}

		@Test
		void thePrefixIsNotUsed() throws Exception {
			assertThat(ask(server, "X-Forwarded-Prefix: /app").request().getUri()).hasPath("/script");
		}

		@Test
		void nonsenseIsHarmless(CapturedOutput output) throws Exception {
			assertHarmless(server, output, nonsense(), 101, 400);
			assertHarmless(server, output, malformedPrefixes(), 101);
		}

		@Test
		void controlCharactersAreRefused(CapturedOutput output) throws Exception {
			assertHarmless(server, output, controlCharacters(), 400);
		}

	}

	@Nested
	class WithNativeAndAProxyThatIsNotOurs {

		@RegisterExtension
		static final TestServer server = server("server.forward-headers-strategy=native",
				"server.tomcat.remoteip.internal-proxies=192.0.2.10/32");

		@Test
		void itIsNotBelieved() throws Exception {
			assertNotBelieved(server);
		}

	}

	@Nested
	class WithFramework {

		@RegisterExtension
		static final TestServer server = server("server.forward-headers-strategy=framework");

		@Test
		void everybodyIsBelieved() throws Exception {
			assertBelieved(server);
		}

		@ParameterizedTest
		@CsvSource({ "203.0.113.7, 203.0.113.7", "'198.51.100.66, 203.0.113.7', 198.51.100.66",
				"2001:db8::7, 2001:db8::7", "'2001:db8::7, 10.0.0.1', 2001:db8::7" })
		void theClientIsTheFirst(String forwarded, String address) throws Exception {
			assertThat(ask(server, "X-Forwarded-For: " + forwarded).request().getRemoteAddress().getHostString())
				.isEqualTo(address);
		}

		@Test
		void theStandardHeaderIsUsed() throws Exception {
			UpgradeRequest request = ask(server, "Forwarded: for=\"[2001:db8::7]:4711\";host=chat.example;proto=https",
					"Origin: https://chat.example")
				.request();
			assertThat(request.getUri().toString()).startsWith("https://chat.example/script");
			assertThat(request.getRemoteAddress().getHostString()).isEqualTo("2001:db8::7");
			assertThat(request.getRemoteAddress().getPort()).isEqualTo(4711);
		}

		@ParameterizedTest
		@CsvSource({ "/app, /app/script", "/app/, /app/script", "'/outer, /inner', /outer/inner/script" })
		void thePrefixBelongsToTheUri(String prefix, String path) throws Exception {
			URI uri = ask(server, "X-Forwarded-Prefix: " + prefix).request().getUri();
			assertThat(uri).hasPath(path);
		}

		@Test
		void nonsenseIsHarmless(CapturedOutput output) throws Exception {
			assertHarmless(server, output, nonsense(), 101, 400);
		}

		@Test
		void controlCharactersAreRefused(CapturedOutput output) throws Exception {
			assertHarmless(server, output, controlCharacters(), 400);
		}

	}

}
