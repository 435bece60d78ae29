package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many connections there may be, in all and of one address. Every count is zero again
 * after each test.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class ConnectionLimitTests {

	private static final int MOST = 4;

	private static final int MOST_PER_ADDRESS = 2;

	@RegisterExtension
	static final TestServer server = TestServer
		.with(EchoController.class, FailingController.class, MeetingController.class)
		.properties("websocket-controller.limits.connections=" + MOST,
				"websocket-controller.limits.connections-per-address=" + MOST_PER_ADDRESS,
				"websocket-controller.close-timeout=2s", "server.forward-headers-strategy=framework");

	private final ConnectionLimits limits = server.bean(OpenConnections.class).limits();

	private final List<RawClient> clients = new ArrayList<>();

	@AfterEach
	void nothingIsCounted() throws IOException {
		for (RawClient client : this.clients) {
			client.close();
		}
		awaitCounts(0, 0);
	}

	private void awaitCounts(int total, int addresses) {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
			assertThat(this.limits.total()).isEqualTo(total);
			assertThat(this.limits.addresses()).isEqualTo(addresses);
		});
	}

	private RawClient open(String path, String address) throws IOException {
		RawClient client = request(path, address).expectUpgrade();
		if (path.equals("/echo")) {
			assertThat(client.text("hello").read().text()).isEqualTo("hello");
		}
		return client;
	}

	private RawClient request(String path, String address) throws IOException {
		RawClient client = server.connect();
		this.clients.add(client);
		return client.request(path, "X-Forwarded-For: " + address);
	}

	@Test
	void whenAnAddressHasTooManyConnectionsThenAnswers503UntilOneHasEnded() throws Exception {
		RawClient first = open("/echo", "192.0.2.1");
		open("/echo", "192.0.2.1");
		assertThat(request("/echo", "192.0.2.1").readStatus()).isEqualTo(503);
		open("/echo", "192.0.2.2");
		awaitCounts(3, 2);
		first.close(1000);
		assertThat(first.read().closeCode()).isEqualTo(1000);
		awaitCounts(2, 2);
		open("/echo", "192.0.2.1");
		assertThat(request("/echo", "192.0.2.1").readStatus()).isEqualTo(503);
	}

	@Test
	void whenThereAreTooManyConnectionsThenAnswers503UntilOneHasEnded() throws Exception {
		for (int i = 1; i <= MOST; i++) {
			open("/echo", "2001:db8:0:" + i + "::1");
		}
		assertThat(request("/echo", "2001:db8:0:ff::1").readStatus()).isEqualTo(503);
		awaitCounts(MOST, MOST);
		this.clients.get(0).reset();
		awaitCounts(MOST - 1, MOST - 1);
		open("/echo", "2001:db8:0:ff::1");
	}

	@Test
	void whenServeFailsThenTheConnectionDoesNotCountAnyMore(CapturedOutput output) throws Exception {
		RawClient client = open("/failing", "192.0.2.1");
		assertThat(client.read().closeCode()).isEqualTo(1011);
		client.close(1011);
		awaitCounts(0, 0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenMoreAreUpgradedAtOnceThanMayBeThenTheyAreClosedWith1013(boolean oneAddress) throws Exception {
		int most = oneAddress ? MOST_PER_ADDRESS : MOST;
		int attempts = most + 3;
		MeetingController controller = server.bean(MeetingController.class);
		controller.meet(attempts);
		for (int i = 1; i <= attempts; i++) {
			request("/meeting", "192.0.2." + (oneAddress ? 1 : i));
		}
		int refused = 0;
		for (RawClient client : List.copyOf(this.clients)) {
			RawClient.Frame first = client.expectUpgrade().read();
			if (first.firstByte() == 0x88) {
				assertThat(first.closeCode()).isEqualTo(1013);
				assertThat(first.closeReason()).isEqualTo("Too many connections");
				client.close(1013);
				assertThat(client.isAtEnd()).isTrue();
				refused++;
			}
			else {
				assertThat(first.text()).isEqualTo("welcome");
			}
		}
		assertThat(refused).isEqualTo(3);
		assertThat(controller.served).hasSize(most);
		awaitCounts(most, oneAddress ? 1 : most);
	}

	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

	@WebsocketController("/failing")
	static class FailingController {

		void serve(WebsocketConnection connection) {
			throw new IllegalStateException("as it should");
		}

	}

	/**
	 * Lets nobody in before everybody is at the door.
	 */
	@WebsocketController("/meeting")
	static class MeetingController implements HeaderUpgrader {

		private final List<WebsocketConnection> served = new CopyOnWriteArrayList<>();

		private volatile CyclicBarrier door = new CyclicBarrier(1);

		void meet(int attempts) {
			this.served.clear();
			this.door = new CyclicBarrier(attempts);
		}

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			try {
				this.door.await(20, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
			return new HttpHeaders();
		}

		void serve(WebsocketConnection connection) {
			this.served.add(connection);
			connection.sendText("welcome");
			connection.receive();
		}

	}

}
