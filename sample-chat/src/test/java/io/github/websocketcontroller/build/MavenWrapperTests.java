package io.github.websocketcontroller.build;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code mvnw} with a home, a {@code PATH} and an archive of our own, all on this
 * machine. {@code mvnw.cmd} can't run here: of it is checked what can be read.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "mvnw is a script for sh")
class MavenWrapperTests {

	private static final String MAVEN = "apache-maven-9.8.7";

	private static final List<String> PROGRAMS = List.of("sh", "awk", "cat", "curl", "dirname", "gzip", "mkdir",
			"mktemp", "mv", "rm", "sed", "sha512sum", "shasum", "openssl", "tar", "tr", "wget");

	private final AtomicInteger downloads = new AtomicInteger();

	private final AtomicBoolean breaksOff = new AtomicBoolean();

	@TempDir
	private Path directory;

	private Path bin;

	private Path home;

	private Path project;

	private HttpServer archive;

	@BeforeEach
	void layOutMachineWithoutMaven() throws Exception {
		this.bin = Files.createDirectory(this.directory.resolve("bin"));
		this.home = Files.createDirectory(this.directory.resolve("home"));
		for (String program : PROGRAMS) {
			bring(program);
		}
		byte[] maven = fakeMaven();
		this.project = Files.createDirectories(this.directory.resolve("a project"));
		Files.createDirectory(this.project.resolve(".mvn"));
		Files.copy(root().resolve("mvnw"), this.project.resolve("mvnw"));
		pin(sha512(maven));
		startArchive(maven);
	}

	@AfterEach
	void stopArchive() {
		this.archive.stop(0);
	}

	@Test
	void whenThereIsNoMavenThenItIsFetchedOnceAndRunWithAllArguments() throws Exception {
		Result first = mvnw("-Dgreeting=hello world", "verify");
		assertThat(first.status()).isZero();
		assertThat(first.output()).contains("fetching", "fake maven 9.8.7 <-Dgreeting=hello world> <verify>");

		Result second = mvnw("verify");
		assertThat(second.status()).isZero();
		assertThat(second.output()).isEqualTo("fake maven 9.8.7 <verify>\n");
		assertThat(this.downloads).hasValue(1);
		assertThat(kept()).containsExactly(MAVEN);
	}

