package io.github.websocketcontroller.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README tells the truth: its Java compiles, its properties exist and are all there
 * are, its links lead somewhere.
 */
class ReadmeTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final String IMPORTS = Stream
		.of("java.io.*", "java.nio.charset.StandardCharsets", "java.nio.file.*", "java.security.Principal",
				"java.time.*", "java.util.*", "java.util.concurrent.*", "io.github.websocketcontroller.*",
				"jakarta.validation.Valid", "jakarta.validation.constraints.*", "org.junit.jupiter.api.Test",
				"org.springframework.boot.test.context.SpringBootTest",
				"org.springframework.boot.test.context.SpringBootTest.WebEnvironment",
				"org.springframework.boot.test.web.server.LocalServerPort", "org.springframework.http.*",
				"org.springframework.util.unit.DataSize", "org.springframework.web.bind.annotation.*",
				"org.springframework.web.socket.*",
				"org.springframework.web.socket.client.standard.StandardWebSocketClient",
				"org.springframework.web.socket.handler.TextWebSocketHandler",
				"static org.assertj.core.api.Assertions.assertThat")
		.map((name) -> "import " + name + "; ")
		.reduce("", String::concat);

	@TempDir
	Path classes;

	@ParameterizedTest
	@MethodSource("javaSnippets")
	void javaCompiles(String snippet) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter problems = new StringWriter();
		boolean compiled = compiler
			.getTask(problems, null, null,
					List.of("-d", this.classes.toString(), "-parameters", "-proc:none", "-classpath",
							System.getProperty("java.class.path")),
					null, List.of(new Source(IMPORTS + snippet)))
			.call();
		assertThat(compiled).as(problems.toString()).isTrue();
	}

	static List<String> javaSnippets() throws IOException {
		List<String> snippets = blocks("java");
		assertThat(snippets).hasSizeGreaterThan(4);
		return snippets;
	}

	@Test
	void propertiesAreThoseThatExistWithTheirDefaults() throws IOException {
		EnumerablePropertySource<?> documented = properties(blocks("yaml").get(0));
		JsonNode metadata = new JsonMapper()
			.readTree(getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json"));
		TreeSet<String> names = new TreeSet<>();
		for (JsonNode property : metadata.get("properties")) {
			String name = property.get("name").asString();
			names.add(name);
			Object value = documented.getProperty(name);
			if (property.has("defaultValue") && !property.get("defaultValue").isArray()) {
				assertThat(value).as(name).hasToString(property.get("defaultValue").asString());
			}
		}
		assertThat(List.of(documented.getPropertyNames())).containsExactlyInAnyOrderElementsOf(names);
	}

	@ParameterizedTest
	@MethodSource("yamlSnippets")
	void propertiesCanBeCopied(String snippet) throws Exception {
		Class<?> type = Class.forName("io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties");
		Iterable<ConfigurationPropertySource> sources = ConfigurationPropertySources.from(properties(snippet));
		assertThat(new Binder(sources)
			.bind("websocket-controller", Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
			.isBound()).isTrue();
	}

	static List<String> yamlSnippets() throws IOException {
		List<String> snippets = blocks("yaml");
		assertThat(snippets).hasSizeGreaterThan(1);
		return snippets;
	}

	private static EnumerablePropertySource<?> properties(String yaml) throws IOException {
		return (EnumerablePropertySource<?>) new YamlPropertySourceLoader()
			.load("readme", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
			.get(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "docs/benchmarks.md", "docs/servers.md", "docs/proxies.md",
			"docs/coming-from-go.md" })
	void linksLeadSomewhere(String page) throws IOException {
		Path file = ROOT.resolve(page);
		Matcher links = Pattern.compile("]\\(([^)]+)\\)").matcher(Files.readString(file));
		while (links.find()) {
			if (!links.group(1).contains("://")) {
				String[] target = links.group(1).split("#", 2);
				Path other = target[0].isEmpty() ? file : file.resolveSibling(target[0]);
				assertThat(other).exists();
				if (target.length > 1) {
					assertThat(anchors(other)).contains(target[1]);
				}
			}
		}
	}

	private static List<String> anchors(Path page) throws IOException {
		return Files.readAllLines(page)
			.stream()
			.filter((line) -> line.startsWith("#"))
			.map((line) -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
			.map((heading) -> heading.replaceAll("[^\\w -]", "").replace(' ', '-'))
			.toList();
	}

	private static List<String> blocks(String language) throws IOException {
		return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
			.matcher(readme())
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	private static String readme() throws IOException {
		return Files.readString(ROOT.resolve("README.md"));
	}

	/**
	 * A compilation unit that stands in the README.
	 */
	private static final class Source extends SimpleJavaFileObject {

		private final String code;

		Source(String code) {
			super(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE);
			this.code = code;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.code;
		}

	}

}
