package io.github.websocketcontroller.mvc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.upgrade.Upgrader;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * An application on a real Tomcat, spoken to in raw HTTP.
 */
final class TestServer implements AutoCloseable {

	private static final int TIMEOUT = 10_000;

	private final ServletWebServerApplicationContext context;

	private TestServer(ServletWebServerApplicationContext context) {
		this.context = context;
	}

	static TestServer start(Class<?>... sources) {
		return start(Map.of(), sources);
	}

	static TestServer start(Map<String, String> properties, Class<?>... sources) {
		SpringApplication application = new SpringApplication(sources);
		application.addPrimarySources(List.of(Wiring.class));
		application.setWebApplicationType(WebApplicationType.SERVLET);
		application.setRegisterShutdownHook(false);
		Map<String, Object> all = new HashMap<>(Map.of("server.port", "0", "spring.main.banner-mode", "off",
				"spring.main.log-startup-info", "false", "logging.level.root", "warn"));
		all.putAll(properties);
		application.setDefaultProperties(all);
		return new TestServer((ServletWebServerApplicationContext) application.run());
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	int port() {
		return Objects.requireNonNull(this.context.getWebServer()).getPort();
	}

	/** Sends a request that is a valid handshake, with more headers. */
	Response upgrade(String path, String... headers) {
		List<String> lines = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: localhost:" + port(),
				"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
		lines.addAll(Arrays.asList(headers));
		return send(lines, "");
	}

	/** Sends a request with a Host header and what is given. */
	Response request(String requestLine, String... headers) {
		List<String> lines = new ArrayList<>(List.of(requestLine, "Host: localhost:" + port()));
		lines.addAll(Arrays.asList(headers));
		return send(lines, "");
	}

	Response send(List<String> lines, String body) {
		try (Socket socket = new Socket("localhost", port())) {
			socket.setSoTimeout(TIMEOUT);
			String text = String.join("\r\n", lines) + "\r\n\r\n" + body;
			socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
			return Response.read(socket.getInputStream(), !lines.get(0).startsWith("HEAD "));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	record Response(int status, HttpHeaders headers, String body) {

		static Response read(InputStream in, boolean hasBody) throws IOException {
			String statusLine = line(in);
			HttpHeaders headers = new HttpHeaders();
			for (String line = line(in); !line.isEmpty(); line = line(in)) {
				int colon = line.indexOf(':');
				headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
			}
			String body = hasBody ? body(in, headers) : "";
			return new Response(Integer.parseInt(statusLine.substring(9, 12)), headers, body);
		}

		private static String body(InputStream in, HttpHeaders headers) throws IOException {
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			if (headers.getContentLength() >= 0) {
				body.writeBytes(in.readNBytes((int) headers.getContentLength()));
			}
			else if ("chunked".equals(headers.getFirst("Transfer-Encoding"))) {
				for (int size = chunk(in); size > 0; size = chunk(in)) {
					body.writeBytes(in.readNBytes(size));
					line(in);
				}
			}
			else if ("close".equals(headers.getFirst("Connection"))) {
				body.writeBytes(in.readAllBytes());
			}
			return body.toString(StandardCharsets.UTF_8);
		}

		private static int chunk(InputStream in) throws IOException {
			return Integer.parseInt(line(in), 16);
		}

		private static String line(InputStream in) throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next = in.read(); next != '\n'; next = in.read()) {
				if (next == -1) {
					throw new IOException("No answer, only '" + line + "'");
				}
				line.append((char) next);
			}
			return line.toString().strip();
		}

		String contentType() {
			return String.valueOf(this.headers.getFirst("Content-Type"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, ErrorMvcAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, JacksonAutoConfiguration.class,
			ValidationAutoConfiguration.class, PropertyPlaceholderAutoConfiguration.class })
	static class Wiring {

		@Bean
		FakeUpgrader upgrader() {
			return new FakeUpgrader();
		}

		@Bean
		ControllerHooks controllerHooks(ConfigurableListableBeanFactory beanFactory) {
			return new ControllerHooks(beanFactory);
		}

		@Bean
		@ConditionalOnMissingBean
		ControllerSettings controllerSettings(ObjectProvider<WebsocketSettings> settings) {
			return new ControllerSettings(settings.getIfAvailable(() -> WebsocketSettings.DEFAULTS), Map.of());
		}

		@Bean(defaultCandidate = false)
		WebsocketControllerHandlerMapping websocketControllerHandlerMapping(
				@Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping application,
				ControllerHooks hooks, ControllerSettings settings) {
			return new WebsocketControllerHandlerMapping(application, hooks, settings);
		}

		@Bean(defaultCandidate = false)
		WebsocketControllerHandlerAdapter websocketControllerHandlerAdapter(
				@Qualifier("requestMappingHandlerAdapter") RequestMappingHandlerAdapter application,
				ControllerHooks hooks, Upgrader upgrader) {
			return new WebsocketControllerHandlerAdapter(application, hooks, upgrader, (method) -> method);
		}

		@Bean(defaultCandidate = false)
		UpgradeFailureResolver upgradeFailureResolver(
				@Qualifier("websocketControllerHandlerMapping") WebsocketControllerHandlerMapping mapping,
				@Qualifier("websocketControllerHandlerAdapter") WebsocketControllerHandlerAdapter adapter,
				ControllerHooks hooks, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver application) {
			return new UpgradeFailureResolver(mapping, adapter, hooks, application);
		}

		@Bean
		WebsocketControllerMvcConfigurer websocketControllerMvcConfigurer(MessageSource messageSource) {
			return new WebsocketControllerMvcConfigurer(messageSource);
		}

	}

}
