package io.github.websocketcontroller.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * The nginx of this machine as a process of its own, with nothing of the machine's
 * configuration.
 */
public final class Nginx implements AutoCloseable {

	private static final String FRAME = """
			daemon off;
			worker_processes 1;
			pid nginx.pid;
			events {
			}
			http {
				access_log off;
				client_body_temp_path client_body;
				proxy_temp_path proxy;
				fastcgi_temp_path fastcgi;
				uwsgi_temp_path uwsgi;
				scgi_temp_path scgi;
			%s
			}
			""";

	private final Path directory;

	private final Process process;

	private final int port;

	private Nginx(Path directory, Process process, int port) {
		this.directory = directory;
		this.process = process;
		this.port = port;
	}

	/**
	 * Whether there is one.
	 */
	public static boolean isInstalled() {
		return executable() != null;
	}

	// Not every user has the directories of the system's programs on the path.
	private static @Nullable Path executable() {
		String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
		return Stream
			.concat(Arrays.stream(path.split(File.pathSeparator, -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
			.map((directory) -> Path.of(directory, "nginx"))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Starts one and waits until it listens.
	 * @param configuration what makes its configuration of a free port
	 */
	public static Nginx start(Configuration configuration) throws IOException {
		int port = freePort();
		Path directory = Files.createTempDirectory("nginx");
		Files.writeString(directory.resolve("nginx.conf"), FRAME.formatted(configuration.on(port)));
		String executable = Objects.requireNonNull(executable(), "nginx is not installed").toString();
		Process process = new ProcessBuilder(executable, "-p", directory.toString(), "-c", "nginx.conf", "-e",
				"error.log")
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("output.log").toFile())
			.start();
		Nginx nginx = new Nginx(directory, process, port);
		nginx.awaitListening();
		return nginx;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitListening() {
		Awaitility.await("nginx listening")
			.atMost(Duration.ofSeconds(20))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(10))
			.untilAsserted(() -> Assertions.assertThat(!this.process.isAlive() || isListening()).isTrue());
		if (!this.process.isAlive()) {
			throw new IllegalStateException("nginx has ended: " + log());
		}
	}

	private boolean isListening() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private String log() {
		try {
			return Files.readString(this.directory.resolve("output.log"));
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/**
	 * The port that it listens on.
	 */
	public int port() {
		return this.port;
	}

	/**
	 * A client that is connected with TLS and has sent nothing.
	 */
	public RawClient connect() throws IOException {
		return RawClient.connectSecurely(this.port, 0);
	}

	/**
	 * Ends it, with all its connections.
	 */
	public void stop() throws IOException {
		this.process.destroy();
		try {
			Assertions.assertThat(this.process.waitFor(20, TimeUnit.SECONDS)).as("nginx has ended").isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		FileSystemUtils.deleteRecursively(this.directory);
	}

	@Override
	public void close() throws IOException {
		stop();
	}

	/**
	 * A configuration.
	 */
	@FunctionalInterface
	public interface Configuration {

		/**
		 * What stands in its {@code http} block.
		 */
		String on(int port) throws IOException;

	}

}
