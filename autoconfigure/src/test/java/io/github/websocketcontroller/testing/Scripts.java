package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;

import org.springframework.web.bind.annotation.RequestParam;

/**
 * A controller that does for each connection what its test wants.
 */
@WebsocketController("/script")
public class Scripts {

	private final Map<Integer, Script> scripts = new ConcurrentHashMap<>();

	private final AtomicInteger lastNumber = new AtomicInteger();

	/**
	 * Keeps a script.
	 * @return the path of the one connection that gets it
	 */
	public String path(Script script) {
		int number = this.lastNumber.incrementAndGet();
		this.scripts.put(number, script);
		return "/script?script=" + number;
	}

	/**
	 * Opens a connection that gets a script.
	 */
	public RawClient open(TestServer server, Script script, String... headers) throws IOException {
		return server.open(path(script), headers);
	}

	void serve(WebsocketConnection connection, @RequestParam int script) throws Exception {
		Script found = this.scripts.remove(script);
		if (found == null) {
			throw new IllegalStateException("No script " + script);
		}
		found.run(connection);
	}

	/**
	 * What to do with a connection.
	 */
	@FunctionalInterface
	public interface Script {

		/**
		 * Does it.
		 */
		void run(WebsocketConnection connection) throws Exception;

	}

}
