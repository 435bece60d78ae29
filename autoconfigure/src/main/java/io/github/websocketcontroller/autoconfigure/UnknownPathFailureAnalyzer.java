package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.mvc.UnknownPathException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which paths there are to somebody who has properties for another one.
 */
final class UnknownPathFailureAnalyzer extends AbstractFailureAnalyzer<UnknownPathException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownPathException cause) {
		return new FailureAnalysis("There are properties for websocket-controller.paths[" + cause.getPath()
				+ "], but no websocket controller has that path.", action(cause), cause);
	}

	private static String action(UnknownPathException cause) {
		if (cause.getPaths().isEmpty()) {
			return "Remove them: there is no websocket controller.";
		}
		return "Use one of the paths that there are, spelled as here: " + String.join(", ", cause.getPaths())
				+ ". In YAML a path is put into quotes and brackets, such as \"[" + cause.getPaths().get(0) + "]\".";
	}

}
