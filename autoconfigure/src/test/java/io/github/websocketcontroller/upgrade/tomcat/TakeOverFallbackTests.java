package io.github.websocketcontroller.upgrade.tomcat;

import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.NioEndpoint.Poller;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A socket that Tomcat does not let go of is used through Tomcat.
 */
@ExtendWith(OutputCaptureExtension.class)
class TakeOverFallbackTests {

	private static final String WARNING = "Sockets can't be taken over from Tomcat";

	private final TestServer server = TestServer.with(BlockingController.class, OpenProtocol.Configuration.class)
		.properties("websocket-controller.handshake-timeout=200ms")
		.start();

	private final BlockingController controller = this.server.bean(BlockingController.class);

	@AfterEach
	void stop() {
		this.controller.release.countDown();
		this.server.assertNoLeaks();
		this.server.stop();
	}

	@Test
	void whenThePollerDoesNotAnswerThenThisAndFurtherConnectionsAreServedThroughTomcatWithOneWarning(
			CapturedOutput output) throws Exception {
		try (RawClient taken = this.server.open("/echo")) {
			taken.text("taken").read();
			assertThat(this.server.takenOver()).isOne();
			this.controller.poller = OpenProtocol.poller(this.server);
			try (RawClient client = this.server.open("/echo"); RawClient further = upgradeAfterRelease()) {
				for (int i = 0; i < 10; i++) {
					assertThat(client.text("parked").read().text()).isEqualTo("parked");
					assertThat(further.text("parked, too").read().text()).isEqualTo("parked, too");
					assertThat(taken.text("still taken").read().text()).isEqualTo("still taken");
				}
				close(client);
				close(further);
			}
			assertThat(this.server.takenOver()).isOne();
			close(taken);
		}
		assertThat(StringUtils.countOccurrencesOf(output.getAll(), WARNING)).isOne();
		assertThat(output).doesNotContain(" ERROR ");
	}

	@Test
	void whenASocketCannotBeHadAfterThePollerHasLetGoThenOnlyThisConnectionEnds(CapturedOutput output)
			throws Exception {
		this.controller.foreign = Selector.open();
		try (RawClient client = this.server.open("/echo")) {
			assertThat(client.awaitEnd(Duration.ofSeconds(20))).isTrue();
		}
		finally {
			this.controller.foreign.close();
			this.controller.foreign = null;
		}
		try (RawClient client = this.server.open("/echo")) {
			assertThat(client.text("parked").read().text()).isEqualTo("parked");
			close(client);
		}
		assertThat(this.server.takenOver()).isZero();
		assertThat(StringUtils.countOccurrencesOf(output.getAll(), WARNING)).isOne();
		assertThat(output).doesNotContain(" ERROR ");
	}

	// The poller answers nobody before.
	private RawClient upgradeAfterRelease() throws Exception {
		this.controller.served.await();
		this.controller.release.countDown();
		return this.server.open("/echo");
	}

	private static void close(RawClient client) throws Exception {
		client.close(1000);
		assertThat(client.read().closeCode()).isEqualTo(1000);
		assertThat(client.isAtEnd()).isTrue();
	}

	@WebsocketController("/echo")
	static class BlockingController implements HeaderUpgrader {

		final CountDownLatch release = new CountDownLatch(1);

		/** Counted down when a connection is served though the poller is blocked. */
		final CountDownLatch served = new CountDownLatch(1);

		volatile @Nullable Poller poller;

		/** Has the socket, too, so that it can't be made a blocking one. */
		volatile @Nullable Selector foreign;

		@Override
		public HttpHeaders upgradeHeaders(UpgradeRequest request) {
			if (this.foreign != null) {
				OpenProtocol.register(this.foreign);
			}
			Poller found = this.poller;
			if (found != null && this.release.getCount() > 0) {
				found.add(new Blocker(this.release), 0);
			}
			return new HttpHeaders();
		}

		void serve(WebsocketConnection connection) {
			if (this.poller != null) {
				this.served.countDown();
			}
			connection.messages().forEach(connection::send);
		}

	}

	/** Holds the poller up. */
	static final class Blocker extends NioSocketWrapper {

		private final CountDownLatch release;

		Blocker(CountDownLatch release) {
			super(new NioChannel(new SocketBufferHandler(0, 0, false)), new NioEndpoint());
			this.release = release;
		}

		@Override
		public void close() {
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** Gives its poller away. */
	public static class OpenProtocol extends Http11NioProtocol {

		static Poller poller(TestServer server) {
			return ((OpenProtocol) server.protocol()).getEndpoint()
				.getConnections()
				.stream()
				.map((wrapper) -> ((NioSocketWrapper) wrapper).getPoller())
				.findFirst()
				.orElseThrow();
		}

		private static volatile @Nullable OpenProtocol last;

		@Override
		public void start() throws Exception {
			last = this;
			super.start();
		}

		static void register(Selector selector) {
			for (SocketWrapperBase<?> wrapper : Objects.requireNonNull(last).getEndpoint().getConnections()) {
				try {
					((NioSocketWrapper) wrapper).getSocket().getIOChannel().register(selector, SelectionKey.OP_READ);
				}
				catch (ClosedChannelException ex) {
					throw new UncheckedIOException(ex);
				}
			}
		}

		static class Configuration {

			@Bean
			WebServerFactoryCustomizer<TomcatServletWebServerFactory> openProtocol() {
				return (factory) -> factory.setProtocol(OpenProtocol.class.getName());
			}

		}

	}

}
