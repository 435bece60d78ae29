package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

/**
 * A server as a process of its own, which sends each message back while it arrives. It
 * takes the class of a {@link TestTransport}, says its port and runs until its input
 * ends.
 */
public final class CopyServer {

	/**
	 * What the line begins with that ends with the port.
	 */
	public static final String STARTED = "Listening on ";

	private CopyServer() {
	}

	/**
	 * Runs the server.
	 */
	public static void main(String[] arguments) throws Exception {
		TestTransport transport = Class.forName(arguments[0])
			.asSubclass(TestTransport.class)
			.getConstructor()
			.newInstance();
		TestServer server = TestServer.on(transport, CopyController.class).properties("server.port=0").start();
		System.out.println(STARTED + server.port());
		System.in.readAllBytes();
		server.stop();
	}

	@WebsocketController("/copy")
	static class CopyController {

		void serve(WebsocketConnection connection) throws IOException {
			while (true) {
				try (InputStream input = connection.receiveStream(); OutputStream output = connection.sendStream()) {
					input.transferTo(output);
				}
			}
		}

	}

}
