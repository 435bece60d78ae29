package io.github.websocketcontroller.benchmarks.controller;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * What an application may add for all of its controllers.
 */
@Component
class Hooks implements OriginChecker, HeaderUpgrader, ServeErrorHandler {

	private static final Log logger = LogFactory.getLog(Hooks.class);

	@Override
	public boolean checkOrigin(UpgradeRequest request) {
		String origin = request.getHeaders().getOrigin();
		return origin != null && origin.contains("//127.0.0.1:");
	}

	@Override
	public HttpHeaders upgradeHeaders(UpgradeRequest request) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Served-By", "benchmark");
		return headers;
	}

	@Override
	public void onError(WebsocketConnection connection, Throwable error) {
		logger.error("A connection has failed", error);
	}

}
