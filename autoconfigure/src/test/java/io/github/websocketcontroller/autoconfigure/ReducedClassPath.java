package io.github.websocketcontroller.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

/**
 * Runs an application with less on its class path, where classes that are not there can't
 * be loaded by anybody.
 */
final class ReducedClassPath {

	private ReducedClassPath() {
	}

	/**
	 * Starts an application, and has it send a message back.
	 * @param excluded which archives are not there, by the names of their files
	 * @param absent a class of those archives
	 * @return the class of the server and the message, or what has failed with its causes
	 */
	static String echo(Predicate<String> excluded, String absent) throws Exception {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = without(excluded)) {
			thread.setContextClassLoader(loader);
			@SuppressWarnings("unchecked")
			Function<String, String> application = (Function<String, String>) loader
				.loadClass(Application.class.getName())
				.getDeclaredConstructor()
				.newInstance();
			return application.apply(absent);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URLClassLoader without(Predicate<String> excluded) throws IOException {
		URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
			.filter((entry) -> !excluded.test(Path.of(entry).getFileName().toString()))
			.map(ReducedClassPath::url)
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
	 * The application, which is given the name of a class that must not be there.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Application implements Function<String, String> {

		private static final String[] ARGUMENTS = { "--server.port=0", "--spring.main.banner-mode=off",
				"--spring.autoconfigure.exclude="
						+ "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
						+ "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration" };

		@Override
		public String apply(String absent) {
			try {
				Class.forName(absent);
				return absent + " is there";
			}
			catch (ClassNotFoundException ex) {
				return run();
			}
		}

		private static String run() {
			if (ClassUtils.isPresent("org.apache.catalina.webresources.TomcatURLStreamHandlerFactory", null)) {
				leaveTheJvmAlone();
			}
			try (ServletWebServerApplicationContext context = (ServletWebServerApplicationContext) SpringApplication
				.run(Application.class, ARGUMENTS)) {
				WebServer server = Objects.requireNonNull(context.getWebServer());
				return server.getClass().getSimpleName() + " " + echo(server.getPort());
			}
			catch (Exception | Error ex) {
				StringBuilder failure = new StringBuilder();
				for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
					failure.append(cause).append('\n');
				}
				return failure.toString();
			}
		}

		// The JVM takes one factory, which the other Tomcat has set or will set.
		private static void leaveTheJvmAlone() {
			TomcatURLStreamHandlerFactory.disable();
		}

		private static String echo(int port) throws Exception {
			CompletableFuture<String> received = new CompletableFuture<>();
			WebSocket client = HttpClient.newHttpClient()
				.newWebSocketBuilder()
				.header("Origin", "http://localhost:" + port)
				.buildAsync(URI.create("ws://localhost:" + port + "/echo"), new WebSocket.Listener() {

					@Override
					public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
						received.complete(data.toString());
						return CompletableFuture.completedStage(null);
					}

				})
				.get(20, TimeUnit.SECONDS);
			try {
				client.sendText("hello", true).get(20, TimeUnit.SECONDS);
				return received.get(20, TimeUnit.SECONDS);
			}
			finally {
				client.abort();
			}
		}

		@Bean
		EchoController echoController() {
			return new EchoController();
		}

	}

	/**
	 * Sends back what comes.
	 */
	@WebsocketController("/echo")
	static class EchoController {

		void serve(WebsocketConnection connection) {
			connection.messages().forEach(connection::send);
		}

	}

}
