package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server's connection in the hands of nobody, or of somebody who gives up.
 */
@OnEveryTransport
@ExtendWith(OutputCaptureExtension.class)
class ServerUpgradeTests {

	@RegisterExtension
	static final TestServer server = TestServer.with(UpgradesByHand.class);

	@Test
	void whenNobodyAcceptsAConnectionThenItIsClosed(CapturedOutput output) throws Exception {
		for (int i = 0; i < 50; i++) {
			try (RawClient client = server.open("/rejected")) {
				assertThat(client.awaitEnd(Duration.ofSeconds(10))).isTrue();
			}
		}
		assertThat(output).doesNotContain("Failed to complete processing", "\tat org.apache", "\tat org.eclipse");
	}

	@Test
	void whenAConnectionIsClosedBeforeItIsTakenOverThenNothingIsLeft() throws Exception {
		for (int i = 0; i < 50; i++) {
			try (RawClient client = server.open("/abandoned")) {
				assertThat(client.awaitEnd(Duration.ofSeconds(10))).isTrue();
			}
		}
	}

	@RestController
	static class UpgradesByHand {

		private final ServerUpgrade server;

		UpgradesByHand(List<ServerUpgrade> servers, ServletContext context) {
			this.server = servers.stream().filter((server) -> server.supports(context)).findFirst().orElseThrow();
		}

		@GetMapping("/rejected")
		void rejected(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
			this.server.upgrade(new HttpServletRequestWrapper(request), response, (pending) -> false);
		}

		@GetMapping("/abandoned")
		void abandoned(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
			this.server.upgrade(request, response, (pending) -> {
				new Thread(pending::close).start();
				return true;
			});
		}

	}

}
