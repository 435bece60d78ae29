package io.github.websocketcontroller.benchmarks.javalin;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.javalin.Javalin;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;

/**
 * Answers on Jetty's thread that has read the message.
 */
public final class JavalinServer {

	private static final Set<WsContext> subscribers = ConcurrentHashMap.newKeySet();

	private JavalinServer() {
	}

	public static void main(String[] args) {
		Javalin.create((config) -> {
			config.startup.showJavalinBanner = false;
			config.routes.ws("/echo", JavalinServer::echo);
			config.routes.ws("/upload", JavalinServer::upload);
			config.routes.ws("/fanout", JavalinServer::fanOut);
		}).start(Integer.parseInt(args[0]));
	}

	private static void echo(WsConfig socket) {
		socket.onMessage((context) -> context.send(context.message()));
	}

	private static void upload(WsConfig socket) {
		socket.onBinaryMessage((context) -> {
			// Swallowed.
		});
		echo(socket);
	}

	private static void fanOut(WsConfig socket) {
		socket.onConnect(subscribers::add);
		socket.onClose(subscribers::remove);
		socket.onMessage((context) -> subscribers.forEach((subscriber) -> send(subscriber, context.message())));
	}

	/**
	 * A subscriber that has gone is not the publisher's failure.
	 */
	private static void send(WsContext subscriber, String text) {
		try {
			subscriber.send(text);
		}
		catch (RuntimeException gone) {
			subscribers.remove(subscriber);
		}
	}

}
