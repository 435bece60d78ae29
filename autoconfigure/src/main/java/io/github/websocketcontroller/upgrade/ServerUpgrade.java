package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.util.function.Consumer;

import io.github.websocketcontroller.transport.PendingTransport;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.web.server.WebServer;

/**
 * How a server gives its connections away.
 */
public interface ServerUpgrade {

	/**
	 * Has the server send the response with 101 as soon as the request is done, and hand
	 * over the connection then.
	 * @param request the request; the headers of the response are complete
	 * @param receiver gets the connection, on a thread of the server, and does not block;
	 * it is not called when the server drops the connection before
	 * @throws IOException if the connection is gone
	 * @throws ServletException if the server can't upgrade
	 */
	void upgrade(HttpServletRequest request, Consumer<PendingTransport> receiver) throws IOException, ServletException;

	/**
	 * Checks that this can upgrade the connections of a server.
	 * @param server the server of the application
	 * @throws UnsupportedServerException if it can't
	 */
	void check(WebServer server);

}
