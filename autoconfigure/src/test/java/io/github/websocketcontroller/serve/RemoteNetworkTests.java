package io.github.websocketcontroller.serve;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RemoteNetworkTests {

	@ParameterizedTest
	@CsvSource({ "192.0.2.1, 192.0.2.1", "192.0.2.1:5678, 192.0.2.1", "::ffff:192.0.2.1, 192.0.2.1",
			"2001:db8:1:2::1, 20010db800010002/64", "2001:DB8:1:2:ffff:ffff:ffff:ffff, 20010db800010002/64",
			"2001:db8:1:3::1, 20010db800010003/64", "fe80::1%eth0, fe80000000000000/64", "::1, 0000000000000000/64",
			"2001:db8::x, 2001:db8::x", "1:2, 1:2", "unknown, unknown", "_hidden:1, _hidden:1", "'', ''",
			"client.example, client.example" })
	void addressesOfOneClientAreTheSame(String host, String network) {
		assertThat(RemoteNetwork.of(host)).isEqualTo(network);
	}

}
