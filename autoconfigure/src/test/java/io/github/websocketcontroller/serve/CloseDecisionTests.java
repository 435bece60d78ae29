package io.github.websocketcontroller.serve;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.WebsocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.socket.CloseStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of how a connection ends after {@code serve}.
 */
class CloseDecisionTests {

	private static final WebsocketConnection CONNECTION = connection();

	private static final WebsocketConnection OTHER = connection();

	private static final CloseStatus STATUS = new CloseStatus(4711, "because");

	private static WebsocketConnection connection() {
		return (WebsocketConnection) Proxy.newProxyInstance(WebsocketConnection.class.getClassLoader(),
				new Class<?>[] { WebsocketConnection.class }, (proxy, method, arguments) -> "id");
	}

	static Stream<UnaryOperator<Throwable>> wrappers() {
		return Stream.of((thrown) -> thrown, CompletionException::new, ExecutionException::new,
				UndeclaredThrowableException::new, InvocationTargetException::new,
				(thrown) -> new CompletionException(new ExecutionException(new InvocationTargetException(thrown))));
	}

	private static CloseDecision decide(Throwable thrown) {
		return CloseDecision.of(thrown, CONNECTION, false, false);
	}

	@Test
	void whenServeReturnsThenTheConnectionIsClosedNormally() {
		CloseDecision decision = CloseDecision.of(null, CONNECTION, true, true);
		assertThat(decision.status()).isEqualTo(new CloseStatus(1000, "Server closed connection"));
		assertThat(decision.error()).isNull();
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenItsOwnEndLeavesServeThenItIsNoError(UnaryOperator<Throwable> wrapper) {
		CloseDecision decision = decide(wrapper.apply(new ConnectionClosedException(CONNECTION, STATUS, null)));
		assertThat(decision.status()).isEqualTo(STATUS);
		assertThat(decision.error()).isNull();
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenItsOwnInvalidMessageLeavesServeThenItIsNoError(UnaryOperator<Throwable> wrapper) {
		CloseDecision decision = decide(wrapper.apply(new InvalidMessageException(CONNECTION, "no", STATUS, null)));
		assertThat(decision.status()).isEqualTo(STATUS);
		assertThat(decision.error()).isNull();
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenTheEndOfAnotherConnectionLeavesServeThenItIsAnError(UnaryOperator<Throwable> wrapper) {
		assertError(wrapper.apply(new ConnectionClosedException(OTHER, STATUS, null)));
		assertError(wrapper.apply(new InvalidMessageException(OTHER, "no", STATUS, null)));
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenAnythingElseLeavesServeThenItIsAnError(UnaryOperator<Throwable> wrapper) {
		assertError(wrapper.apply(new IOException("secret")));
		assertError(wrapper.apply(new OutOfMemoryError("secret")));
		assertError(wrapper.apply(new WebsocketException("secret")));
		assertError(wrapper.apply(new InterruptedException("secret")));
		assertError(wrapper.apply(new IllegalStateException(new ConnectionClosedException(CONNECTION, STATUS, null))));
	}

	private static void assertError(Throwable thrown) {
		CloseDecision decision = decide(thrown);
		assertThat(decision.status()).isEqualTo(new CloseStatus(1011, "Internal server error"));
		assertThat(decision.error()).isSameAs(thrown);
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenTheLibraryHasInterruptedServeThenItsInterruptIsNoError(UnaryOperator<Throwable> wrapper) {
		CloseDecision decision = CloseDecision.of(wrapper.apply(new InterruptedException()), CONNECTION, true, false);
		assertThat(decision.status()).isEqualTo(CloseStatus.GOING_AWAY);
		assertThat(decision.error()).isNull();
	}

	@ParameterizedTest
	@MethodSource("wrappers")
	void whenThePeerMayKnowTheMessageThenItIsThatOfTheCause(UnaryOperator<Throwable> wrapper) {
		Throwable thrown = wrapper.apply(new IOException("disk full"));
		CloseDecision decision = CloseDecision.of(thrown, CONNECTION, false, true);
		assertThat(decision.status()).isEqualTo(new CloseStatus(1011, "disk full"));
		assertThat(decision.error()).isSameAs(thrown);
	}

	@Test
	void whenThereIsNoMessageThenThePeerIsToldTheUsual() {
		assertThat(CloseDecision.of(new IOException(), CONNECTION, false, true).status())
			.isEqualTo(CloseDecision.FAILED);
		assertThat(CloseDecision.of(new IOException(""), CONNECTION, false, true).status())
			.isEqualTo(CloseDecision.FAILED);
	}

	@Test
	void whenAWrapperHoldsNothingThenItIsTheError() {
		Throwable empty = new ExecutionException("empty", null);
		assertError(empty);
	}

}
