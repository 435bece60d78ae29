package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.JdkListener;
import io.github.websocketcontroller.testing.Nginx;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.SelfSignedKeyStore;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Through a real nginx that terminates TLS, with the configuration that our documentation
 * recommends.
 */
@ParameterizedClass(name = "{0} with {1}")
@MethodSource("kinds")
@EnabledIf(value = "io.github.websocketcontroller.testing.Nginx#isInstalled", disabledReason = "nginx is not installed")
@ExtendWith(OutputCaptureExtension.class)
class ProxyTests {

	private static final Path DOCUMENTATION = Path.of("..", "docs", "proxies.md");

	/** What a client might send to be taken for somebody else. */
	private static final String[] CLAIMS = { "X-Forwarded-Proto: http", "X-Forwarded-Host: evil.example",
			"X-Forwarded-Port: 1", "X-Forwarded-For: 203.0.113.66", "X-Forwarded-Prefix: /evil", "X-Forwarded-Ssl: off",
			"Forwarded: for=203.0.113.66;host=evil.example;proto=http", "X-Proxied-Https: off" };

	@TempDir
	private static Path certificates;

	private static @Nullable TestServer startedServer;

	private static @Nullable Nginx startedNginx;

	private final TestTransport transport;

	private final TestServer server = Objects.requireNonNull(startedServer);

	private final Nginx nginx = Objects.requireNonNull(startedNginx);

	private final Scripts scripts = this.server.bean(Scripts.class);

	/** How the connection has ended for {@code serve}. */
	private final CompletableFuture<CloseStatus> status = new CompletableFuture<>();

	ProxyTests(TestTransport transport, String strategy) {
		this.transport = transport;
	}

	static Stream<Arguments> kinds() {
		return TestTransport.all()
			.stream()
			.flatMap((transport) -> Stream.of("native", "framework")
				.map((strategy) -> Arguments.of(transport, strategy)));
	}

	@BeforeAll
	static void makeCertificate() throws Exception {
		SelfSignedKeyStore.pem(certificates.resolve("test.crt"), certificates.resolve("test.key"));
	}

	@BeforeParameterizedClassInvocation
	static void start(TestTransport transport, String strategy) throws IOException {
		TestServer server = application(transport, strategy);
		startedServer = server;
		startedNginx = Nginx.start((port) -> configuration(transport, server, port));
	}

	@AfterParameterizedClassInvocation
	static void stop() throws IOException {
		if (startedNginx != null) {
			startedNginx.close();
			startedNginx = null;
		}
		if (startedServer != null) {
			startedServer.stop();
			startedServer = null;
		}
	}

	@AfterEach
	void nothingIsLeft() {
		this.server.assertNoLeaks();
	}

	private static TestServer application(TestTransport transport, String strategy) {
		return TestServer.on(transport, Scripts.class)
			.properties("server.forward-headers-strategy=" + strategy, "websocket-controller.max-message-size=2MB",
					"websocket-controller.close-timeout=2s", "websocket-controller.shutdown.spread=0s",
					"logging.level.io.github.websocketcontroller=debug")
			.start();
	}

	private static String configuration(TestTransport transport, TestServer upstream, int port) throws IOException {
		String scheme = transport.isSecure() ? "https" : "http";
		return replace(documented(0), "listen 443 ssl", "listen 127.0.0.1:" + port + " ssl",
				"/etc/nginx/chat.example.org.crt", certificates.resolve("test.crt").toString(),
				"/etc/nginx/chat.example.org.key", certificates.resolve("test.key").toString(), "http://127.0.0.1:8080",
				scheme + "://127.0.0.1:" + upstream.port());
	}

