package io.github.websocketcontroller.mvc;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.websocketcontroller.WebsocketConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.validation.annotation.Validated;

/**
 * Finds the {@code serve} method of a controller and refuses what could not work.
 */
final class ServeMethodCheck {

	private static final String EXAMPLE = "void serve(WebsocketConnection connection)";

	private ServeMethodCheck() {
	}

	/**
	 * Finds and checks the method.
	 * @param controller the user's class, not a proxy's
	 * @return the method
	 * @throws InvalidControllerException if it can't be served
	 */
	static Method check(Class<?> controller) {
		checkClass(controller);
		Method serve = find(controller);
		checkModifiers(controller, serve);
		checkConnection(controller, serve);
		checkParameters(controller, serve);
		return serve;
	}

	private static void checkClass(Class<?> controller) {
		if (AnnotatedElementUtils.hasAnnotation(controller, Validated.class)) {
			throw new InvalidControllerException(controller, null,
					"@Validated on the class moves the validation of serve's arguments into a proxy, where it happens after the upgrade.",
					"Remove @Validated from the class: constraints on the parameters of serve are checked without it.");
		}
	}

	private static Method find(Class<?> controller) {
		Set<Method> methods = MethodIntrospector.selectMethods(controller,
				(Method method) -> method.getName().equals("serve"));
		if (methods.isEmpty()) {
			throw new InvalidControllerException(controller, null, "It has no method named serve.",
					"Add one: " + EXAMPLE + ".");
		}
		if (methods.size() > 1) {
			throw new InvalidControllerException(controller, null,
					"It has more than one method named serve: " + describe(methods) + ".",
					"Rename all but one of them.");
		}
		return methods.iterator().next();
	}

	private static void checkModifiers(Class<?> controller, Method serve) {
		if (Modifier.isPrivate(serve.getModifiers())) {
			throw invalid(controller, serve, "The method is private, so that a proxy could not call it.",
					"Declare it without private.");
		}
		if (Modifier.isStatic(serve.getModifiers())) {
			throw invalid(controller, serve, "The method is static.", "Declare it without static.");
		}
		if (isAsync(serve) || isAsync(controller)) {
			throw invalid(controller, serve, "@Async makes the method return, and the connection close, at once.",
					"Remove @Async: serve has a thread of its own.");
		}
		if (serve.getReturnType() != void.class) {
			throw invalid(controller, serve, "The method returns a value, which nobody would look at.",
					"Declare it void and send results through the connection.");
		}
	}

	private static boolean isAsync(AnnotatedElement element) {
		return AnnotatedElementUtils.hasAnnotation(element, Async.class);
	}

	private static void checkConnection(Class<?> controller, Method serve) {
		long connections = parameters(controller, serve)
			.filter((parameter) -> parameter.getParameterType() == WebsocketConnection.class)
			.count();
		if (connections != 1) {
			throw invalid(controller, serve,
					"The method has " + ((connections == 0) ? "no parameter" : "more than one parameter")
							+ " of the type WebsocketConnection.",
					"Give it exactly one, as in " + EXAMPLE + ".");
		}
	}

	private static void checkParameters(Class<?> controller, Method serve) {
		parameters(controller, serve).forEach((parameter) -> {
			String action = DeadParameter.action(parameter);
			if (action != null) {
				throw invalid(controller, serve,
						"Parameter " + (parameter.getParameterIndex() + 1) + " of the type "
								+ parameter.getParameterType().getSimpleName() + " means nothing after the upgrade.",
						action);
			}
		});
	}

	private static Stream<MethodParameter> parameters(Class<?> controller, Method serve) {
		return IntStream.range(0, serve.getParameterCount())
			.mapToObj((index) -> new MethodParameter(serve, index).withContainingClass(controller));
	}

	private static String describe(Set<Method> methods) {
		return methods.stream().map(InvalidControllerException::describe).sorted().collect(Collectors.joining(" and "));
	}

	private static InvalidControllerException invalid(Class<?> controller, @Nullable Method serve, String problem,
			String action) {
		return new InvalidControllerException(controller, serve, problem, action);
	}

}
