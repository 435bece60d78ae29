package io.github.websocketcontroller.compression;

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PerMessageDeflate}.
 */
class PerMessageDeflateTests {

	private static @Nullable String answer(boolean contextTakeover, String... headers) {
		PerMessageDeflate agreed = PerMessageDeflate.negotiate(List.of(headers), contextTakeover);
		return (agreed != null) ? agreed.header() : null;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					permessage-deflate | permessage-deflate
					permessage-deflate; client_max_window_bits | permessage-deflate
					permessage-deflate;client_max_window_bits=9 | permessage-deflate; client_max_window_bits=9
					permessage-deflate; server_max_window_bits=8 | permessage-deflate; server_max_window_bits=8
					permessage-deflate; server_max_window_bits="15" | permessage-deflate; server_max_window_bits=15
					permessage-deflate; server_no_context_takeover | permessage-deflate; server_no_context_takeover
					permessage-deflate; client_no_context_takeover | permessage-deflate; client_no_context_takeover
					permessage-deflate ; server_max_window_bits = 10 ; client_no_context_takeover | permessage-deflate; client_no_context_takeover; server_max_window_bits=10
					""")
	void whenAnOfferIsValidThenItIsAccepted(String offer, String answer) {
		assertThat(answer(true, offer)).isEqualTo(answer);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					permessage-deflate | permessage-deflate; server_no_context_takeover; client_no_context_takeover
					permessage-deflate; server_no_context_takeover; server_max_window_bits=12 | permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12
					""")
	void whenNoContextIsKeptThenTheClientIsTold(String offer, String answer) {
		assertThat(answer(false, offer)).isEqualTo(answer);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ",", ";", "=", "\"", "x-webkit-deflate-frame", "permessage-deflate2",
			"permessage-deflate;", "permessage-deflate; unknown", "permessage-deflate; unknown=1",
			"permessage-deflate; server_no_context_takeover=true", "permessage-deflate; client_no_context_takeover=",
			"permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
			"permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=010",
			"permessage-deflate; server_max_window_bits=-9", "permessage-deflate; client_max_window_bits=0",
			"permessage-deflate; client_max_window_bits=a", "permessage-deflate; client_max_window_bits=",
			"permessage-deflate; server_no_context_takeover; server_no_context_takeover",
			"permessage-deflate; client_max_window_bits; client_max_window_bits=10",
			"permessage-deflate; client_max_window_bits=\"1,permessage-deflate", "foo=\"permessage-deflate\"" })
	void whenAnOfferIsNoneOrInvalidThenItIsDeclined(String offer) {
		assertThat(answer(true, offer)).isNull();
		assertThat(answer(false, offer)).isNull();
	}

	static Stream<Arguments> several() {
		return Stream.of(
				Arguments.of(List.of("permessage-deflate; server_max_window_bits=10, permessage-deflate"),
						"permessage-deflate; server_max_window_bits=10"),
				Arguments.of(List.of("foo, bar; baz=\"a, b; c\", permessage-deflate; nonsense", "permessage-deflate"),
						"permessage-deflate"),
				Arguments.of(
						List.of("foo; x=\"\\\", permessage-deflate\"", "permessage-deflate;client_max_window_bits"),
						"permessage-deflate"),
				Arguments.of(List.of("permessage-deflate; client_max_window_bits=16, , permessage-deflate"),
						"permessage-deflate"));
	}

	@ParameterizedTest
	@MethodSource("several")
	void whenThereAreSeveralThenTheFirstValidOneIsAccepted(List<String> headers, String answer) {
		assertThat(answer(true, headers.toArray(String[]::new))).isEqualTo(answer);
	}

}
