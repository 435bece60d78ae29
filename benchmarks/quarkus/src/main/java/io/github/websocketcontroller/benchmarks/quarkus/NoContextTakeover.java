package io.github.websocketcontroller.benchmarks.quarkus;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Lets clients ask the server to forget the context after each message; without, such an
 * offer of compression is declined.
 */
@ApplicationScoped
public class NoContextTakeover implements HttpServerOptionsCustomizer {

	@Override
	public void customizeHttpServer(HttpServerOptions options) {
		options.setWebSocketAllowServerNoContext(true);
	}

}
