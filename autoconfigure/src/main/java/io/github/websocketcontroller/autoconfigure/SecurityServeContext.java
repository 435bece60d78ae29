package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.mvc.ServeContext;
import io.github.websocketcontroller.serve.ServeCall;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Lets {@code serve} act as the user who has opened the connection, so that methods that
 * are secured can be called from it.
 */
final class SecurityServeContext implements ServeContext {

	@Override
	public ServeCall.Method around(ServeCall.Method method) {
		SecurityContextHolderStrategy holder = SecurityContextHolder.getContextHolderStrategy();
		// Not the context itself, which the filter chain is free to change or clear.
		Authentication authentication = holder.getContext().getAuthentication();
		if (authentication == null) {
			return method;
		}
		return (connection) -> {
			SecurityContext context = holder.createEmptyContext();
			context.setAuthentication(authentication);
			holder.setContext(context);
			try {
				method.serve(connection);
			}
			finally {
				holder.clearContext();
			}
		};
	}

}
