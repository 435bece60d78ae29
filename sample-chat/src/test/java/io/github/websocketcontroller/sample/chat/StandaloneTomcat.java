package io.github.websocketcontroller.sample.chat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.springframework.util.FileSystemUtils;

/**
 * Tomcat as one downloads it, as a process of its own, with the application in it. It
 * listens on ports of its own choice, on one of them with TLS.
 */
final class StandaloneTomcat implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Path HOME = Path.of(System.getProperty("standalone.tomcat"));

	private static final Path APPLICATION = Path.of(System.getProperty("deployable.application"));

	private static final Path JDK = Path.of(System.getProperty("java.home"));

	private static final Pattern PORT = Pattern.compile("Starting ProtocolHandler \\[\"http-.*-(\\d+)\"]");

	private static final Pattern SECURE_PORT = Pattern.compile("Starting ProtocolHandler \\[\"https-.*-(\\d+)\"]");

	private static final Pattern CLASS_LOADERS = Pattern
		.compile("\\d+:\\s+(\\d+)\\s+\\d+\\s+org\\.apache\\.catalina\\.loader\\.\\w*WebappClassLoader\\b");

	private static final String PASSWORD = "changeit";

	private static final String SERVER = """
			<Server port="-1">
			  <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener"/>
			  <Listener className="org.apache.catalina.core.ThreadLocalLeakPreventionListener"/>
			  <Service name="Catalina">
			    <Connector port="0" address="127.0.0.1"/>
			    <Connector port="0" address="127.0.0.1" SSLEnabled="true" scheme="https" secure="true">
			      <SSLHostConfig>
			        <Certificate certificateKeystoreFile="conf/keystore.p12" certificateKeystorePassword="%s"/>
			      </SSLHostConfig>
			    </Connector>
			    <Engine name="Catalina" defaultHost="localhost" backgroundProcessorDelay="1">
			      <Host name="localhost" appBase="webapps"/>
			    </Engine>
			  </Service>
			</Server>
			""".formatted(PASSWORD);

	private final Path base;

	private final Process process;

	/**
	 * Starts it.
	 * @param base a directory for it, of which nothing is kept
	 */
	StandaloneTomcat(Path base) throws Exception {
		this.base = base;
		configure();
		deploy();
		this.process = start();
		try {
			await("Tomcat has started", () -> count("Server startup in") == 1);
		}
		catch (Throwable ex) {
			close();
			throw ex;
		}
	}

	private void configure() throws Exception {
		FileSystemUtils.deleteRecursively(this.base);
		for (String directory : List.of("conf", "temp", "webapps")) {
			Files.createDirectories(this.base.resolve(directory));
		}
		Files.copy(HOME.resolve("conf/web.xml"), this.base.resolve("conf/web.xml"));
		Files.writeString(this.base.resolve("conf/server.xml"), SERVER);
		jdk("keytool", "-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "SAN=ip:127.0.0.1",
				"-keystore", keyStore().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD);
	}

	private Process start() throws IOException {
		ProcessBuilder builder = new ProcessBuilder("sh", HOME.resolve("bin/catalina.sh").toString(), "run")
			.redirectErrorStream(true)
			.redirectOutput(logFile().toFile());
		builder.environment().put("JRE_HOME", JDK.toString());
		builder.environment().put("CATALINA_HOME", HOME.toString());
		builder.environment().put("CATALINA_BASE", this.base.toString());
		builder.environment()
			.put("CATALINA_OPTS", "-Dlogging.level.io.github.websocketcontroller=debug "
					+ "-Dspring.lifecycle.timeout-per-shutdown-phase=20s");
		return builder.start();
	}

	/**
	 * Deploys the application. A Tomcat that runs takes a moment to see it.
	 */
	void deploy() throws IOException {
		Path copy = Files.copy(APPLICATION, this.base.resolve("temp/sample.war"), StandardCopyOption.REPLACE_EXISTING);
		Files.move(copy, war(), StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Undeploys the application and waits until Tomcat has done so.
	 */
	void undeploy() throws Exception {
		Files.delete(war());
		await("the application is undeployed", () -> !Files.exists(this.base.resolve("webapps/sample")));
	}

	void awaitDeployments(int deployments) throws Exception {
		await(deployments + " deployments", () -> count("Deployment of web application archive") == deployments);
	}

	/**
	 * Stops it as an operator does, and waits until its process has ended.
	 */
	void stop() throws Exception {
		this.process.toHandle().destroy();
		await("Tomcat has stopped", () -> !this.process.isAlive());
	}

	/**
	 * Ends the process, whatever it is doing.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly().onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	/**
	 * The address of a path of the application.
	 * @param scheme ws or wss, http or https
	 */
	URI uri(String scheme, String path) {
		return URI.create(origin(scheme) + "/sample" + path);
	}

	/**
	 * The origin of the application's pages.
	 */
	String origin(String scheme) {
		boolean secure = scheme.equals("https") || scheme.equals("wss");
		Matcher port = (secure ? SECURE_PORT : PORT).matcher(log());
		if (!port.find()) {
			throw new IllegalStateException("No port of " + scheme + ":\n" + log());
		}
		return scheme + "://127.0.0.1:" + port.group(1);
	}

	/**
	 * What a client needs to trust the certificate.
	 */
	SSLContext trust() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(keyStore())) {
			store.load(input, PASSWORD.toCharArray());
		}
		TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		factory.init(store);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, factory.getTrustManagers(), null);
		return context;
	}

	/**
	 * How many applications are in its memory, deployed or not, after a garbage
	 * collection.
	 */
	long applicationsInMemory() throws Exception {
		Matcher instances = CLASS_LOADERS
			.matcher(jdk("jcmd", String.valueOf(this.process.pid()), "GC.class_histogram"));
		return instances.find() ? Long.parseLong(instances.group(1)) : 0;
	}

	/**
	 * How many lines of the log contain a text.
	 */
	long count(String text) {
		return log().lines().filter((line) -> line.contains(text)).count();
	}

	String log() {
		try {
			return Files.readString(logFile());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path logFile() {
		return this.base.resolve("tomcat.log");
	}

	private Path keyStore() {
		return this.base.resolve("conf/keystore.p12");
	}

	private Path war() {
		return this.base.resolve("webapps/sample.war");
	}

	private void await(String what, BooleanSupplier condition) throws InterruptedException {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > PATIENCE.toNanos()) {
				throw new IllegalStateException("Not in time: " + what + "\n" + log());
			}
			Thread.sleep(50);
		}
	}

	private static String jdk(String tool, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(List.of(JDK.resolve("bin").resolve(tool).toString()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try (InputStream output = process.getInputStream()) {
			String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
			if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
				throw new IllegalStateException(tool + " has failed: " + text);
			}
			return text;
		}
		finally {
			process.destroyForcibly();
		}
	}

}
