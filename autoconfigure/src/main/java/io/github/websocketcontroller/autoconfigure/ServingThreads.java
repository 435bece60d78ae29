package io.github.websocketcontroller.autoconfigure;

import java.util.concurrent.Executor;

import io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties.Threads;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.system.JavaVersion;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Makes the executor that gives each connection a thread of its own. The threads have the
 * context class loader of the application, as those of its requests do: left alone they
 * would inherit the server's.
 */
final class ServingThreads {

	private static final Log logger = LogFactory.getLog(ServingThreads.class);

	private static final JavaVersion VIRTUAL_THREADS = JavaVersion.TWENTY_ONE;

	private ServingThreads() {
	}

	static Executor create(Threads threads, ClassLoader classLoader) {
		boolean virtual = isVirtual(threads);
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("websocket-");
		if (virtual) {
			executor.setVirtualThreads(true);
		}
		else {
			executor.setDaemon(true);
		}
		executor.setTaskDecorator((task) -> () -> {
			Thread.currentThread().setContextClassLoader(classLoader);
			task.run();
		});
		return executor;
	}

	private static boolean isVirtual(Threads threads) {
		boolean available = JavaVersion.getJavaVersion().isEqualOrNewerThan(VIRTUAL_THREADS);
		if (threads == Threads.VIRTUAL && !available) {
			throw SettingsFactory.invalid("threads", threads, "Java " + Runtime.version().feature()
					+ " has no virtual threads. Run on Java 21 or later, or use auto or platform.");
		}
		if (threads == Threads.AUTO && !available) {
			logger.info("Each websocket connection is served by a platform thread, since Java "
					+ Runtime.version().feature() + " has no virtual threads: expect about 100 KB of memory for each, "
					+ "and run on Java 21 or later for many connections");
		}
		return available && threads != Threads.PLATFORM;
	}

}
