package io.github.websocketcontroller.protocol;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CloseCodesTests {

	@Test
	void whenCodeIsBelow3000ThenOnlyTheRegisteredOnesMayBeOnTheWire() {
		Set<Integer> registered = Set.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014);
		assertThat(IntStream.range(-1, 3000).filter(CloseCodes::maySend).boxed().collect(Collectors.toSet()))
			.isEqualTo(registered);
		assertThat(IntStream.range(-1, 3000).filter(CloseCodes::mayReceive).boxed().collect(Collectors.toSet()))
			.isEqualTo(registered);
	}

	@Test
	void whenCodeIsThatOfALibraryOrApplicationThenItMayBeOnTheWire() {
		assertThat(IntStream.range(3000, 5000)).allMatch(CloseCodes::maySend).allMatch(CloseCodes::mayReceive);
		assertThat(IntStream.range(5000, 70000)).noneMatch(CloseCodes::maySend).noneMatch(CloseCodes::mayReceive);
	}

}
