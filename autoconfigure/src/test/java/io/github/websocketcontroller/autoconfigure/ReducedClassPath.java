package io.github.websocketcontroller.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * Runs an application with less on its class path, where classes that are not there can't
 * be loaded by anybody.
 */
final class WithoutTomcat {

	private WithoutTomcat() {
	}

	/**
	 * Starts an application on Jetty.
	 * @return what has failed the start, with its causes
	 */
	static String start() throws Exception {
		Predicate<String> tomcat = (jar) -> jar.contains("tomcat");
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = without(tomcat)) {
			thread.setContextClassLoader(loader);
			Callable<?> application = (Callable<?>) loader.loadClass(Application.class.getName())
				.getDeclaredConstructor()
				.newInstance();
			return String.valueOf(application.call());
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URLClassLoader without(Predicate<String> excluded) throws IOException {
		URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
			.filter((entry) -> !excluded.test(Path.of(entry).getFileName().toString()))
			.map(WithoutTomcat::url)
			.toArray(URL[]::new);
		return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
	}

	private static URL url(String entry) {
		try {
			return Path.of(entry).toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Application implements Callable<String> {

		@Override
		public String call() {
			try {
				Class.forName("org.apache.catalina.startup.Tomcat");
				return "Tomcat is there";
			}
			catch (ClassNotFoundException ex) {
				return run();
			}
		}

		private static String run() {
			try {
				SpringApplication.run(Application.class, "--server.port=0", "--spring.main.banner-mode=off").close();
				return "started";
			}
			catch (RuntimeException | Error ex) {
				StringBuilder failure = new StringBuilder();
				for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
					failure.append(cause).append('\n');
				}
				return failure.toString();
			}
		}

	}

}
