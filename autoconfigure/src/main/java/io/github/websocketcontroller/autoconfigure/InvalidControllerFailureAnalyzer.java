package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.mvc.InvalidControllerException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says in two paragraphs what is wrong with a controller and how to action it.
 */
class InvalidControllerFailureAnalyzer extends AbstractFailureAnalyzer<InvalidControllerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidControllerException cause) {
		StringBuilder description = new StringBuilder("The websocket controller ");
		description.append(cause.getController().getName());
		if (cause.getMethod() != null) {
			description.append('.').append(cause.getMethod());
		}
		description.append(" can't be served. ").append(cause.getProblem());
		return new FailureAnalysis(description.toString(), cause.getAction(), cause);
	}

}