	@Test
	void whenSeveralRunAtOnceThenAllSucceedAndOneMavenIsKept() throws Exception {
		List<Process> runs = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			runs.add(start());
		}
		for (Process run : runs) {
			Result result = finish(run);
			assertThat(result.status()).as(result.output()).isZero();
		}
		assertThat(kept()).containsExactly(MAVEN);
		try (Stream<Path> files = Files.list(this.home.resolve(".m2/mvnw").resolve(MAVEN))) {
			assertThat(files).extracting(Path::getFileName).containsExactly(Path.of("bin"));
		}
	}

	@Test
	void whenCheckSumIsWrongThenMavenIsRefusedAndNothingIsKept() throws Exception {
		pin("0".repeat(128));
		Result result = mvnw("verify");
		assertThat(result.status()).isEqualTo(65);
		assertThat(result.output()).contains("check sum is wrong").doesNotContain("fake maven");
		assertThat(kept()).isEmpty();
	}

	@Test
	void whenDownloadBreaksOffThenNothingIsKept() throws Exception {
		this.breaksOff.set(true);
		Result result = mvnw("verify");
		assertThat(result.status()).isEqualTo(69);
		assertThat(result.output()).contains("Could not fetch", "MAVEN_DIST_URL");
		assertThat(kept()).isEmpty();
	}

	@Test
	void whenArchiveHasNoSuchFileThenNothingIsKept() throws Exception {
		Files.writeString(this.project.resolve(".mvn/wrapper.properties"),
				"version=9.9.9\nsha512=" + "0".repeat(128) + "\nminimum=3.6.3\n");
		Result result = mvnw("verify");
		assertThat(result.status()).isEqualTo(69);
		assertThat(kept()).isEmpty();
	}

	@Test
	void whenMavenOnPathIsTooOldThenItIsPassedOver() throws Exception {
		putOnPath("3.6.2");
		assertThat(mvnw("verify").output()).endsWith("fake maven 9.8.7 <verify>\n");
	}

	@Test
	void whenMavenOnPathIsRecentThenItIsUsed() throws Exception {
		putOnPath("3.10.0");
		assertThat(mvnw("verify").output()).isEqualTo("maven on the path 3.10.0 <verify>\n");
		assertThat(this.downloads).hasValue(0);
	}

	@Test
	void whenThereIsNothingToFetchWithThenMessageNamesIt() throws Exception {
		Files.deleteIfExists(this.bin.resolve("curl"));
		Files.deleteIfExists(this.bin.resolve("wget"));
		Result result = mvnw("verify");
		assertThat(result.status()).isEqualTo(127);
		assertThat(result.output()).contains("curl", "wget");
		assertThat(kept()).isEmpty();
	}

	@Test
	void whenThereIsNoJavaThenMessageSaysSo() throws Exception {
		ProcessBuilder command = command("verify");
		command.environment().remove("JAVA_HOME");
		Result result = finish(command.start());
		assertThat(result.status()).isEqualTo(127);
		assertThat(result.output()).contains("No Java found");
	}

	@Test
	void pinnedMavenIsOfTheFormThatBothScriptsRead() throws IOException {
		Properties pinned = new Properties();
		try (InputStream properties = Files.newInputStream(root().resolve(".mvn/wrapper.properties"))) {
			pinned.load(properties);
		}
		assertThat(pinned.getProperty("version")).matches("3\\.9\\.\\d+");
		assertThat(pinned.getProperty("minimum")).matches("3\\.\\d+\\.\\d+");
		assertThat(pinned.getProperty("sha512")).matches("[0-9a-f]{128}");
	}

	@Test
	void scriptsForWindowsReadTheSamePropertiesAndVariables() throws IOException {
		String sh = Files.readString(root().resolve("mvnw"));
		String windows = Files.readString(root().resolve("mvnw.cmd"))
				+ Files.readString(root().resolve(".mvn/mvnw.ps1"));
		assertThat(List.of(sh, windows))
			.allSatisfy((script) -> assertThat(script).contains("wrapper.properties", "MAVEN_DIST_URL",
					"MAVEN_USER_HOME", "JAVA_HOME", "https://archive.apache.org/dist/maven", "sha512", "minimum"));
		assertThat(windows).doesNotContainPattern("(?<!\r)\n").isASCII();
	}

	private Result mvnw(String... arguments) throws Exception {
		return finish(start(arguments));
	}

	private Process start(String... arguments) throws IOException {
		return command(arguments).start();
	}

	private ProcessBuilder command(String... arguments) {
		List<String> line = new ArrayList<>(List.of("sh", this.project.resolve("mvnw").toString()));
		line.addAll(List.of(arguments));
		ProcessBuilder command = new ProcessBuilder(line).redirectErrorStream(true);
		command.environment().clear();
		command.environment()
			.putAll(Map.of("PATH", this.bin.toString(), "HOME", this.home.toString(), "JAVA_HOME",
					System.getProperty("java.home"), "MAVEN_DIST_URL",
					"http://127.0.0.1:" + this.archive.getAddress().getPort()));
		return command;
	}

	private Result finish(Process process) throws Exception {
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		return new Result(process.exitValue(), output);
	}

	private List<String> kept() throws IOException {
		Path keep = this.home.resolve(".m2/mvnw");
		if (!Files.exists(keep)) {
			return List.of();
		}
		try (Stream<Path> files = Files.list(keep)) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	private void startArchive(byte[] maven) throws IOException {
		this.archive = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.archive.createContext("/maven-3/9.8.7/binaries/" + MAVEN + "-bin.tar.gz", (exchange) -> {
			this.downloads.incrementAndGet();
			exchange.sendResponseHeaders(200, maven.length);
			try (OutputStream body = exchange.getResponseBody()) {
				body.write(maven, 0, this.breaksOff.get() ? maven.length / 2 : maven.length);
			}
		});
		this.archive.start();
	}

	private void pin(String sum) throws IOException {
		Files.writeString(this.project.resolve(".mvn/wrapper.properties"),
				"version=9.8.7\nsha512=" + sum + "\nminimum=3.6.3\n");
	}

	private void putOnPath(String version) throws IOException {
		writeScript(this.bin.resolve("mvn"), version, "maven on the path");
	}

	private byte[] fakeMaven() throws Exception {
		Path mavenBin = Files.createDirectories(this.directory.resolve(MAVEN).resolve("bin"));
		writeScript(mavenBin.resolve("mvn"), "9.8.7", "fake maven");
		Process tar = new ProcessBuilder("tar", "-czf", "-", MAVEN).directory(this.directory.toFile()).start();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		tar.getInputStream().transferTo(bytes);
		assertThat(tar.waitFor()).isZero();
		return bytes.toByteArray();
	}

	private void writeScript(Path file, String version, String name) throws IOException {
		writeExecutable(file, """
				#!/bin/sh
				if [ "$1" = --version ]; then
					echo "Apache Maven %1$s (of a test)"
					exit
				fi
				printf '%2$s %1$s'
				printf ' <%%s>' "$@"
				echo
				""".formatted(version, name));
	}

	private void bring(String name) throws IOException {
		for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
			Path program = Path.of(directory, name);
			if (Files.isExecutable(program)) {
				writeExecutable(this.bin.resolve(name), "#!/bin/sh\nexec '" + program + "' \"$@\"\n");
				return;
			}
		}
	}

	private void writeExecutable(Path file, String content) throws IOException {
		Files.writeString(file, content);
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
	}

	private static String sha512(byte[] bytes) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes));
	}

	private static Path root() {
		Path directory = Path.of("").toAbsolutePath();
		while (!Files.exists(directory.resolve("mvnw"))) {
			directory = directory.getParent();
		}
		return directory;
	}

	private record Result(int status, String output) {
	}

}
