package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

import com.sun.management.HotSpotDiagnosticMXBean;
import org.apache.coyote.AbstractProtocol;
import org.awaitility.Awaitility;

/**
 * Looks from outside at what a connection can leave behind: connections and processors in
 * Tomcat, threads of either kind, open sockets, direct memory.
 */
public final class LeakCheck {

	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private static final String OURS = "io.github.websocketcontroller.";

	/** Tomcat's acceptor counts the connection that it is waiting for. */
	private static final int ACCEPTED_AHEAD = 1;

	/** The JDK keeps direct buffers of at most 64 KB for each thread that did I/O. */
	private static final long DIRECT_MEMORY_TOLERANCE = 4 * 1024 * 1024;

	private final AbstractProtocol<?> protocol;

	private final long directMemory;

	private final long sockets;

	private LeakCheck(AbstractProtocol<?> protocol) {
		this.protocol = protocol;
		this.directMemory = directMemory();
		this.sockets = openSockets();
	}

	/**
	 * Remembers how things are while nothing is going on.
	 */
	public static LeakCheck of(AbstractProtocol<?> protocol) {
		return new LeakCheck(protocol);
	}

	/**
	 * Waits until things are as they were.
	 */
	public void assertNoLeaks() {
		await("connections counted by Tomcat", this.protocol::getConnectionCount, ACCEPTED_AHEAD);
		await("processors waiting in Tomcat", this.protocol::getWaitingProcessorCount, 0);
		assertNoThreads();
		await("open sockets", LeakCheck::openSockets, this.sockets);
		await("direct memory", LeakCheck::directMemory, this.directMemory + DIRECT_MEMORY_TOLERANCE);
	}

	/**
	 * Waits until no thread is in our code, whatever server it belongs to.
	 */
	public static void assertNoThreads() {
		Awaitility.await("threads in our code")
			.atMost(PATIENCE)
			.untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(threads()).isEmpty());
	}

	private static void await(String what, LongSupplier actual, long most) {
		Awaitility.await(what)
			.atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> org.assertj.core.api.Assertions.assertThat(actual.getAsLong())
				.as(what)
				.isLessThanOrEqualTo(most));
	}

	private static long directMemory() {
		return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.filter((pool) -> pool.getName().equals("direct"))
			.mapToLong(BufferPoolMXBean::getMemoryUsed)
			.sum();
	}

	// TCP only: the JDK keeps a pair of local sockets to close others with.
	private static long openSockets() {
		Set<String> tcp = tcpSockets();
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.map(LeakCheck::target).filter(tcp::contains).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Set<String> tcpSockets() {
		Set<String> sockets = new HashSet<>();
		for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
			try (Stream<String> lines = Files.lines(Path.of(table))) {
				lines.skip(1)
					.map((line) -> line.strip().split("\\s+", -1))
					.forEach((columns) -> sockets.add("socket:[" + columns[9] + "]"));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return sockets;
	}

	private static String target(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString();
		}
		catch (IOException ex) {
			return "";
		}
	}

	/**
	 * Threads that are in our code, or carry the name of our threads, but for the
	 * watchdog and the calling thread.
	 */
	static List<String> threads() {
		return hasVirtualThreads() ? dumpedThreads() : platformThreads();
	}

	private static boolean hasVirtualThreads() {
		return Runtime.version().feature() >= 21;
	}

	private static List<String> platformThreads() {
		List<String> found = new ArrayList<>();
		for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
			String name = entry.getKey().getName();
			boolean inOurCode = Arrays.stream(entry.getValue())
				.anyMatch((frame) -> frame.getClassName().startsWith(OURS) && !isTest(frame.getClassName()));
			if (isSuspect(name, inOurCode) && entry.getKey() != Thread.currentThread()) {
				found.add(name);
			}
		}
		return found;
	}

	private static List<String> dumpedThreads() {
		String dump = dumpThreads();
		List<String> found = new ArrayList<>();
		for (String thread : dump.split("\n#", -1)) {
			String head = thread.lines().findFirst().orElse("");
			boolean inOurCode = thread.lines().anyMatch((line) -> line.contains(OURS) && !isTest(line.strip()));
			String name = head.contains("\"") ? head.substring(head.indexOf('"') + 1, head.lastIndexOf('"')) : head;
			if (isSuspect(name, inOurCode) && !name.equals(Thread.currentThread().getName())) {
				found.add(name);
			}
		}
		return found;
	}

	private static boolean isSuspect(String name, boolean inOurCode) {
		return (inOurCode || name.startsWith("websocket-")) && !name.equals("websocket-watchdog");
	}

	private static boolean isTest(String frame) {
		return frame.contains("Tests") || frame.contains(OURS + "testing.");
	}

	private static String dumpThreads() {
		try {
			Path file = Files.createTempDirectory("threads").resolve("dump.txt");
			HotSpotDiagnosticMXBean diagnostics = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
			Class<?> format = Class.forName("com.sun.management.HotSpotDiagnosticMXBean$ThreadDumpFormat");
			Method dump = HotSpotDiagnosticMXBean.class.getMethod("dumpThreads", String.class, format);
			dump.invoke(diagnostics, file.toString(), format.getField("TEXT_PLAIN").get(null));
			String text = Files.readString(file);
			Files.delete(file);
			Files.delete(file.getParent());
			return text;
		}
		catch (IOException | ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
