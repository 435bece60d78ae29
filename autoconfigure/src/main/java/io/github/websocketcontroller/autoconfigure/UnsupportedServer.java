package io.github.websocketcontroller.autoconfigure;

import java.util.function.Consumer;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.web.server.WebServer;

/**
 * Stands in where no supported server is on the class path.
 */
final class UnsupportedServer implements ServerUpgrade {

	@Override
	public void check(WebServer server) {
		throw new UnsupportedServerException(
				"Websocket controllers can't take connections over from a " + server.getClass().getSimpleName() + ".",
				"Use spring-boot-starter-tomcat as the application's server.");
	}

	@Override
	public void upgrade(HttpServletRequest request, Consumer<PendingTransport> receiver) throws ServletException {
		throw new ServletException("The server can't be upgraded");
	}

}
