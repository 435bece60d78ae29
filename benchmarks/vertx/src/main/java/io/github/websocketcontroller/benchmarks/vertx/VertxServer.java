package io.github.websocketcontroller.benchmarks.vertx;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;

/**
 * Answers on the event loop that has read the message.
 */
public final class VertxServer {

	private static final Set<ServerWebSocket> subscribers = ConcurrentHashMap.newKeySet();

	private VertxServer() {
	}

	public static void main(String[] args) {
		Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
		if (!vertx.isNativeTransportEnabled()) {
			throw new IllegalStateException("There is no native transport", vertx.unavailableNativeTransportCause());
		}
		// Without the setting, an offer that asks for no context takeover is declined.
		HttpServerOptions options = new HttpServerOptions().setPort(Integer.parseInt(args[0]))
			.setWebSocketAllowServerNoContext(true);
		vertx.createHttpServer(options).webSocketHandler(VertxServer::serve).listen().await();
	}

	private static void serve(ServerWebSocket socket) {
		switch (socket.path()) {
			case "/echo" -> socket.textMessageHandler(socket::writeTextMessage);
			case "/upload" -> swallow(socket);
			case "/fanout" -> subscribe(socket);
			default -> socket.close();
		}
	}

	private static void swallow(ServerWebSocket socket) {
		socket.binaryMessageHandler((payload) -> {
			// Swallowed.
		});
		socket.textMessageHandler(socket::writeTextMessage);
	}

	private static void subscribe(ServerWebSocket socket) {
		subscribers.add(socket);
		socket.closeHandler((closed) -> subscribers.remove(socket));
		socket.textMessageHandler((text) -> subscribers.forEach((subscriber) -> subscriber.writeTextMessage(text)));
	}

}
