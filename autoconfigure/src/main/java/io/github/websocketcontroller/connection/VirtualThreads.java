package io.github.websocketcontroller.connection;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import org.jspecify.annotations.Nullable;

/**
 * What can be known of virtual threads by code that runs where there are none, too.
 */
final class VirtualThreads {

	/** {@code Thread.isVirtual()}, which came with Java 21. */
	private static final @Nullable MethodHandle isVirtual = find();

	private VirtualThreads() {
	}

	/**
	 * Whether the calling thread is one.
	 * @return {@code true} if so
	 */
	static boolean isCurrent() {
		try {
			return isVirtual != null && (boolean) isVirtual.invokeExact(Thread.currentThread());
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static @Nullable MethodHandle find() {
		try {
			return MethodHandles.publicLookup()
				.findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

}
