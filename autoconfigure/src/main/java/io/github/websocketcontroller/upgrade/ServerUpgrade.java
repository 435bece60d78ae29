package io.github.websocketcontroller.upgrade;

import java.io.IOException;
import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * How a server gives its connections away.
 */
public interface ServerUpgrade {

	/**
	 * Whether this is the server that an application runs in.
	 * @param context the server's view of the application
	 * @return {@code true} if its connections can be upgraded
	 */
	boolean supports(ServletContext context);

	/**
	 * Has the server send the response with 101 as soon as the request is done, and hand
	 * over the connection then.
	 * @param request the request
	 * @param response the response; its headers are complete
	 * @param receiver gets the connection, on a thread of the server, and does not block;
	 * the server closes a connection that it does not accept. It is not called when the
	 * server drops the connection before
	 * @throws IOException if the connection is gone
	 * @throws ServletException if the server can't upgrade
	 */
	void upgrade(HttpServletRequest request, HttpServletResponse response, Predicate<PendingTransport> receiver)
			throws IOException, ServletException;

}
