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
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/**
 * Looks from outside at what a connection can leave behind: what its server counts,
 * threads of either kind, open sockets, direct memory.
 */
public final class LeakCheck {

	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private static final String OURS = "io.github.websocketcontroller.";

	private static final String WATCHDOG = "websocket-watchdog";

	/** Of a thread that a server has for all connections, and that ends with it. */
	private static final String TIMER = "websocket-flush-";

	/** The JDK keeps direct buffers of at most 64 KB for each thread that did I/O. */
	private static final long DIRECT_MEMORY_TOLERANCE = 4 * 1024 * 1024;

	private final List<Count> counts;

	/** Frees the memory that a server keeps for connections to come. */
	private final Runnable pools;

	private final Duration patience;

	private final long directMemory;

	private final long sockets;

	private final long watchdogs;

	private LeakCheck(List<Count> counts, Runnable pools, Duration patience) {
		this.counts = counts;
		this.pools = pools;
		this.patience = patience;
		this.directMemory = directMemory();
		this.sockets = openSockets();
		this.watchdogs = watchdogs();
	}

	/**
	 * Remembers how things are while nothing is going on.
	 */
	public static LeakCheck of(List<Count> counts, Runnable pools) {
		return new LeakCheck(counts, pools, PATIENCE);
	}

	/**
	 * Remembers how things are while nothing is going on, and how long to wait for each
	 * of them to be so again.
	 */
	public static LeakCheck of(List<Count> counts, Duration patience) {
		return new LeakCheck(counts, () -> {
		}, patience);
	}

	/**
	 * Waits until things are as they were.
	 */
	public void assertNoLeaks() {
		this.counts.forEach((count) -> await(count.what(), count.actual(), count.most()));
		assertNoThreads(this.patience);
		await("watchdogs", LeakCheck::watchdogs, this.watchdogs);
		await("timers", LeakCheck::timers, this.watchdogs);
		await("open sockets", LeakCheck::openSockets, this.sockets);
		long most = this.directMemory + DIRECT_MEMORY_TOLERANCE;
		await("direct memory", () -> directMemoryInUse(most), most);
	}

	/**
	 * Waits until no thread is in our code, whatever server it belongs to.
	 */
	public static void assertNoThreads() {
		assertNoThreads(PATIENCE);
	}

	private static void assertNoThreads(Duration patience) {
		Awaitility.await("threads in our code")
			.atMost(patience)
			.pollDelay(Duration.ZERO)
			.untilAsserted(() -> Assertions.assertThat(threads()).as("threads in our code").isEmpty());
	}

	private void await(String what, LongSupplier actual, long most) {
		Awaitility.await(what)
			.atMost(this.patience)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> Assertions.assertThat(actual.getAsLong()).as(what).isLessThanOrEqualTo(most));
	}

	// What only waits for the collector is no leak.
	private long directMemoryInUse(long most) {
		if (directMemory() > most) {
			this.pools.run();
			System.gc();
		}
		return directMemory();
	}

	static long directMemory() {
		return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.filter((pool) -> pool.getName().equals("direct"))
			.mapToLong(BufferPoolMXBean::getMemoryUsed)
			.sum();
	}

	// Not those of the local kind, of which the JDK keeps a pair to close others with. A
	// TCP socket whose peer has reset it is in no table of the system any more.
	private static long openSockets() {
		Set<String> local = localSockets();
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.map(LeakCheck::target)
				.filter((target) -> target.startsWith("socket:") && !local.contains(target))
				.count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Set<String> localSockets() {
		Set<String> sockets = new HashSet<>();
		try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/unix"))) {
			lines.skip(1)
				.map((line) -> line.strip().split("\\s+", -1))
				.forEach((columns) -> sockets.add("socket:[" + columns[6] + "]"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
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

	private static long watchdogs() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(WATCHDOG))
			.count();
	}

	private static long timers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(TIMER))
			.count();
	}

	private static boolean isOfServer(String thread) {
		return thread.equals(WATCHDOG) || thread.startsWith(TIMER);
	}

	/**
	 * Threads that are in our code, or carry the name of our threads, but for those that
	 * a server has for all connections and the calling thread.
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

	// Each thread of the dump begins with its number and its name: #42 "main"
	private static List<String> dumpedThreads() {
		String own = Thread.currentThread().getId() + " ";
		List<String> found = new ArrayList<>();
		for (String thread : dumpThreads().split("\n#", -1)) {
			String head = thread.lines().findFirst().orElse("");
			boolean inOurCode = thread.lines().anyMatch((line) -> line.contains(OURS) && !isTest(line.strip()));
			String name = head.contains("\"") ? head.substring(head.indexOf('"') + 1, head.lastIndexOf('"')) : head;
			if (isSuspect(name, inOurCode) && !head.startsWith(own)) {
				found.add(head);
			}
		}
		return found;
	}

	private static boolean isSuspect(String name, boolean inOurCode) {
		return (inOurCode || name.startsWith("websocket-")) && !isOfServer(name);
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

	/**
	 * What a server counts.
	 *
	 * @param most how much of it there is while nothing is going on
	 */
	public record Count(String what, LongSupplier actual, long most) {
	}

}
