package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.ClientCrowd;
import io.github.websocketcontroller.testing.EchoScript;
import io.github.websocketcontroller.testing.EchoScript.Ending;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A crowd of connections at once, and one after the other.
 */
@ExtendWith(OutputCaptureExtension.class)
class LoadTests {

	private static final int CLIENTS = 1000;

	private static final int MESSAGES = 100;

	private static final Duration LIMIT = Duration.ofMinutes(4);

	@RegisterExtension
	static final TestServer server = TestServer.with(EchoController.class, ReturningController.class)
		.properties("server.tomcat.accept-count=" + CLIENTS, "websocket-controller.close-timeout=2s",
				"websocket-controller.write-timeout=2s");

	private final EchoController controller = server.bean(EchoController.class);

	@Test
	void whenAThousandClientsConnectAtOnceThenEveryMessageComesBackAsItWas(CapturedOutput output) throws Exception {
		long before = server.takenOver();
		try (ClientCrowd crowd = new ClientCrowd(server.port())) {
			for (int i = 0; i < CLIENTS; i++) {
				String path = (i % 2 == 0) ? "/echo" : "/echo?patience=60000";
				crowd.add(path, new EchoScript(i, MESSAGES, Ending.CLOSE));
			}
			assertThat(crowd.run(LIMIT)).as("clients not ready in time").isZero();
			assertThat(crowd.failures()).isEmpty();
			assertThat(crowd.completed()).isEqualTo(CLIENTS);
			assertThat(crowd.echoed()).isEqualTo(CLIENTS * MESSAGES);
		}
		assertThat(server.takenOver() - before).isEqualTo(CLIENTS);
		assertThat(output.getAll()).doesNotContain(" ERROR ");
	}

