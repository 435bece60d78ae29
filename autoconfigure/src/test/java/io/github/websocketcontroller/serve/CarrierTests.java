package io.github.websocketcontroller.serve;

import java.util.ArrayList;
import java.util.List;

import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection that waits holds no carrier of virtual threads. Requests are served by
 * virtual threads, too, so that they would wait for a carrier.
 */
@OnEveryTransport
@EnabledForJreRange(min = JRE.JAVA_21)
class CarrierTests {

	/** As many as the JDK's scheduler may ever have. */
	private static final int CARRIERS = Integer.getInteger("jdk.virtualThreadScheduler.maxPoolSize", 256);

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class, HelloController.class)
		.properties("spring.threads.virtual.enabled=true", "websocket-controller.heartbeat.interval=0");

	private final Scripts scripts = server.bean(Scripts.class);

	@Test
	void whenFourTimesAsManyConnectionsAsCarriersAreIdleThenOthersAreServed() throws Exception {
		List<RawClient> idle = new ArrayList<>();
		try {
			for (int i = 0; i < 4 * CARRIERS; i++) {
				idle.add(this.scripts.open(server, (connection) -> {
					assertThat(HelloController.isVirtual()).isTrue();
					connection.messages().forEach(connection::send);
				}));
			}
			for (RawClient client : idle) {
				assertThat(client.text("waiting").read().text()).isEqualTo("waiting");
			}
			assertThat(server.bean(OpenConnections.class).count()).isEqualTo(4 * CARRIERS);
			try (RawClient client = server.connect()) {
				client.get("/hello");
				assertThat(client.readStatus()).isEqualTo(200);
				assertThat(client.input().readNBytes(4)).asString().isEqualTo("true");
			}
			assertThat(idle.get(0).text("served").read().text()).isEqualTo("served");
		}
		finally {
			for (RawClient client : idle) {
				client.close();
			}
		}
	}

	@RestController
	static class HelloController {

		@GetMapping("/hello")
		boolean hello() throws ReflectiveOperationException {
			return isVirtual();
		}

		static boolean isVirtual() throws ReflectiveOperationException {
			return (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
		}

	}

}