	private static String documented(int number) throws IOException {
		return Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(DOCUMENTATION))
			.results()
			.map((block) -> block.group(1))
			.toList()
			.get(number);
	}

	private static String replace(String text, String... pairs) {
		String replaced = text;
		for (int i = 0; i < pairs.length; i += 2) {
			assertThat(replaced).contains(pairs[i]);
			replaced = replaced.replace(pairs[i], pairs[i + 1]);
		}
		return replaced;
	}

	private Nginx variant(String... pairs) throws IOException {
		return Nginx.start((port) -> replace(configuration(this.transport, this.server, port), pairs));
	}

	private String path(Scripts.Script script) {
		return this.scripts.path((connection) -> {
			try {
				script.run(connection);
			}
			finally {
				this.status.complete(connection.getCloseStatus());
			}
		});
	}

	private RawClient open(Scripts.Script script) throws IOException {
		return this.nginx.connect().upgrade(path(script));
	}

	private static void echo(WebsocketConnection connection) {
		connection.messages().forEach(connection::send);
	}

	private CloseStatus status() throws Exception {
		return this.status.get(20, TimeUnit.SECONDS);
	}

	private static String origin(Nginx proxy) {
		return "https://localhost:" + proxy.port();
	}

	private UpgradeRequest request(RawClient client, String... headers) throws Exception {
		CompletableFuture<UpgradeRequest> request = new CompletableFuture<>();
		try (client) {
			client.upgrade(path((connection) -> request.complete(connection.getRequest())), headers);
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		return request.get();
	}

	private static String refusal(Nginx proxy, String path, String... headers) throws IOException {
		try (RawClient client = proxy.connect()) {
			client.send(RawClient.request(proxy.port(), path, headers).getBytes(StandardCharsets.ISO_8859_1));
			return client.readResponse();
		}
	}

	private static byte[] random(int length) {
		byte[] bytes = new byte[length];
		new Random(length).nextBytes(bytes);
		return bytes;
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void theRequestIsThatOfTheClientWhateverItClaims(boolean claims) throws Exception {
		String[] headers = Stream
			.concat(Stream.of("Origin: " + origin(this.nginx)), Stream.of(claims ? CLAIMS : new String[0]))
			.toArray(String[]::new);
		InetAddress address = InetAddress.getByName("127.0.0.2");
		UpgradeRequest request = request(RawClient.connectSecurely(address, this.nginx.port()), headers);
		assertThat(request.getUri().toString()).startsWith(origin(this.nginx) + "/script?script=");
		assertThat(request.isSecure()).isTrue();
		assertThat(request.getRemoteAddress().getHostString()).isEqualTo("127.0.0.2");
		assertThat(request.getLocalAddress().getPort()).isEqualTo(this.server.port());
		assertThat(request.getHeaders().toString()).doesNotContain("evil", "203.0.113.66");
	}

	@ParameterizedTest
	@CsvSource({ "2001:db8::7, 2001:db8::7", "'203.0.113.66, 2001:db8::7, 10.1.2.3', 2001:db8::7",
			"'198.51.100.1, 203.0.113.7', 203.0.113.7" })
	void whenAnotherProxyIsInFrontThenTheAddressIsThatOfTheClient(String forwarded, String address) throws Exception {
		String trusted = "set_real_ip_from 10.0.0.0/8;";
		try (Nginx behind = Nginx.start((port) -> configuration(this.transport, this.server, port)
				+ replace(documented(1), trusted, trusted + " set_real_ip_from 127.0.0.0/8;"))) {
			UpgradeRequest request = request(behind.connect(), "X-Forwarded-For: " + forwarded);
			assertThat(request.getRemoteAddress().getHostString()).isEqualTo(address);
		}
	}

	@Test
	void whenTheOriginIsForeignThenItIsRefused(CapturedOutput output) throws Exception {
		String answer = refusal(this.nginx, path(ProxyTests::echo), "Origin: https://evil.example");
		assertThat(answer).startsWith("HTTP/1.1 403");
		assertThat(output).contains("Refused origin [https://evil.example] at " + origin(this.nginx) + "/script.");
	}

	@Test
	void whenForwardedHeadersAreNotUsedThenTheOriginIsRefusedAndTheLogSaysWhy(CapturedOutput output) throws Exception {
		TestServer ignorant = application(this.transport, "none");
		try (Nginx proxy = Nginx.start((port) -> configuration(this.transport, ignorant, port))) {
			String answer = refusal(proxy, "/script?script=0", "Origin: " + origin(proxy));
			assertThat(answer).startsWith("HTTP/1.1 403");
			assertThat(output)
				.contains("Refused origin [" + origin(proxy) + "] at " + (this.transport.isSecure() ? "https" : "http")
						+ "://localhost/script.")
				.contains("server.forward-headers-strategy");
		}
		finally {
			ignorant.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ "proxy_set_header Upgrade    $http_upgrade;, 426", "proxy_http_version 1.1;, 400",
			"proxy_set_header Connection $connection_upgrade;, 400" })
	void whenTheProxyDoesNotPassTheUpgradeOnThenTheStatusTellsWhy(String missing, int status) throws Exception {
		try (Nginx proxy = variant(missing, "")) {
			assertThat(refusal(proxy, "/script?script=0")).startsWith("HTTP/1.1 " + status);
		}
	}

	@Test
	void messagesOfAllLengthsComeBack() throws Exception {
		try (RawClient client = open(ProxyTests::echo)) {
			for (int length : new int[] { 1, 125, 126, 4096, 16384, 65535, 65536, 300_000, 1024 * 1024 }) {
				byte[] payload = random(length);
				assertThat(client.frame(0x82, payload).read().payload()).isEqualTo(payload);
			}
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status()).isEqualTo(CloseStatus.NORMAL);
	}

	@Test
	void whatArrivesWithTheRequestIsNotLost() throws Exception {
		byte[] request = RawClient.request(this.nginx.port(), path(ProxyTests::echo))
			.getBytes(StandardCharsets.ISO_8859_1);
		byte[] frame = RawClient.bytes(0x82, random(3000));
		byte[] packet = Arrays.copyOf(request, request.length + frame.length);
		System.arraycopy(frame, 0, packet, request.length, frame.length);
		try (RawClient client = this.nginx.connect().send(packet)) {
			assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
			assertThat(client.read().payload()).isEqualTo(random(3000));
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenTheServerClosesFirstThenThePeerAnswers() throws Exception {
		try (RawClient client = open((connection) -> {
			connection.close(new CloseStatus(4321, "bye"));
			assertThat(connection.messages()).isEmpty();
		})) {
			RawClient.Frame frame = client.read();
			assertThat(frame.closeCode()).isEqualTo(4321);
			assertThat(frame.closeReason()).isEqualTo("bye");
			client.close(4321);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status().getCode()).isEqualTo(4321);
	}

	@Test
	void whenThePeerClosesFirstThenItsCodeIsEchoed() throws Exception {
		try (RawClient client = open(ProxyTests::echo)) {
			client.close(4711);
			assertThat(client.read().closeCode()).isEqualTo(4711);
			assertThat(client.isAtEnd()).isTrue();
		}
		assertThat(status().getCode()).isEqualTo(4711);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThePeerVanishesThenServeSees1006(boolean reset) throws Exception {
		RawClient client = open(ProxyTests::echo);
		client.text("a").read();
		if (reset) {
			client.reset();
		}
		else {
			client.close();
		}
		assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
	}

	@Test
	void whenTheProxyStopsThenServeSees1006() throws Exception {
		try (Nginx stopping = variant(); RawClient client = stopping.connect().upgrade(path(ProxyTests::echo))) {
			client.text("a").read();
			stopping.stop();
			assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
		}
	}

	@Test
	void whenTheConnectionIsIdleForTooLongThenTheProxyEndsItAndServeSees1006() throws Exception {
		try (Nginx impatient = variant("proxy_read_timeout 1h;", "proxy_read_timeout 2s;");
				RawClient client = impatient.connect().upgrade(path(ProxyTests::echo))) {
			client.text("a").read();
			assertThat(client.isAtEnd()).isTrue();
			assertThat(status()).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
		}
	}

	@Test
	void whenEitherEndBreaksTheSilenceThenTheProxyDoesNotEndTheConnection() throws Exception {
		int silences = 3;
		Duration silence = Duration.ofMillis(800);
		try (Nginx impatient = variant("proxy_read_timeout 1h;", "proxy_read_timeout 2s;");
				RawClient client = impatient.connect().upgrade(path((connection) -> {
					for (int i = 0; i < silences; i++) {
						assertThat(connection.receive(silence)).isNull();
						connection.ping();
					}
					connection.sendText("your turn");
					echo(connection);
				}))) {
			for (int i = 0; i < silences; i++) {
				assertThat(client.read().firstByte()).isEqualTo(0x89);
			}
			assertThat(client.read().text()).isEqualTo("your turn");
			for (int i = 0; i < silences; i++) {
				Thread.sleep(silence.toMillis()); // the silence that is tried
				client.frame(0x8A, new byte[0]);
			}
			assertThat(client.text("still there").read().text()).isEqualTo("still there");
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenTheServerStopsThenPeersAreTold() throws Exception {
		TestServer stopping = application(this.transport, "native");
		try (Nginx proxy = Nginx.start((port) -> configuration(this.transport, stopping, port));
				RawClient client = proxy.connect()
					.upgrade(stopping.bean(Scripts.class).path(ProxyTests::echo), "Origin: " + origin(proxy))) {
			client.text("a").read();
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::stop);
			assertThat(client.read().closeCode()).isEqualTo(1001);
			client.close(1001);
			assertThat(client.isAtEnd()).isTrue();
			stopped.get(20, TimeUnit.SECONDS);
		}
		finally {
			stopping.stop();
		}
	}

	@Test
	void aClientThatWeDidNotWriteIsServedThoughTheProxySpeaksHttp2() throws Exception {
		HttpClient client = HttpClient.newBuilder().sslContext(SelfSignedKeyStore.trust()).build();
		try (Nginx proxy = variant(" ssl;", " ssl http2;")) {
			URI uri = URI.create(origin(proxy));
			assertThat(client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()))
				.satisfies((page) -> assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2))
				.satisfies((page) -> assertThat(page.statusCode()).isEqualTo(404));
			JdkListener listener = new JdkListener();
			WebSocket socket = client.newWebSocketBuilder()
				.header("Origin", origin(proxy))
				.buildAsync(URI.create("wss://localhost:" + proxy.port() + path(ProxyTests::echo)), listener)
				.get(20, TimeUnit.SECONDS);
			for (String text : List.of("hello", "h\u00e9llo!".repeat(20_000))) {
				socket.sendText(text, true).get(20, TimeUnit.SECONDS);
				assertThat(listener.next()).isEqualTo(text);
			}
			socket.sendClose(4000, "that's all").get(20, TimeUnit.SECONDS);
			assertThat(listener.closed().get(20, TimeUnit.SECONDS).getCode()).isEqualTo(4000);
			assertThat(status()).isEqualTo(new CloseStatus(4000, "that's all"));
			assertThatThrownBy(() -> client.newWebSocketBuilder()
				.header("Origin", "https://evil.example")
				.buildAsync(URI.create("wss://localhost:" + proxy.port() + "/script?script=0"), new JdkListener())
				.get(20, TimeUnit.SECONDS)).rootCause().hasMessageContaining("403");
		}
	}

}
