package io.github.websocketcontroller.mvc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.serve.ServeCall;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@code serve} once. All that outlives the request: the controller, the method and
 * its arguments.
 */
final class ServeInvocation implements ServeCall.Method {

	private final Object controller;

	/** Made accessible by Spring, whatever its visibility. */
	private final Method method;

	private final @Nullable Object[] arguments;

	private final int connectionIndex;

	ServeInvocation(Object controller, Method method, int connectionIndex, @Nullable Object[] arguments) {
		this.controller = controller;
		this.method = method;
		this.connectionIndex = connectionIndex;
		this.arguments = arguments;
	}

	@Override
	public void serve(WebsocketConnection connection) throws Throwable {
		this.arguments[this.connectionIndex] = connection;
		try {
			this.method.invoke(this.controller, this.arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