	@Test
	void whenHalfOfTheClientsVanishThenTheOthersAreUndisturbed(CapturedOutput output) throws Exception {
		long before = server.takenOver();
		try (ClientCrowd crowd = new ClientCrowd(server.port())) {
			for (int i = 0; i < CLIENTS; i++) {
				add(crowd, i);
			}
			assertThat(crowd.run(LIMIT)).as("clients not ready in time").isZero();
			assertThat(crowd.failures()).isEmpty();
			assertThat(crowd.completed()).isEqualTo(CLIENTS / 2);
			assertThat(this.controller.silent).isNotEmpty();
			this.controller.silent.forEach(WebsocketConnection::close);
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(server.bean(OpenConnections.class).count()).isZero());
		}
		assertThat(server.takenOver() - before).isEqualTo(CLIENTS);
		assertThat(output.getAll()).doesNotContain(" ERROR ");
	}

	/**
	 * Of 20 clients 10 stay; 4 are reset, 3 silent and waited for, 2 silent, 1 flooded.
	 */
	private static void add(ClientCrowd crowd, int seed) throws IOException {
		int messages = new Random(seed).nextInt(MESSAGES);
		switch (seed % 20) {
			case 1, 3, 5, 7 -> crowd.add("/echo", new EchoScript(seed, messages, Ending.RESET));
			case 9, 11, 13 -> crowd.add("/echo?patience=10000", new EchoScript(seed, messages, Ending.SILENT));
			case 15, 17 -> crowd.add("/echo?silent=true", new EchoScript(seed, messages, Ending.SILENT));
			case 19 -> crowd.add("/echo", new EchoScript(seed, messages, Ending.FLOODED));
			default -> crowd.add("/echo", new EchoScript(seed, MESSAGES, Ending.CLOSE));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 125, 126, 1000, 5000, 7000, 20_000, 60_000 })
	void whenFramesComeInThePacketOfTheRequestThenTheyAreNotLost(int length) throws Exception {
		for (int i = 0; i < 20; i++) {
			String text = "x".repeat(length);
			byte[] request = RawClient.request(server.port(), "/echo").getBytes(StandardCharsets.ISO_8859_1);
			byte[] first = RawClient.bytes(0x81, text.getBytes(StandardCharsets.UTF_8));
			byte[] second = RawClient.bytes(0x82, new byte[] { 1, 2, 3 });
			try (RawClient client = RawClient.connect(server.port())) {
				client.send(join(request, first, second));
				assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
				assertThat(client.read().text()).isEqualTo(text);
				assertThat(client.read().payload()).containsExactly(1, 2, 3);
				client.close(1000);
				assertThat(client.read().closeCode()).isEqualTo(1000);
				assertThat(client.isAtEnd()).isTrue();
			}
		}
	}

	@Test
	void whenTheCloseComesInThePacketOfTheRequestThenItIsAnswered() throws Exception {
		for (int i = 0; i < 100; i++) {
			byte[] request = RawClient.request(server.port(), "/echo").getBytes(StandardCharsets.ISO_8859_1);
			try (RawClient client = RawClient.connect(server.port())) {
				client.send(join(request, RawClient.bytes(0x88, new byte[] { 0x03, (byte) 0xE9 })));
				assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
				assertThat(client.read().closeCode()).isEqualTo(1001);
				assertThat(client.isAtEnd()).isTrue();
			}
		}
	}

	private static byte[] join(byte[]... parts) {
		int length = 0;
		for (byte[] part : parts) {
			length += part.length;
		}
		ByteBuffer joined = ByteBuffer.allocate(length);
		for (byte[] part : parts) {
			joined.put(part);
		}
		return joined.array();
	}

	@Test
	void whenThousandsOfConnectionsComeAndGoThenTomcatKeepsNoneOfThem(CapturedOutput output) throws Exception {
		int threads = 6;
		int rounds = 500;
		long before = server.takenOver();
		ExecutorService clients = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				int kind = i;
				all.add(clients.submit(() -> churn(kind, rounds)));
			}
			for (Future<?> client : all) {
				client.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			}
		}
		finally {
			clients.shutdownNow();
		}
		await().untilAsserted(() -> assertThat(server.protocol().getWaitingProcessorCount()).isZero());
		assertThat(server.takenOver() - before).isBetween(4L * rounds, 6L * rounds);
		assertThat(output.getAll()).doesNotContain(" ERROR ");
	}

	private static void churn(int kind, int rounds) {
		try {
			for (int i = 0; i < rounds; i++) {
				comeAndGo(kind);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void comeAndGo(int kind) throws IOException {
		switch (kind) {
			case 0, 1 -> {
				try (RawClient client = RawClient.open(server.port(), "/return")) {
					assertThat(client.read().closeCode()).isEqualTo(1000);
					client.close(1000);
					assertThat(client.isAtEnd()).isTrue();
				}
			}
			case 2 -> {
				try (RawClient client = RawClient.open(server.port(), "/echo")) {
					client.close(1000);
					assertThat(client.read().closeCode()).isEqualTo(1000);
				}
			}
			case 3 -> RawClient.open(server.port(), "/echo").reset();
			case 4 -> {
				try (RawClient client = RawClient.connect(server.port())) {
					client.send(RawClient.request(server.port(), "/echo").getBytes(StandardCharsets.ISO_8859_1));
				}
			}
			default -> {
				RawClient client = RawClient.connect(server.port());
				client.send(RawClient.request(server.port(), "/return").getBytes(StandardCharsets.ISO_8859_1));
				client.reset();
			}
		}
	}

	@WebsocketController("/echo")
	static class EchoController {

		/** Connections that nobody but the test closes. */
		final Set<WebsocketConnection> silent = ConcurrentHashMap.newKeySet();

		void serve(WebsocketConnection connection, @RequestParam(defaultValue = "0") long patience,
				@RequestParam(defaultValue = "false") boolean silent) {
			if (silent) {
				this.silent.add(connection);
			}
			@Nullable WebSocketMessage<?> message = receive(connection, patience);
			while (message != null) {
				if (message instanceof TextMessage text && text.getPayload().equals("flood")) {
					flood(connection);
				}
				connection.send(message);
				message = receive(connection, patience);
			}
		}

		private static @Nullable WebSocketMessage<?> receive(WebsocketConnection connection, long patience) {
			return (patience > 0) ? connection.receive(Duration.ofMillis(patience)) : connection.receive();
		}

		private void flood(WebsocketConnection connection) {
			while (connection.isOpen()) {
				connection.sendBinary(new byte[EchoScript.LONGEST]);
			}
		}

	}

	@WebsocketController("/return")
	static class ReturningController {

		void serve(WebsocketConnection connection) {
			assertThat(connection.isOpen()).isTrue();
		}

	}

}
