package io.github.websocketcontroller.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties.Threads;
import io.github.websocketcontroller.testing.LeakCheck;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.TestServer;
import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.OverridingClassLoader;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Code that looks for classes through its thread finds in {@code serve} what it finds in
 * a request.
 */
class ContextClassLoaderTests {

	private static final long PATIENCE_IN_SECONDS = 10;

	private final TestServer server = TestServer.with(LoaderController.class, LoaderEndpoint.class);

	@AfterEach
	void stop() {
		this.server.stop();
		LeakCheck.assertNoThreads();
	}

	@ParameterizedTest
	@ValueSource(strings = { "auto", "platform" })
	void whenServeRunsThenItsClassLoaderIsThatOfARequest(String threads) throws Exception {
		this.server.properties("websocket-controller.threads=" + threads).start();
		String request = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + this.server.port() + "/loader")).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
		assertThat(request).contains("WebappClassLoader");
		try (RawClient client = this.server.open("/loader")) {
			assertThat(client.read().text()).isEqualTo(request);
		}
	}

	@Test
	void whenAHelperEndsAConnectionThenItsClassLoaderIsThatOfARequest() throws Exception {
		this.server.start();
		try (RawClient client = this.server.open("/loader")) {
			client.read();
		}
		assertThat(this.server.bean(LoaderController.class).atTheEnd.get(PATIENCE_IN_SECONDS, TimeUnit.SECONDS))
			.isEqualTo(this.server.bean(ServletContext.class).getClassLoader());
	}

	@ParameterizedTest
	@EnumSource(value = Threads.class, names = { "AUTO", "PLATFORM" })
	void whenATaskOfAnotherClassLoaderIsRunThenItsThreadHasThatOfTheApplication(Threads threads) throws Exception {
		ClassLoader application = new OverridingClassLoader(getClass().getClassLoader());
		CompletableFuture<ClassLoader> used = new CompletableFuture<>();
		ServingThreads.create(threads, application)
			.execute(() -> used.complete(Thread.currentThread().getContextClassLoader()));
		assertThat(used.get(PATIENCE_IN_SECONDS, TimeUnit.SECONDS)).isSameAs(application);
	}

	private static String name() {
		ClassLoader loader = Thread.currentThread().getContextClassLoader();
		return loader.getClass().getName() + "@" + System.identityHashCode(loader);
	}

	/** Says which class loader its thread has, and keeps that of a helper's thread. */
	@WebsocketController("/loader")
	static class LoaderController {

		final CompletableFuture<ClassLoader> atTheEnd = new CompletableFuture<>();

		void serve(WebsocketConnection connection) {
			connection.ignoreIncoming();
			CompletableFuture<Void> told = connection.closed()
				.thenRun(() -> this.atTheEnd.complete(Thread.currentThread().getContextClassLoader()));
			connection.sendText(name());
			told.join();
		}

	}

	/** Says the same of a request. */
	@RestController
	static class LoaderEndpoint {

		@GetMapping("/loader")
		String loader() {
			return name();
		}

	}

}
