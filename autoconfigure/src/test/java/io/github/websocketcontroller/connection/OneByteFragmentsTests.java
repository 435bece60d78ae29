package io.github.websocketcontroller.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.sun.management.ThreadMXBean;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message that comes in fragments of a byte each, of 100 MB in the long tests. What it
 * costs is counted by the JVM, which does so for platform threads.
 */
class OneByteFragmentsTests {

	private static final int LENGTH = (Boolean.getBoolean("test.long") ? 100 : 4) * 1024 * 1024;

	private static final int CHUNK = 8192;

	/** Of a frame with one byte and a masking key of zeros. */
	private static final int FRAME = 7;

	/** What the threads of a JVM allocate beside, such as for classes that they load. */
	private static final long TOLERANCE = 256 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.threads=platform", "websocket-controller.max-message-size=" + LENGTH + "B");

	private final Scripts scripts = server.bean(Scripts.class);

	@Test
	void whenAMessageComesInFragmentsOfAByteThenItCostsNoMoreMemoryThanInOne() throws Exception {
		long inOne = allocated(this::receive, OneByteFragmentsTests::sendInOne);
		long inFragments = allocated(this::receive, OneByteFragmentsTests::sendInFragments);
		assertThat(inOne).isGreaterThan(LENGTH);
		assertThat(inFragments).isLessThan(inOne + TOLERANCE);
	}

	@Test
	void whenAMessageComesInFragmentsOfAByteThenItsStreamCostsNextToNothing() throws Exception {
		assertThat(allocated(this::receiveStream, OneByteFragmentsTests::sendInFragments)).isLessThan(TOLERANCE);
	}

	private void receive(WebsocketConnection connection) {
		assertThat(connection.receiveBinary()).hasSize(LENGTH);
	}

	private void receiveStream(WebsocketConnection connection) {
		byte[] part = new byte[CHUNK];
		long length = 0;
		try (InputStream stream = connection.receiveStream()) {
			for (int count = stream.read(part); count >= 0; count = stream.read(part)) {
				length += count;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		assertThat(length).isEqualTo(LENGTH);
	}

	// The first message of a connection has its code loaded, the second one is measured.
	private long allocated(Scripts.Script receiver, Sender sender) throws Exception {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		CompletableFuture<Long> allocated = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			receiver.run(connection);
			long before = threads.getCurrentThreadAllocatedBytes();
			receiver.run(connection);
			allocated.complete(threads.getCurrentThreadAllocatedBytes() - before);
		})) {
			sender.send(client);
			sender.send(client);
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
		}
		return allocated.get(20, TimeUnit.SECONDS);
	}

	private static void sendInOne(RawClient client) throws IOException {
		client.send(ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xFF).putLong(LENGTH).array());
		for (int sent = 0; sent < LENGTH; sent += CHUNK) {
			client.send(new byte[CHUNK]);
		}
	}

	private static void sendInFragments(RawClient client) throws IOException {
		byte[] frames = new byte[CHUNK * FRAME];
		for (int i = 0; i < CHUNK; i++) {
			frames[i * FRAME + 1] = (byte) 0x81;
		}
		for (int sent = 0; sent < LENGTH; sent += CHUNK) {
			frames[0] = (byte) ((sent == 0) ? 0x02 : 0);
			frames[frames.length - FRAME] = (byte) ((sent + CHUNK == LENGTH) ? 0x80 : 0);
			client.send(frames);
		}
	}

	/**
	 * Sends a message.
	 */
	@FunctionalInterface
	interface Sender {

		/**
		 * Sends it.
		 */
		void send(RawClient client) throws IOException;

	}

}
