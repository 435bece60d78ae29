package io.github.websocketcontroller.sample.chat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The war in a Tomcat that is not embedded. Whatever a test does, Tomcat has nothing to
 * complain about.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
class WarIntegrationTests {

	private static final long PATIENCE_IN_SECONDS = 30;

	private static final Pattern COMPLAINT = Pattern.compile("memory leak|SEVERE|ERROR|WARN|^\\s+at ");

	private static final String TAKEN_OVER = "over from Tomcat";

	/** Deploys and undeploys; whoever stops it starts one of its own. */
	private static StandaloneTomcat tomcat;

	@BeforeAll
	static void startTomcat() throws Exception {
		tomcat = new StandaloneTomcat(Path.of("target", "tomcat", "base").toAbsolutePath());
	}

	@AfterAll
	static void stopTomcat() throws Exception {
		try (StandaloneTomcat stopping = tomcat) {
			stopping.stop();
			assertNoComplaints(stopping);
		}
	}

	@AfterEach
	void tomcatDoesNotComplain() {
		assertNoComplaints(tomcat);
	}

	private static void assertNoComplaints(StandaloneTomcat tomcat) {
		// On a busy machine, Tomcat complains of how long its random numbers took.
		assertThat(tomcat.log().lines().filter((line) -> !line.contains("Creation of SecureRandom")))
			.noneMatch((line) -> COMPLAINT.matcher(line).find());
	}

	@Test
	void whenTheConnectorIsPlainThenClientsChatOverSocketsThatAreTakenOver() throws Exception {
		long takenOver = tomcat.count(TAKEN_OVER);
		Peer alice = connect(tomcat, "ws", "/chat?name=alice");
		assertThat(alice.nextText()).isEqualTo("alice joined.");
		Peer bob = connect(tomcat, "ws", "/chat?name=bob");
		assertThat(alice.nextText()).isEqualTo("bob joined.");
		assertThat(bob.nextText()).isEqualTo("bob joined.");

		bob.socket.sendText("hi", true).join();
		assertThat(alice.nextText()).isEqualTo("bob: hi");
		assertThat(bob.nextText()).isEqualTo("bob: hi");
		assertThat(tomcat.count(TAKEN_OVER)).isEqualTo(takenOver + 2);

		bob.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
		assertThat(bob.closeCode()).isEqualTo(WebSocket.NORMAL_CLOSURE);
		assertThat(alice.nextText()).isEqualTo("bob left.");
	}

	@Test
	void whenTheConnectorHasTlsThenClientsAreServedThroughTomcat() throws Exception {
		long takenOver = tomcat.count(TAKEN_OVER);
		Peer peer = connect(tomcat, "wss", "/echo");
		for (int length : new int[] { 1, 200, 4000, 8192 }) {
			String text = "x".repeat(length);
			peer.socket.sendText(text, true).join();
			assertThat(peer.nextText()).isEqualTo(text);
		}
		assertThat(tomcat.count(TAKEN_OVER)).isEqualTo(takenOver);

		peer.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
		assertThat(peer.closeCode()).isEqualTo(WebSocket.NORMAL_CLOSURE);
	}

	@Test
	void whenThePageIsOfAnotherOriginThenTheAnswerIs403() {
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> connect(tomcat, "ws", "/echo", "http://example.org"))
			.extracting(Throwable::getCause, InstanceOfAssertFactories.type(WebSocketHandshakeException.class))
			.satisfies((refusal) -> assertThat(refusal.getResponse().statusCode()).isEqualTo(403));
	}

	@Test
	void whenTheWarIsReplacedThenPeersGet1001AndNothingIsLeftOfTheOldOne() throws Exception {
		Peer plain = connect(tomcat, "ws", "/echo");
		Peer secure = connect(tomcat, "wss", "/echo");

		tomcat.undeploy();
		assertThat(plain.closeCode()).isEqualTo(1001);
		assertThat(secure.closeCode()).isEqualTo(1001);

		tomcat.deploy();
		tomcat.awaitDeployments(2);
		Peer next = connect(tomcat, "ws", "/echo");
		next.socket.sendText("again", true).join();
		assertThat(next.nextText()).isEqualTo("again");
		// On a busy machine the JVM itself holds classes a little longer.
		await().atMost(PATIENCE_IN_SECONDS, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(tomcat.applicationsInMemory()).isOne());
	}

	@Test
	void whenTomcatStopsThenPeersGet1001() throws Exception {
		try (StandaloneTomcat stopping = new StandaloneTomcat(
				Path.of("target", "tomcat", "stopping").toAbsolutePath())) {
			Peer plain = connect(stopping, "ws", "/echo");
			Peer secure = connect(stopping, "wss", "/echo");

			stopping.stop();
			assertThat(plain.closeCode()).isEqualTo(1001);
			assertThat(secure.closeCode()).isEqualTo(1001);
			assertNoComplaints(stopping);
		}
	}

	private static Peer connect(StandaloneTomcat tomcat, String scheme, String path) throws Exception {
		return connect(tomcat, scheme, path, tomcat.origin(scheme.replace("ws", "http")));
	}

	private static Peer connect(StandaloneTomcat tomcat, String scheme, String path, String origin) throws Exception {
		WebSocket.Builder builder = HttpClient.newBuilder()
			.sslContext(tomcat.trust())
			.build()
			.newWebSocketBuilder()
			.header("Origin", origin);
		return new Peer(builder, tomcat.uri(scheme, path));
	}

	/**
	 * Keeps what it hears until somebody asks.
	 */
	private static final class Peer implements WebSocket.Listener {

		private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

		private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();

		private final StringBuilder partial = new StringBuilder();

		private final WebSocket socket;

		private Peer(WebSocket.Builder builder, URI uri) {
			this.socket = builder.buildAsync(uri, this).join();
		}

		private @Nullable String nextText() throws InterruptedException {
			return this.texts.poll(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
		}

		private int closeCode() throws Exception {
			return this.closeCode.get(PATIENCE_IN_SECONDS, TimeUnit.SECONDS);
		}

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.partial.append(data);
			if (last) {
				this.texts.add(this.partial.toString());
				this.partial.setLength(0);
			}
			socket.request(1);
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
			this.closeCode.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable error) {
			this.closeCode.completeExceptionally(error);
		}

	}

}
