package io.github.websocketcontroller.autoconfigure;

import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/**
 * Matches where there is a server whose connections can be upgraded: one that the
 * application starts, or one that has started the application, which a mock does not.
 */
final class OnServletWebServerCondition extends SpringBootCondition {

	/** A war comes without what starts servers. */
	private static final boolean MAY_START_SERVERS = ClassUtils.isPresent(
			"org.springframework.boot.web.server.context.WebServerApplicationContext",
			OnServletWebServerCondition.class.getClassLoader());

	private static final String MOCKS = "org.springframework.mock.web.";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Servlet web server");
		ResourceLoader application = context.getResourceLoader();
		if (MAY_START_SERVERS && application instanceof WebServerApplicationContext) {
			return ConditionOutcome.match(message.foundExactly("an application context with a web server"));
		}
		if (application instanceof WebApplicationContext deployed && isServer(deployed.getServletContext())) {
			return ConditionOutcome.match(message.foundExactly("a server that the application is deployed to"));
		}
		return ConditionOutcome.noMatch(message.because("the application context has no web server"));
	}

	private static boolean isServer(@Nullable ServletContext context) {
		return context != null && !isMock(context.getClass());
	}

	private static boolean isMock(@Nullable Class<?> type) {
		return type != null && (type.getName().startsWith(MOCKS) || isMock(type.getSuperclass()));
	}

}
