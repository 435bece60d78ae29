package io.github.websocketcontroller.sample.chat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged application as a process of its own, stopped as a container is stopped:
 * with SIGTERM, in the middle of its work.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
class PackagedSampleIntegrationTests {

	private static final int IDLE = 300;

	private static final int BUSY = 180;

	private static final int SILENT = 20;

	private static final Duration SHUTDOWN_PHASE = Duration.ofSeconds(10);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

	private static final int SIGTERM_STATUS = 128 + 15;

	private final List<Socket> silentPeers = new ArrayList<>();

	private Path log;

	private Process application;

	private int port;

	@BeforeEach
	void startApplication(@TempDir Path directory) throws Exception {
		this.log = directory.resolve("application.log");
		this.application = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-jar", System.getProperty("packaged.application"), "--server.port=0", "--server.address=127.0.0.1",
				"--spring.lifecycle.timeout-per-shutdown-phase=" + SHUTDOWN_PHASE.toSeconds() + "s",
				"--websocket-controller.close-timeout=2s")
			.redirectErrorStream(true)
			.redirectOutput(this.log.toFile())
			.start();
		this.port = waitForPort();
	}

	@AfterEach
	void stopApplication() throws Exception {
		this.application.destroyForcibly().waitFor();
		for (Socket peer : this.silentPeers) {
			peer.close();
		}
	}

	@Test
	void whenStoppedWith500ConnectionsThenAllGet1001AndTheSilentOnesAreNamed() throws Exception {
		HttpClient client = HttpClient.newHttpClient();
		List<Peer> peers = new ArrayList<>();
		for (int i = 0; i < IDLE + BUSY; i++) {
			peers.add(connect(client, i < BUSY));
		}
		for (int i = 0; i < SILENT; i++) {
			this.silentPeers.add(connectSilently());
		}
		for (Peer peer : peers.subList(0, BUSY)) {
			peer.talk().join();
		}
		for (Peer peer : peers.subList(0, BUSY)) {
			peer.echo.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}

		long start = System.nanoTime();
		assertThat(this.application.toHandle().destroy()).isTrue();

		assertThat(this.application.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		Duration taken = Duration.ofNanos(System.nanoTime() - start);
		assertThat(taken).as(this::log).isLessThan(SHUTDOWN_PHASE);
		assertThat(this.application.exitValue()).as(this::log).isEqualTo(SIGTERM_STATUS);
		for (Peer peer : peers) {
			assertThat(peer.closeCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1001);
		}
		assertThat(linesNaming(this.silentPeers.get(0))).as(this::log).singleElement().satisfies((line) -> {
			for (Socket peer : this.silentPeers) {
				assertThat(line).containsPattern(address(peer));
			}
		});
	}

	private Peer connect(HttpClient client, boolean busy) {
		Peer peer = new Peer(busy);
		client.newWebSocketBuilder().buildAsync(URI.create("ws://127.0.0.1:" + this.port + "/echo"), peer).join();
		return peer;
	}

	/** A client that upgrades and then never reads, nor answers a Close. */
	private Socket connectSilently() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port);
		socket.getOutputStream().write("""
				GET /echo HTTP/1.1
				Host: 127.0.0.1:%d
				Upgrade: websocket
				Connection: Upgrade
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
				Sec-WebSocket-Version: 13

				""".formatted(this.port).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
		InputStream input = socket.getInputStream();
		StringBuilder answer = new StringBuilder();
		while (answer.indexOf("\r\n\r\n") < 0) {
			int next = input.read();
			assertThat(next).as("answer so far: %s", answer).isNotNegative();
			answer.append((char) next);
		}
		assertThat(answer.toString()).startsWith("HTTP/1.1 101");
		return socket;
	}

	private List<String> linesNaming(Socket peer) throws IOException {
		Pattern address = Pattern.compile(address(peer));
		return Files.readAllLines(this.log).stream().filter((line) -> address.matcher(line).find()).toList();
	}

	private String address(Socket peer) {
		return "\\b127\\.0\\.0\\.1:" + peer.getLocalPort() + "\\b";
	}

	private int waitForPort() throws Exception {
		long start = System.nanoTime();
		while (this.application.isAlive() && System.nanoTime() - start < PATIENCE.toNanos()) {
			Matcher started = STARTED.matcher(Files.readString(this.log));
			if (started.find()) {
				return Integer.parseInt(started.group(1));
			}
			Thread.sleep(50);
		}
		throw new IllegalStateException("The application did not start:\n" + log());
	}

	private String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/**
	 * Keeps the code it was closed with; a busy one answers each echo with a new message.
	 */
	private static final class Peer implements WebSocket.Listener {

		private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();

		private final CompletableFuture<Void> echo = new CompletableFuture<>();

		private final AtomicLong messages = new AtomicLong();

		private final boolean busy;

		private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();

		private Peer(boolean busy) {
			this.busy = busy;
		}

		private CompletableFuture<WebSocket> talk() {
			return this.socket
				.thenCompose((socket) -> socket.sendText("message " + this.messages.incrementAndGet(), true));
		}

		@Override
		public void onOpen(WebSocket socket) {
			this.socket.complete(socket);
			socket.request(1);
		}

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			socket.request(1);
			this.echo.complete(null);
			return this.busy ? talk() : null;
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
