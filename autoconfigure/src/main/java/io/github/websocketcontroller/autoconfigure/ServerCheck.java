package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.upgrade.ServerUpgrade;
import io.github.websocketcontroller.upgrade.UnsupportedServerException;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Fails the start on a server that is not supported, as soon as all its connectors are
 * known.
 */
final class ServerCheck implements SmartInitializingSingleton, ApplicationListener<ServletWebServerInitializedEvent> {

	private final ApplicationContext context;

	private final ServerUpgrade upgrade;

	ServerCheck(ApplicationContext context, ServerUpgrade upgrade) {
		this.context = context;
		this.upgrade = upgrade;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.context instanceof WebServerApplicationContext servers && servers.getWebServer() == null) {
			throw new UnsupportedServerException(
					"Websocket controllers can't take connections over from a server that the application is deployed to.",
					"Run the application as an executable jar or war, with spring-boot-starter-tomcat.");
		}
	}

	@Override
	public void onApplicationEvent(ServletWebServerInitializedEvent event) {
		// The actuator's own server, if it has one, serves no controllers.
		if (event.getApplicationContext() == this.context) {
			this.upgrade.check(event.getWebServer());
		}
	}

}
