package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.transport.Transport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tomcat's socket in other hands.
 */
class TomcatUpgradeTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(UpgradesByHand.class);

	@Test
	void whenAConnectionIsTakenOverThenTheTransportIsItsSocket() throws Exception {
		UpgradesByHand upgrades = server.bean(UpgradesByHand.class);
		try (RawClient client = upgraded("/taken")) {
			Transport transport = upgrades.taken.get().open();
			assertThat(server.takenOver()).isPositive();
			transport.write(ByteBuffer.wrap(new byte[] { 1 }));
			assertThat(client.input().read()).isOne();
			transport.close();
			transport.close();
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	private static RawClient upgraded(String path) throws IOException {
		RawClient client = RawClient.connect(server.port());
		client.send(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		assertThat(client.readResponse()).startsWith("HTTP/1.1 101");
		return client;
	}

	@RestController
	static class UpgradesByHand {

		final CompletableFuture<PendingTransport> taken = new CompletableFuture<>();

		private final ServerUpgrade server;

		UpgradesByHand(@Qualifier("websocketTomcatUpgrade") ServerUpgrade server) {
			this.server = server;
		}

		@GetMapping("/taken")
		void taken(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
			this.server.upgrade(request, response,
					(pending) -> pending.release(() -> this.taken.complete(pending)) || this.taken.complete(pending));
		}

	}

}
