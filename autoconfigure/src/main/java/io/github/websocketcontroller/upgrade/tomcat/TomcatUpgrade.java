package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;

/**
 * Upgrades connections of Tomcat's NIO connector. The door of this package.
 */
public final class TomcatUpgrade implements ServerUpgrade {

	/** Connections that were taken over. Written by their serving threads. */
	private final LongAdder takenOver = new LongAdder();

	@Override
	public void upgrade(HttpServletRequest request, Consumer<PendingTransport> receiver)
			throws IOException, ServletException {
		TakeOverHandler handler = request.upgrade(TakeOverHandler.class);
		handler.prepare(receiver, this.takenOver);
	}

	@Override
	public void check(WebServer server) {
		if (!(server instanceof TomcatWebServer tomcat)) {
			throw new UnsupportedServerException("Websocket controllers can't take connections over from a "
					+ server.getClass().getSimpleName() + ".",
					"Use spring-boot-starter-tomcat as the application's server.");
		}
		TomcatConnectors.check(tomcat);
	}

	/**
	 * How many connections were taken over since the start.
	 * @return their number
	 */
	public long getTakenOver() {
		return this.takenOver.sum();
	}

}
