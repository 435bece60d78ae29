package io.github.websocketcontroller.mvc;

import java.io.InputStream;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.RequestEntity;
import org.springframework.scheduling.annotation.Async;
import org.springframework.ui.Model;
import org.springframework.ui.ModelMap;
import org.springframework.validation.BindingResult;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.support.SessionStatus;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ServeMethodCheckTests {

	@ParameterizedTest
	@ValueSource(classes = { Plain.class, Inheriting.class, Overriding.class, Generic.class, OfInterface.class,
			OfDefault.class, ManyParameters.class })
	void whenThereIsOneServeThenFindsIt(Class<?> controller) {
		assertThat(ServeMethodCheck.check(controller).getName()).isEqualTo("serve");
	}

	@Test
	void whenServeIsGenericThenFindsTheMethodAndNotItsBridge() {
		assertThat(ServeMethodCheck.check(Generic.class).getParameterTypes()[1]).isEqualTo(String.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { None.class, NearMiss.class })
	void whenThereIsNoServeThenRefuses(Class<?> controller) {
		assertRefused(controller, "no method named serve", "void serve(WebsocketConnection connection)");
	}

	@ParameterizedTest
	@ValueSource(classes = { Overloaded.class, InheritingAndOverloading.class })
	void whenThereAreTwoServesThenRefusesAndNamesBoth(Class<?> controller) {
		assertRefused(controller,
				"more than one method named serve: serve(WebsocketConnection) and serve(WebsocketConnection, String)",
				"Rename");
	}

	@Test
	void whenServeIsPrivateThenRefuses() {
		assertRefused(Private.class, "private", "without private");
	}

	@Test
	void whenServeIsStaticThenRefuses() {
		assertRefused(Static.class, "static", "without static");
	}

	@Test
	void whenServeIsAsyncThenRefuses() {
		assertRefused(Asynchronous.class, "@Async", "Remove @Async");
	}

	@Test
	void whenServeReturnsAValueThenRefuses() {
		assertRefused(Returning.class, "returns a value", "void");
	}

	@Test
	void whenThereIsNoConnectionThenRefuses() {
		assertRefused(WithoutConnection.class, "no parameter of the type WebsocketConnection", "exactly one");
	}

	@Test
	void whenThereAreTwoConnectionsThenRefuses() {
		assertRefused(TwoConnections.class, "more than one parameter of the type WebsocketConnection", "exactly one");
	}

	@ParameterizedTest
	@ValueSource(classes = { ValidatedClass.class, InheritingValidated.class })
	void whenClassIsValidatedThenRefuses(Class<?> controller) {
		assertRefused(controller, "@Validated on the class", "Remove @Validated");
	}

	@ParameterizedTest
	@ValueSource(classes = { TakesRequest.class, TakesWebRequest.class })
	void whenServeTakesTheRequestThenOffersTheSnapshot(Class<?> controller) {
		assertRefused(controller, "Parameter 2", "UpgradeRequest");
	}

	@ParameterizedTest
	@ValueSource(classes = { TakesResponse.class, TakesWriter.class })
	void whenServeTakesTheResponseThenOffersTheConnection(Class<?> controller) {
		assertRefused(controller, "Parameter 2", "HeaderUpgrader");
	}

	@ParameterizedTest
	@ValueSource(classes = { TakesBody.class, TakesPart.class, TakesFile.class, TakesFiles.class, TakesEntity.class,
			TakesStream.class })
	void whenServeTakesABodyThenOffersTheFirstMessage(Class<?> controller) {
		assertRefused(controller, "Parameter 2", "first message");
	}

	@ParameterizedTest
	@ValueSource(classes = { TakesModel.class, TakesModelMap.class, TakesRedirect.class })
	void whenServeTakesAModelThenSaysThatNoViewIsRendered(Class<?> controller) {
		assertRefused(controller, "Parameter 2", "no view");
	}

	@Test
	void whenServeTakesBindingResultThenOffersErrorHandling() {
		assertRefused(TakesErrors.class, "BindingResult", "UpgradeErrorHandler");
	}

	@Test
	void whenServeTakesAnUnannotatedMapThenAsksForAnAnnotation() {
		assertRefused(TakesMap.class, "Map", "@RequestParam");
	}

	@Test
	void whenServeTakesSessionStatusThenOffersTheSession() {
		assertRefused(TakesSessionStatus.class, "SessionStatus", "HttpSession");
	}

	private static void assertRefused(Class<?> controller, String problem, String mend) {
		assertThatExceptionOfType(InvalidControllerException.class).isThrownBy(() -> ServeMethodCheck.check(controller))
			.satisfies((ex) -> {
				assertThat(ex.getController()).isEqualTo(controller);
				assertThat(ex.getProblem()).contains(problem);
				assertThat(ex.getAction()).contains(mend);
			});
	}

	static class Plain {

		void serve(WebsocketConnection connection) {
		}

		void served(WebsocketConnection connection) {
		}

	}

	static class Inheriting extends Plain {

	}

	static class Overriding extends Plain {

		@Override
		void serve(WebsocketConnection connection) {
		}

	}

	abstract static class Base<T> {

		abstract void serve(WebsocketConnection connection, T argument);

	}

	static class Generic extends Base<String> {

		@Override
		void serve(WebsocketConnection connection, @RequestParam String argument) {
		}

	}

	interface Endpoint {

		void serve(WebsocketConnection connection);

	}

	static class OfInterface implements Endpoint {

		@Override
		public void serve(WebsocketConnection connection) {
		}

	}

	interface Complete {

		default void serve(WebsocketConnection connection) {
		}

	}

	static class OfDefault implements Complete {

	}

	static class ManyParameters {

		void serve(UpgradeRequest request, @RequestParam Map<String, String> parameters, HttpSession session,
				WebsocketConnection connection, UriComponentsBuilder uri, Optional<String> text, List<String> texts) {
		}

	}

	static class None {

	}

	static class NearMiss {

		void Serve(WebsocketConnection connection) {
		}

		void handle(WebsocketConnection connection) {
		}

	}

	static class Overloaded {

		void serve(WebsocketConnection connection) {
		}

		void serve(WebsocketConnection connection, String text) {
		}

	}

	static class InheritingAndOverloading extends Plain {

		void serve(WebsocketConnection connection, String text) {
		}

	}

	static class Asynchronous {

		@Async
		void serve(WebsocketConnection connection) {
		}

	}

	static class Private {

		@SuppressWarnings({ "UnusedMethod", "UnusedVariable" })
		private void serve(WebsocketConnection connection) {
		}

	}

	static class Static {

		static void serve(WebsocketConnection connection) {
		}

	}

	static class Returning {

		String serve(WebsocketConnection connection) {
			return "";
		}

	}

	static class WithoutConnection {

		void serve(UpgradeRequest request) {
		}

	}

	static class TwoConnections {

		void serve(WebsocketConnection connection, WebsocketConnection other) {
		}

	}

	@Validated
	static class ValidatedClass {

		void serve(WebsocketConnection connection) {
		}

	}

	static class InheritingValidated extends ValidatedClass {

	}

	static class TakesRequest {

		void serve(WebsocketConnection connection, HttpServletRequest request) {
		}

	}

	static class TakesWebRequest {

		void serve(WebsocketConnection connection, NativeWebRequest request) {
		}

	}

	static class TakesResponse {

		void serve(WebsocketConnection connection, HttpServletResponse response) {
		}

	}

	static class TakesWriter {

		void serve(WebsocketConnection connection, Writer writer) {
		}

	}

	static class TakesBody {

		void serve(WebsocketConnection connection, @RequestBody String body) {
		}

	}

	static class TakesPart {

		void serve(WebsocketConnection connection, @RequestPart String part) {
		}

	}

	static class TakesFile {

		void serve(WebsocketConnection connection, MultipartFile file) {
		}

	}

	static class TakesFiles {

		void serve(WebsocketConnection connection, @RequestParam List<MultipartFile> files) {
		}

	}

	static class TakesEntity {

		void serve(WebsocketConnection connection, RequestEntity<String> entity) {
		}

	}

	static class TakesStream {

		void serve(WebsocketConnection connection, InputStream stream) {
		}

	}

	static class TakesModel {

		void serve(WebsocketConnection connection, Model model) {
		}

	}

	static class TakesModelMap {

		void serve(WebsocketConnection connection, ModelMap model) {
		}

	}

	static class TakesRedirect {

		void serve(WebsocketConnection connection, RedirectAttributes attributes) {
		}

	}

	static class TakesErrors {

		void serve(WebsocketConnection connection, BindingResult result) {
		}

	}

	static class TakesMap {

		void serve(WebsocketConnection connection, Map<String, Object> map) {
		}

	}

	static class TakesSessionStatus {

		void serve(WebsocketConnection connection, SessionStatus status) {
		}

	}

}
