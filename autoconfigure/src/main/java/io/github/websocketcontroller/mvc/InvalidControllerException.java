package io.github.websocketcontroller.mvc;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A controller that can't be served, found at start-up. Says what is wrong and how to
 * action it.
 */
public class InvalidControllerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Class<?> controller;

	private final @Nullable String method;

	private final String problem;

	private final String action;

	InvalidControllerException(Class<?> controller, @Nullable Method method, String problem, String action) {
		super("Invalid websocket controller " + controller.getName() + ": " + problem + " " + action);
		this.controller = controller;
		this.method = (method != null) ? describe(method) : null;
		this.problem = problem;
		this.action = action;
	}

	/**
	 * The class of the controller.
	 * @return the class
	 */
	public Class<?> getController() {
		return this.controller;
	}

	/**
	 * The signature of the method that is wrong.
	 * @return the signature or {@code null} if no single method is
	 */
	public @Nullable String getMethod() {
		return this.method;
	}

	/**
	 * What is wrong, in one sentence.
	 * @return the problem
	 */
	public String getProblem() {
		return this.problem;
	}

	/**
	 * What to do about it, in one sentence.
	 * @return the action
	 */
	public String getAction() {
		return this.action;
	}

	static String describe(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", method.getName() + "(", ")"));
	}

}
