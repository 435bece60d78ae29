package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.upgrade.UnsupportedServerException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a server that is not supported.
 */
final class UnsupportedServerFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedServerException> {

	private static final String ACTION = "Use spring-boot-starter-tomcat or spring-boot-starter-jetty as the application's "
			+ "server, or deploy its war to Tomcat 11.";

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnsupportedServerException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", ACTION, cause);
	}

}
