package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.WebsocketConnection;
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
		return new AsUser(method, holder, authentication);
	}

	/**
	 * A method, and what it forks, as a user.
	 */
	private record AsUser(ServeCall.Method method, SecurityContextHolderStrategy holder,
			Authentication user) implements ServeCall.Method {

		@Override
		public void serve(WebsocketConnection connection) throws Throwable {
			enter();
			try {
				this.method.serve(connection);
			}
			finally {
				this.holder.clearContext();
			}
		}

		@Override
		public void run(Runnable task) {
			enter();
			try {
				this.method.run(task);
			}
			finally {
				this.holder.clearContext();
			}
		}

		// One of its own for each thread, which may change it.
		private void enter() {
			SecurityContext context = this.holder.createEmptyContext();
			context.setAuthentication(this.user);
			this.holder.setContext(context);
		}

	}

}
