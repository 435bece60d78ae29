package io.github.websocketcontroller.upgrade.jetty;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
import org.eclipse.jetty.io.ConnectionStatistics;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.jetty.JettyWebServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is particular to connections of Jetty's.
 */
class JettyUpgradeTests {

	private static final int IDLE_MILLIS = 100;

	@RegisterExtension
	static final TestServer server = TestServer.on(new TestTransport.JettyPlain(), Scripts.class)
		.properties("server.jetty.connection-idle-timeout=" + IDLE_MILLIS + "ms");

	private final Scripts scripts = server.bean(Scripts.class);

	private static void echo(WebsocketConnection connection) {
		connection.messages().forEach(connection::send);
	}

	private static Connector connector(TestServer server) {
		JettyWebServer jetty = (JettyWebServer) Objects.requireNonNull(server.context().getWebServer());
		return jetty.getServer().getConnectors()[0];
	}

	@Test
	void whenAConnectionIsIdleThenJettyDoesNotEndIt() throws Exception {
		try (RawClient client = this.scripts.open(server, JettyUpgradeTests::echo)) {
			client.text("before").read();
			Thread.sleep(5 * IDLE_MILLIS); // more than any other connection is given
			assertThat(client.text("after").read().text()).isEqualTo("after");
		}
	}

	@Test
	void whenAStreamOfHttp2IsIdleThenJettyEndsNeitherItNorItsConnection() throws Exception {
		TestServer http2 = TestServer.on(new TestTransport.JettyHttp2(), Scripts.class)
			.properties("server.jetty.connection-idle-timeout=" + IDLE_MILLIS + "ms")
			.start();
		try (RawClient client = http2.bean(Scripts.class).open(http2, JettyUpgradeTests::echo)) {
			client.text("before").read();
			Thread.sleep(5 * IDLE_MILLIS); // more than any other connection is given
			assertThat(client.text("after").read().text()).isEqualTo("after");
		}
		finally {
			http2.stop();
		}
	}

	@Test
	void whenJettySaysThatAConnectionHasBeenIdleThenItIsNotToEndIt() throws Exception {
		try (RawClient client = this.scripts.open(server, JettyUpgradeTests::echo)) {
			client.text("a").read();
			EndPoint endPoint = connector(server).getConnectedEndPoints().iterator().next();
			assertThat(endPoint.getIdleTimeout()).isZero();
			assertThat(endPoint.getConnection().onIdleExpired(new TimeoutException())).isFalse();
		}
	}

	@Test
	void whenAConnectionIsUpgradedThenJettysListenersKnowOne() throws Exception {
		ConnectionStatistics statistics = connector(server).getBean(ConnectionStatistics.class);
		try (RawClient client = this.scripts.open(server, JettyUpgradeTests::echo)) {
			client.text("a").read();
			assertThat(statistics.getConnections()).isOne();
			assertThat(statistics.getConnectionStatisticsGroups().keySet()).contains(JettyConnection.class.getName());
		}
	}

	static Stream<TestTransport> transports() {
		return Stream.of(new TestTransport.JettyPlain(), new TestTransport.JettyHttp2());
	}

	@ParameterizedTest
	@MethodSource("transports")
	void whenJettyStopsGracefullyThenServeMayTakeItsTime(TestTransport transport) throws Exception {
		TestServer stopping = TestServer.on(transport, Scripts.class)
			.properties("server.shutdown=graceful", "websocket-controller.shutdown.spread=0s")
			.start();
		AbstractConnector connector = (AbstractConnector) connector(stopping);
		connector.setShutdownIdleTimeout(IDLE_MILLIS);
		CountDownLatch mayFinish = new CountDownLatch(1);
		try (RawClient client = open(stopping, mayFinish)) {
			assertThat(client.read().text()).isEqualTo("open");
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::stop);
			assertThat(client.read().closeCode()).isEqualTo(1001);
			Thread.sleep(5 * IDLE_MILLIS); // more than any other connection is given
			assertThat(connector.isShutdown()).isTrue();
			assertThat(connector.getConnectedEndPoints()).hasSize(1);
			mayFinish.countDown();
			client.close(1001);
			assertThat(client.isAtEnd()).isTrue();
			stopped.get(20, TimeUnit.SECONDS);
		}
	}

	private static RawClient open(TestServer server, CountDownLatch mayFinish) throws IOException {
		return server.bean(Scripts.class).open(server, (connection) -> {
			connection.sendText("open");
			mayFinish.await();
		});
	}

}
