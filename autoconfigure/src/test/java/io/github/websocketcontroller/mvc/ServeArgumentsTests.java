package io.github.websocketcontroller.mvc;

import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketController;
import io.github.websocketcontroller.mvc.TestServer.Response;
import io.github.websocketcontroller.serve.ServeCall;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.MatrixVariable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

class ServeArgumentsTests {

	private static TestServer server;

	@BeforeAll
	static void start() {
		server = TestServer.start(Application.class);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/path/blue%20room    | blue room
			/param?n=5           | 5
			/param               | 1
			/header              | hello
			/cookie              | biscuit
			/attribute           | by filter
			/session-attribute   | kept
			/record?name=Ann&n=3 | Join[name=Ann, n=3]
			/principal           | ann
			/locale              | fr
			/session             | kept
			/custom              | tenant of acme
			/map?a=1&b=2         | {a=1, b=2}
			/matrix;q=7          | 7
			/binder?level=high   | 9
			""")
	void whenServeTakesAnArgumentThenItIsResolved(String path, String sent) {
		Response response = server.upgrade(path, "X-Greeting: hello", "Cookie: c=biscuit", "Accept-Language: fr",
				"X-Tenant: acme");
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.body()).isEqualTo(sent);
	}

	@ParameterizedTest
	@CsvSource({ "/param?n=11", "/param?n=many", "/header", "/cookie", "/record?name=&n=3", "/record?name=Ann&n=x",
			"/record", "/text", "/text?text=" })
	void whenAnArgumentIsMissingOrInvalidThenAnswers400(String path) {
		FakeUpgrader upgrader = server.bean(FakeUpgrader.class);
		int before = upgrader.calls.size();
		Response response = server.upgrade(path);
		assertThat(response.status()).isEqualTo(400);
		assertThat(response.contentType()).isEqualTo("application/problem+json");
		assertThat(response.body()).contains("\"detail\"").doesNotContain("io.github");
		assertThat(upgrader.calls).hasSize(before);
	}

	@Test
	void whenServeIsGenericThenTheBridgedMethodIsCalled() {
		assertThat(server.upgrade("/generic?text=abc").body()).isEqualTo("generic abc");
	}

	@Test
	void whenServeThrowsThenTheCallThrowsTheSame() {
		assertThat(server.upgrade("/throwing").body()).isEqualTo("thrown: java.io.IOException: by serve");
	}

	@Test
	void whenServeTakesTheUpgradeRequestThenItIsASnapshot() {
		Response response = server.upgrade("/snapshot/a%20b?x=1&x=2&y=%C3%A4+b&z", "X-Many: one", "X-Many: two",
				"Cookie: c=biscuit");
		assertThat(response.body()).isEqualTo("done");
		List<ServeCall> calls = server.bean(FakeUpgrader.class).calls;
		UpgradeRequest request = calls.get(calls.size() - 1).request();
		server.upgrade("/locale");
		assertThat(request.getUri())
			.hasToString("http://localhost:" + server.port() + "/snapshot/a%20b?x=1&x=2&y=%C3%A4+b&z");
		assertThat(request.getHeaders().get("X-Many")).containsExactly("one", "two");
		assertThat(request.getHeaders().getUpgrade()).isEqualTo("websocket");
		assertThat(request.getQueryParams().get("x")).containsExactly("1", "2");
		assertThat(request.getQueryParams().getFirst("y")).isEqualTo("ä b");
		assertThat(request.getQueryParams().getFirst("z")).isEmpty();
		assertThat(request.getPathVariables()).containsExactly(Map.entry("id", "a b"));
		assertThat(request.getCookies().getFirst("c")).hasToString("c=biscuit");
		assertThat(request.getPrincipal()).isNotNull().extracting(Principal::getName).isEqualTo("ann");
		assertThat(request.getAttributes()).containsExactly(Map.entry("app.attribute", "by filter"));
		assertThat(request.getRemoteAddress().isUnresolved()).isTrue();
		assertThat(request.getRemoteAddress().getHostString()).isEqualTo("127.0.0.1");
		assertThat(request.getLocalAddress().getPort()).isEqualTo(server.port());
		assertThat(request.isSecure()).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ PathController.class, ParamController.class, HeaderController.class, CookieController.class,
			AttributeController.class, SessionAttributeController.class, RecordController.class,
			PrincipalController.class, LocaleController.class, SessionController.class, CustomController.class,
			MapController.class, MatrixController.class, BinderController.class, TextController.class,
			GenericController.class, ThrowingController.class, SnapshotController.class })
	static class Application implements WebMvcConfigurer {

		@Bean
		Filter filter() {
			return (request, response, chain) -> {
				HttpServletRequest http = (HttpServletRequest) request;
				http.setAttribute("app.attribute", "by filter");
				if (http.getRequestURI().startsWith("/session")) {
					http.getSession().setAttribute("session.attribute", "kept");
				}
				chain.doFilter(new HttpServletRequestWrapper(http) {

					@Override
					public Principal getUserPrincipal() {
						return () -> "ann";
					}

				}, response);
			};
		}

		@Override
		public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
			resolvers.add(new TenantResolver());
		}

	}

	record Tenant(String name) {
	}

	record Join(@NotBlank String name, @Max(10) int n) {
	}

	static class TenantResolver implements HandlerMethodArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == Tenant.class;
		}

		@Override
		public @Nullable Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer mavContainer,
				NativeWebRequest webRequest, @Nullable WebDataBinderFactory binderFactory) {
			return new Tenant(String.valueOf(webRequest.getHeader("X-Tenant")));
		}

	}

	@WebsocketController("/path/{room}")
	static class PathController {

		void serve(WebsocketConnection connection, @PathVariable String room) {
			connection.sendText(room);
		}

	}

	@WebsocketController("/param")
	static class ParamController {

		void serve(@RequestParam(defaultValue = "1") @Max(10) int n, WebsocketConnection connection) {
			connection.sendText("" + n);
		}

	}

	@WebsocketController("/header")
	static class HeaderController {

		protected void serve(@RequestHeader("X-Greeting") String greeting, WebsocketConnection connection) {
			connection.sendText(greeting);
		}

	}

	@WebsocketController("/cookie")
	static class CookieController {

		void serve(WebsocketConnection connection, @CookieValue String c) {
			connection.sendText(c);
		}

	}

	@WebsocketController("/attribute")
	static class AttributeController {

		void serve(WebsocketConnection connection, @RequestAttribute("app.attribute") Object attribute) {
			connection.sendText("" + attribute);
		}

	}

	@WebsocketController("/session-attribute")
	static class SessionAttributeController {

		void serve(WebsocketConnection connection, @SessionAttribute("session.attribute") String attribute) {
			connection.sendText(attribute);
		}

	}

	@WebsocketController("/record")
	static class RecordController {

		void serve(WebsocketConnection connection, @Valid Join join) {
			connection.sendText(join.toString());
		}

	}

	@WebsocketController("/principal")
	static class PrincipalController {

		void serve(WebsocketConnection connection, Principal user) {
			connection.sendText(user.getName());
		}

	}

	@WebsocketController("/locale")
	static class LocaleController {

		void serve(WebsocketConnection connection, Locale locale) {
			connection.sendText(locale.toString());
		}

	}

	@WebsocketController("/session")
	static class SessionController {

		void serve(WebsocketConnection connection, HttpSession session) {
			connection.sendText("" + session.getAttribute("session.attribute"));
		}

	}

	@WebsocketController("/custom")
	static class CustomController {

		void serve(WebsocketConnection connection, Tenant tenant) {
			connection.sendText("tenant of " + tenant.name());
		}

	}

	@WebsocketController("/map")
	static class MapController {

		void serve(WebsocketConnection connection, @RequestParam Map<String, String> parameters) {
			connection.sendText(parameters.toString());
		}

	}

	@WebsocketController("/{matrix:matrix}")
	static class MatrixController {

		void serve(WebsocketConnection connection, @MatrixVariable int q) {
			connection.sendText("" + q);
		}

	}

	@WebsocketController("/binder")
	static class BinderController {

		@InitBinder
		void init(WebDataBinder binder) {
			binder.registerCustomEditor(int.class, new java.beans.PropertyEditorSupport() {

				@Override
				public void setAsText(String text) {
					setValue("high".equals(text) ? 9 : 0);
				}

			});
		}

		void serve(WebsocketConnection connection, @RequestParam int level) {
			connection.sendText("" + level);
		}

	}

	@WebsocketController("/text")
	static class TextController {

		void serve(WebsocketConnection connection, @RequestParam @Size(min = 1) String text) {
			connection.sendText(text);
		}

	}

	abstract static class Base<T> {

		abstract void serve(WebsocketConnection connection, T text);

	}

	@WebsocketController("/generic")
	static class GenericController extends Base<String> {

		@Override
		void serve(WebsocketConnection connection, @RequestParam String text) {
			connection.sendText("generic " + text);
		}

	}

	@WebsocketController("/throwing")
	static class ThrowingController {

		void serve(WebsocketConnection connection) throws Exception {
			throw new java.io.IOException("by serve");
		}

	}

	@WebsocketController("/snapshot/{id}")
	static class SnapshotController {

		void serve(UpgradeRequest request, WebsocketConnection connection) {
			connection.sendText("done");
		}

	}

}
