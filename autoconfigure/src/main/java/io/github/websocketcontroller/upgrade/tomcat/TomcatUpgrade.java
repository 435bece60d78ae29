package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.util.function.Predicate;

import io.github.websocketcontroller.transport.PendingTransport;
import io.github.websocketcontroller.upgrade.ServerUpgrade;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Upgrades connections of Tomcat: takes the socket over where that is possible and
 * wanted, and uses it through Tomcat otherwise. The door of this package.
 */
public final class TomcatUpgrade implements ServerUpgrade {

	private static final String TOMCAT = "org.apache.catalina.";

	private final TakeOver takeOver;

	/**
	 * Creates an upgrade.
	 * @param takeOver whether to take sockets over
	 */
	public TomcatUpgrade(boolean takeOver) {
		this.takeOver = new TakeOver(takeOver);
	}

	@Override
	public boolean supports(ServletContext context) {
		return context.getClass().getName().startsWith(TOMCAT);
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response, Predicate<PendingTransport> receiver)
			throws IOException, ServletException {
		TomcatUpgradeHandler handler = request.upgrade(TomcatUpgradeHandler.class);
		handler.prepare(receiver, this.takeOver);
	}

	/**
	 * How many sockets were taken over since the start.
	 * @return their number
	 */
	public long getTakenOver() {
		return this.takeOver.count();
	}

}
