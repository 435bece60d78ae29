package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that wait for a peer that takes nothing, and never will.
 */
@OnEveryTransport
class StalledOfferTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.outbox.capacity=32MB", "websocket-controller.close-timeout=1s",
				"websocket-controller.write-timeout=3s");

	private final Scripts scripts = server.bean(Scripts.class);

	@ParameterizedTest
	@CsvSource({ "return, 1000", "close, 4000", "receive, 1011" })
	void whenThePeerTakesNothingThenTheTimeoutsHold(String serve, int code) throws Exception {
		CompletableFuture<WebsocketConnection> offered = new CompletableFuture<>();
		String path = this.scripts.path((connection) -> {
			for (int i = 0; i < 1000; i++) {
				assertThat(connection.offerBinary(new byte[10_000])).isTrue();
			}
			if (serve.equals("close")) {
				connection.close(new CloseStatus(code));
			}
			offered.complete(connection);
			if (!serve.equals("return")) {
				connection.messages().forEach(connection::send);
			}
		});
		try (RawClient client = server.connect(4096).upgrade(path)) {
			WebsocketConnection connection = offered.get(20, TimeUnit.SECONDS);
			assertThat(connection.closed().get(20, TimeUnit.SECONDS).getCode()).isEqualTo(code);
			assertThat(connection.getQueuedMessages()).isZero();
			assertThat(connection.getQueuedBytes()).isZero();
			assertThat(connection.getDroppedMessages()).isPositive();
			assertThat(connection.offerText("too late")).isFalse();
			assertThat(client.awaitEnd(LONG)).isTrue();
		}
	}

}
