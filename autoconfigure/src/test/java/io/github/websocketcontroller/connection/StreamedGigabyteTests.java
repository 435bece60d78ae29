package io.github.websocketcontroller.connection;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.testing.CopyServer;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestTransport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message of 1 GB that passes through a server with a heap of 64 MB and comes back.
 */
@EnabledIfSystemProperty(named = "test.long", matches = "true")
class StreamedGigabyteTests {

	private static final long LENGTH = 1L << 30;

	private static final int CHUNK = 64 * 1024;

	static List<TestTransport> transports() {
		return TestTransport.all();
	}

	@TempDir
	Path directory;

	@ParameterizedTest
	@MethodSource("transports")
	void whenAMessageIsLargerThanTheHeapThenItPassesThrough(TestTransport transport) throws Exception {
		Path log = this.directory.resolve("server.log");
		Process server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
				CopyServer.class.getName(), transport.getClass().getName())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			pass(transport, port(server, log));
			server.getOutputStream().close();
			assertThat(server.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
			assertThat(server.exitValue()).as("exit value").isZero();
		}
		catch (Exception | AssertionError ex) {
			throw new AssertionError("The server has written: " + Files.readString(log), ex);
		}
		finally {
			server.destroyForcibly();
		}
	}

	private static int port(Process server, Path log) {
		return Awaitility.await("start")
			.atMost(Duration.ofSeconds(60))
			.failFast("it has ended", () -> !server.isAlive())
			.until(() -> portIn(log), Optional::isPresent)
			.orElseThrow();
	}

	private static Optional<Integer> portIn(Path log) throws IOException {
		return Files.readString(log)
			.lines()
			.filter((line) -> line.startsWith(CopyServer.STARTED))
			.map((line) -> Integer.valueOf(line.substring(CopyServer.STARTED.length())))
			.findFirst();
	}

	private static void pass(TestTransport transport, int port) throws Exception {
		try (RawClient client = transport.connect(port, 0).upgrade("/copy")) {
			CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(client));
			assertThat(read(new DataInputStream(client.input()))).isEqualTo(LENGTH);
			sent.get(20, TimeUnit.SECONDS);
			client.close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	// One frame with a masking key of zeros. Each byte says where it is.
	private static void send(RawClient client) {
		try {
			client.send(ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xFF).putLong(LENGTH).array());
			byte[] chunk = chunk();
			for (long position = 0; position < LENGTH; position += CHUNK) {
				client.send(chunk);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static byte[] chunk() {
		byte[] chunk = new byte[CHUNK];
		for (int i = 0; i < CHUNK; i++) {
			chunk[i] = (byte) (i * 7 + i / 256);
		}
		return chunk;
	}

	private static long read(DataInputStream input) throws IOException {
		byte[] chunk = chunk();
		byte[] fragment = new byte[CHUNK];
		long position = 0;
		int first;
		do {
			first = input.readUnsignedByte();
			int size = input.readUnsignedByte();
			long remaining = (size == 126) ? input.readUnsignedShort() : (size == 127) ? input.readLong() : size;
			while (remaining > 0) {
				int offset = (int) (position % CHUNK);
				int count = input.read(fragment, 0, (int) Math.min(remaining, CHUNK - offset));
				assertThat(count).isPositive();
				assertThat(ByteBuffer.wrap(fragment, 0, count)).isEqualTo(ByteBuffer.wrap(chunk, offset, count));
				remaining -= count;
				position += count;
			}
		}
		while ((first & 0x80) == 0);
		return position;
	}

}
