package io.github.websocketcontroller.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where there is a server whose connections can be upgraded, which a mock web
 * environment has not.
 */
final class OnServletWebServerCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Servlet web server");
		if (context.getResourceLoader() instanceof WebServerApplicationContext) {
			return ConditionOutcome.match(message.foundExactly("an application context with a web server"));
		}
		return ConditionOutcome.noMatch(message.because("the application context has no web server"));
	}

}
