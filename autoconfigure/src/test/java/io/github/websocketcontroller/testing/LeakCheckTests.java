package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.websocketcontroller.protocol.MessageReader;
import org.apache.coyote.Processor;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * A leak check that finds nothing has to be one that would find something.
 */
class LeakCheckTests {

	private static final int ABOVE_TOLERANCE = 5 * 1024 * 1024;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class);

	private final CountDownLatch end = new CountDownLatch(1);

	private final CountDownLatch reading = new CountDownLatch(1);

	/** For what is there: patient enough for one look on a busy machine. */
	private LeakCheck check;

	/** For what is not, or will soon be gone. */
	private LeakCheck patient;

	@BeforeEach
	void remember() {
		this.check = LeakCheck.of(server.counts(), Duration.ofSeconds(1));
		this.patient = LeakCheck.of(server.counts(), Duration.ofSeconds(15));
	}

	private void assertFound(String what) {
		assertThatExceptionOfType(ConditionTimeoutException.class).isThrownBy(this.check::assertNoLeaks)
			.withMessageContaining(what);
	}

	@Test
	void whenNothingIsLeftThenNothingIsFound() throws IOException {
		Scripts scripts = server.bean(Scripts.class);
		try (RawClient client = scripts.open(server, (connection) -> connection.receive())) {
			assertFound("connections counted by Tomcat");
			client.text("done").close(1000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		server.assertNoLeaks();
		assertThatNoException().isThrownBy(this.patient::assertNoLeaks);
	}

	@Test
	void whenAConnectionIsOpenThenItIsFound() throws IOException {
		try (RawClient client = RawClient.connect(server.port())) {
			assertThat(client.localPort()).isPositive();
			// The system accepts it before Tomcat does, which counts one more.
			Awaitility.await().until(() -> server.protocol().getConnectionCount() > 1);
			assertFound("connections counted by Tomcat");
		}
	}

	@Test
	void whenAProcessorWaitsInTomcatThenItIsFound() {
		Processor processor = (Processor) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Processor.class }, this::answer);
		server.protocol().addWaitingProcessor(processor);
		try {
			assertFound("processors waiting in Tomcat");
		}
		finally {
			server.protocol().removeWaitingProcessor(processor);
		}
	}

	private @Nullable Object answer(Object proxy, Method method, Object[] arguments) {
		return switch (method.getName()) {
			case "hashCode" -> System.identityHashCode(proxy);
			case "equals" -> proxy == arguments[0];
			default -> null;
		};
	}

	@Test
	void whenAThreadIsInOurCodeThenItIsFound() throws InterruptedException {
		Thread thread = new Thread(this::read, "innocent");
		thread.start();
		this.reading.await();
		assertThreadIsFound("innocent", thread);
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket-4711", "websocket-shutdown" })
	void whenAThreadHasOurNameThenItIsFound(String name) throws InterruptedException {
		Thread thread = new Thread(this::await, name);
		thread.start();
		assertThreadIsFound(name, thread);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenAVirtualThreadIsInOurCodeThenItIsFound() throws Exception {
		Thread thread = startVirtually(this::read);
		this.reading.await();
		assertThreadIsFound("virtual", thread);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenAVirtualThreadHasOurNameThenItIsFound() throws Exception {
		Thread thread = startVirtually(this::await);
		thread.setName("websocket-4712");
		assertThreadIsFound("websocket-4712", thread);
	}

	@Test
	void whenAWatchdogGoesOnThenItIsFound() throws InterruptedException {
		Thread thread = new Thread(this::await, "websocket-watchdog");
		thread.start();
		assertThreadIsFound("watchdogs", thread);
	}

	private void assertThreadIsFound(String what, Thread thread) throws InterruptedException {
		try {
			assertFound(what);
		}
		finally {
			this.end.countDown();
			thread.join(10_000);
		}
		assertThatNoException().isThrownBy(this.patient::assertNoLeaks);
	}

	// By its name, since the code is compiled for Java 17.
	private static Thread startVirtually(Runnable task) throws ReflectiveOperationException {
		return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
	}

	private void await() {
		try {
			this.end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void read() {
		try {
			new MessageReader(new WaitingTransport(), 128, 128, 128, () -> {
			}, null).next(0);
		}
		catch (IOException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void whenASocketIsOpenThenItIsFound() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			assertThat(socket.isBound()).isTrue();
			assertFound("open sockets");
		}
	}

	@Test
	void whenASocketIsOpenThatWasResetThenItIsFound() throws IOException {
		InetAddress loopback = InetAddress.getLoopbackAddress();
		try (Socket reset = connectAndReset(loopback)) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> reset.getInputStream().read());
			assertFound("open sockets");
		}
	}

	private static Socket connectAndReset(InetAddress loopback) throws IOException {
		try (ServerSocket listener = new ServerSocket(0, 1, loopback)) {
			Socket socket = new Socket(loopback, listener.getLocalPort());
			Socket accepted = listener.accept();
			accepted.setSoLinger(true, 0);
			accepted.close();
			return socket;
		}
	}

	// Even if all is freed meanwhile that other tests have left for the collector.
	@Test
	void whenDirectMemoryIsKeptThenItIsFound() {
		ByteBuffer buffer = ByteBuffer.allocateDirect(ABOVE_TOLERANCE + (int) LeakCheck.directMemory());
		try {
			assertFound("direct memory");
		}
		finally {
			Reference.reachabilityFence(buffer);
		}
	}

	/**
	 * Has its reader wait until the test ends.
	 */
	private final class WaitingTransport extends FakeTransport {

		@Override
		public int read(ByteBuffer target, long timeout) {
			LeakCheckTests.this.reading.countDown();
			await();
			return -1;
		}

	}

}
