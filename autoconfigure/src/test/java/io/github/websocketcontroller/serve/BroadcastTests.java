package io.github.websocketcontroller.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A serving thread that sends on the connections of others.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class BroadcastTests {

	private static final int FRAME = 60_000;

	private static final int MANY = 10_000;

	@RegisterExtension
	static final TestServer server = TestServer.with(ListenerController.class, FeederController.class);

	@Test
	void whenAPeerLeavesWhileItsThreadSendsToAnotherThenTheOtherLosesNothing(CapturedOutput output) throws Exception {
		int started = output.getAll().length();
		FeederController feeders = server.bean(FeederController.class);
		try (RawClient listener = server.connect(4096).upgrade("/listener");
				RawClient feeder = server.open("/feeder")) {
			await().until(feeders::isStuck);
			feeder.close(1000);
			assertThat(feeder.read().closeCode()).isEqualTo(1000);
			// The feeder may go on until the end of its peer has reached its thread.
			int received = 0;
			RawClient.Frame frame = listener.read();
			while (frame.firstByte() != 0x88) {
				assertThat(frame.payload()).hasSize(FRAME);
				assertThat(++received).isLessThan(MANY);
				frame = listener.read();
			}
			assertThat(frame.closeCode()).isEqualTo(1001);
			// The last one that was begun is the one that the interrupted thread could
			// not send.
			assertThat(received).isEqualTo(feeders.begun.get() - 1).isNotZero();
			listener.close(1001);
		}
		assertThat(output.getAll().substring(started)).doesNotContain(" ERROR ");
	}

	@WebsocketController("/listener")
	static class ListenerController {

		final CompletableFuture<WebsocketConnection> opened = new CompletableFuture<>();

		void serve(WebsocketConnection connection) {
			this.opened.complete(connection);
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/feeder")
	static class FeederController {

		final AtomicInteger begun = new AtomicInteger();

		private final ListenerController listeners;

		private int lastSeen = -1;

		private long lastChange = System.nanoTime();

		FeederController(ListenerController listeners) {
			this.listeners = listeners;
		}

		void serve(WebsocketConnection connection) throws Exception {
			connection.ignoreIncoming();
			WebsocketConnection listener = this.listeners.opened.get();
			try {
				while (true) {
					this.begun.incrementAndGet();
					listener.sendBinary(new byte[FRAME]);
				}
			}
			finally {
				listener.close(CloseStatus.GOING_AWAY);
			}
		}

		boolean isStuck() {
			int now = this.begun.get();
			if (now != this.lastSeen) {
				this.lastSeen = now;
				this.lastChange = System.nanoTime();
			}
			return now > 0 && System.nanoTime() - this.lastChange > Duration.ofMillis(500).toNanos();
		}

	}

}
