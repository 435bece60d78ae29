package io.github.websocketcontroller.upgrade.tomcat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import io.github.websocketcontroller.testing.TestTransport;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What can happen only to connections that are served through Tomcat.
 */
class ParkingTransportTests {

	private TestServer server = TestServer.with();

	@AfterEach
	void stop() {
		this.server.assertNoLeaks();
		this.server.stop();
	}

	private static void echo(WebsocketConnection connection) {
		connection.messages().forEach(connection::send);
	}

	@Test
	void whenTomcatHasNoThreadToTellThenItClosesAndServeSees1006() throws Exception {
		this.server = TestServer.on(new TestTransport.TomcatParked(), Scripts.class, Hog.class)
			.properties("server.tomcat.threads.max=1", "server.tomcat.threads.min-spare=1",
					"server.tomcat.threads.max-queue-capacity=1")
			.start();
		Hog hog = this.server.bean(Hog.class);
		CompletableFuture<CloseStatus> status = new CompletableFuture<>();
		RawClient client = this.server.bean(Scripts.class).open(this.server, (connection) -> {
			echo(connection);
			status.complete(connection.getCloseStatus());
		});
		client.text("a").read();
		try (RawClient first = this.server.connect(); RawClient second = this.server.connect()) {
			first.get("/hog");
			hog.busy.await();
			second.get("/hog");
			ThreadPoolExecutor threads = (ThreadPoolExecutor) this.server.protocol().getExecutor();
			await().until(() -> threads.getQueue().size() == 1);
			client.text("b");
			assertThat(status.get(20, TimeUnit.SECONDS)).isEqualTo(CloseStatus.NO_CLOSE_FRAME);
			hog.release.countDown();
			assertThat(first.readResponse()).startsWith("HTTP/1.1 200");
		}
		client.close();
	}

	// Not while a write is under way: Tomcat then gives the connection up.
	@Test
	void whenThePeerChangesTheKeysOfTlsThenNothingIsLostInEitherDirection() throws Exception {
		this.server = TestServer.on(new TestTransport.TomcatTls(), Scripts.class).start();
		try (RawClient client = this.server.bean(Scripts.class).open(this.server, ParkingTransportTests::echo)) {
			for (int i = 0; i < 50; i++) {
				assertThat(client.changeKeys().text("message " + i).read().text()).isEqualTo("message " + i);
				assertThat(client.frame(0x82, new byte[50_000]).read().payload()).hasSize(50_000);
			}
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
			assertThat(client.isAtEnd()).isTrue();
		}
	}

	@Test
	void whenTheConnectorIsAUnixDomainSocketThenConnectionsAreServed(@TempDir Path directory) throws Exception {
		Path path = directory.resolve("http.sock");
		this.server = TestServer.with(Scripts.class, UnixDomainSocket.class).properties("test.socket=" + path).start();
		String script = this.server.bean(Scripts.class).path(ParkingTransportTests::echo);
		try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			channel.connect(UnixDomainSocketAddress.of(path));
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			bytes.writeBytes(RawClient.request(80, script).getBytes(StandardCharsets.ISO_8859_1));
			bytes.writeBytes(RawClient.bytes(0x81, "hello".getBytes(StandardCharsets.US_ASCII)));
			bytes.writeBytes(RawClient.bytes(0x88, new byte[] { 3, (byte) 0xE8 }));
			channel.write(ByteBuffer.wrap(bytes.toByteArray()));
			DataInputStream input = new DataInputStream(Channels.newInputStream(channel));
			assertThat(head(input)).startsWith("HTTP/1.1 101");
			assertThat(input.readAllBytes()).asHexString().isEqualTo("810568656C6C6F" + "880203E8");
		}
		assertThat(this.server.takenOver()).isZero();
	}

	private static String head(InputStream input) throws Exception {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) input.read());
		}
		return head.toString();
	}

	@RestController
	static class Hog {

		final CountDownLatch busy = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		@GetMapping("/hog")
		String hog() throws InterruptedException {
			this.busy.countDown();
			this.release.await();
			return "released";
		}

	}

	static class UnixDomainSocket {

		@Bean
		TomcatConnectorCustomizer unixDomainSocket(@Value("${test.socket}") String path) {
			return (connector) -> connector.setProperty("unixDomainSocketPath", path);
		}

	}

}
