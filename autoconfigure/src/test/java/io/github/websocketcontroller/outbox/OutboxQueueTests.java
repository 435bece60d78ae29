package io.github.websocketcontroller.outbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.github.websocketcontroller.OverflowPolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A queue with room for three messages of a hundred bytes.
 */
class OutboxQueueTests {

	private static final int LENGTH = 100;

	private static final int WEIGHT = LENGTH + OutboxMessage.OVERHEAD;

	private static final int CAPACITY = 3 * WEIGHT;

	private static OutboxMessage message() {
		return message(LENGTH, null);
	}

	private static OutboxMessage message(int length, @Nullable Object key) {
		return OutboxMessage.text(new byte[length], key);
	}

	private static OutboxQueue queue(OverflowPolicy policy) {
		return new OutboxQueue(CAPACITY, policy);
	}

	private static List<OutboxMessage> fill(OutboxQueue queue) {
		List<OutboxMessage> messages = List.of(message(), message(), message());
		messages.forEach((message) -> assertThat(queue.offer(message)).isEqualTo(Admission.QUEUED));
		return messages;
	}

	private static List<OutboxMessage> pollAll(OutboxQueue queue) {
		List<OutboxMessage> messages = new ArrayList<>();
		OutboxMessage message = queue.poll(Long.MAX_VALUE);
		while (message != null) {
			messages.add(message);
			message = queue.poll(Long.MAX_VALUE);
		}
		assertEmpty(queue);
		return messages;
	}

	private static void assertEmpty(OutboxQueue queue) {
		assertThat(queue.size()).isZero();
		assertThat(queue.bytes()).isZero();
		assertThat(queue.lastSequence()).isZero();
		assertThat(queue.poll(Long.MAX_VALUE)).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void whenThereIsRoomThenMessagesComeOutInOrder(OverflowPolicy policy) {
		OutboxQueue queue = queue(policy);
		assertEmpty(queue);
		for (int i = 0; i < 3; i++) {
			List<OutboxMessage> messages = fill(queue);
			assertThat(queue.size()).isEqualTo(3);
			assertThat(queue.bytes()).isEqualTo(CAPACITY);
			assertThat(pollAll(queue)).containsExactlyElementsOf(messages);
		}
		assertThat(queue.dropped()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void whenTheQueueIsEmptyThenAMessageLargerThanTheCapacityIsTaken(OverflowPolicy policy) {
		OutboxQueue queue = queue(policy);
		OutboxMessage large = message(10 * CAPACITY, null);
		assertThat(queue.offer(large)).isEqualTo(Admission.QUEUED);
		assertThat(queue.bytes()).isEqualTo(10 * CAPACITY + OutboxMessage.OVERHEAD);
		assertThat(pollAll(queue)).containsExactly(large);
	}

	@ParameterizedTest
	@EnumSource
	void whenMessagesAreEmptyThenTheirNumberIsBoundedAllTheSame(OverflowPolicy policy) {
		OutboxQueue queue = queue(policy);
		int room = CAPACITY / OutboxMessage.OVERHEAD;
		for (int i = 0; i < room; i++) {
			assertThat(queue.offer(message(0, null))).isEqualTo(Admission.QUEUED);
		}
		queue.offer(message(0, null));
		assertThat(queue.size()).isLessThanOrEqualTo(room);
	}

	@ParameterizedTest
	@CsvSource({ "CLOSE, OVERFLOWED", "CONFLATE, OVERFLOWED", "DROP_NEWEST, DROPPED", "DROP_OLDEST, QUEUED",
			"BLOCK, NO_ROOM" })
	void whenThereIsNoRoomThenThePolicySaysWhatHappens(OverflowPolicy policy, Admission expected) {
		OutboxQueue queue = queue(policy);
		fill(queue);
		assertThat(queue.offer(message())).isEqualTo(expected);
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSE", "CONFLATE" })
	void whenThePolicyIsToCloseThenEverythingIsDropped(OverflowPolicy policy) {
		OutboxQueue queue = queue(policy);
		fill(queue);
		queue.offer(message());
		assertEmpty(queue);
		assertThat(queue.dropped()).isEqualTo(4);
	}

	@Test
	void whenTheNewestIsDroppedThenTheOthersStay() {
		OutboxQueue queue = queue(OverflowPolicy.DROP_NEWEST);
		List<OutboxMessage> messages = fill(queue);
		queue.offer(message(1, null));
		assertThat(queue.dropped()).isEqualTo(1);
		queue.poll(Long.MAX_VALUE);
		OutboxMessage next = message();
		assertThat(queue.offer(next)).isEqualTo(Admission.QUEUED);
		assertThat(pollAll(queue)).containsExactly(messages.get(1), messages.get(2), next);
		assertThat(queue.dropped()).isEqualTo(1);
	}

	@Test
	void whenTheOldestAreDroppedThenNoMoreThanNeeded() {
		OutboxQueue queue = queue(OverflowPolicy.DROP_OLDEST);
		List<OutboxMessage> messages = fill(queue);
		OutboxMessage large = message(LENGTH + 1, null);
		queue.offer(large);
		assertThat(queue.dropped()).isEqualTo(2);
		OutboxMessage small = message(0, null);
		queue.offer(small);
		assertThat(queue.dropped()).isEqualTo(2);
		assertThat(pollAll(queue)).containsExactly(messages.get(2), large, small);
	}

	@Test
	void whenAMessageIsLargerThanTheCapacityThenAllTheOldAreDroppedForIt() {
		OutboxQueue queue = queue(OverflowPolicy.DROP_OLDEST);
		fill(queue);
		OutboxMessage large = message(CAPACITY, null);
		assertThat(queue.offer(large)).isEqualTo(Admission.QUEUED);
		assertThat(queue.dropped()).isEqualTo(3);
		assertThat(pollAll(queue)).containsExactly(large);
	}

	@Test
	void whenThereIsNoRoomYetThenNothingIsDropped() {
		OutboxQueue queue = queue(OverflowPolicy.BLOCK);
		List<OutboxMessage> messages = fill(queue);
		OutboxMessage waiting = message();
		assertThat(queue.offer(waiting)).isEqualTo(Admission.NO_ROOM);
		assertThat(queue.poll(Long.MAX_VALUE)).isSameAs(messages.get(0));
		assertThat(queue.offer(waiting)).isEqualTo(Admission.QUEUED);
		assertThat(queue.dropped()).isZero();
		assertThat(pollAll(queue)).containsExactly(messages.get(1), messages.get(2), waiting);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONFLATE")
	void whenMessagesAreNotConflatedThenKeysMeanNothing(OverflowPolicy policy) {
		OutboxQueue queue = queue(policy);
		OutboxMessage first = message(1, "key");
		OutboxMessage second = message(1, "key");
		queue.offer(first);
		queue.offer(second);
		assertThat(pollAll(queue)).containsExactly(first, second);
	}

	@Test
	void whenAMessageHasTheKeyOfOneThatWaitsThenItTakesItsPlace() {
		for (int place = 0; place < 4; place++) {
			OutboxQueue queue = queue(OverflowPolicy.CONFLATE);
			List<OutboxMessage> expected = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				expected.add(message(10, (i % 2 == 0 || i == place) ? "key-" + i : null));
			}
			expected.forEach(queue::offer);
			OutboxMessage newer = message(20 + place, new String("key-" + place));
			queue.offer(newer);
			expected.set(place, newer);
			assertThat(queue.size()).isEqualTo(4);
			assertThat(queue.bytes()).isEqualTo(expected.stream().mapToLong(OutboxMessage::weight).sum());
			assertThat(queue.dropped()).isEqualTo(1);
			assertThat(queue.lastSequence()).isEqualTo(4);
			assertThat(pollAll(queue)).containsExactlyElementsOf(expected);
		}
	}

	@Test
	void whenTheMessageWithTheKeyHasLeftThenTheNextGoesToTheEnd() {
		OutboxQueue queue = queue(OverflowPolicy.CONFLATE);
		OutboxMessage first = message(1, "key");
		OutboxMessage other = message(1, "other");
		queue.offer(first);
		queue.offer(other);
		assertThat(queue.poll(Long.MAX_VALUE)).isSameAs(first);
		OutboxMessage second = message(1, "key");
		queue.offer(second);
		assertThat(pollAll(queue)).containsExactly(other, second);
		assertThat(queue.dropped()).isZero();
	}

	@Test
	void whenTheNewerMessageHasNoRoomThenTheQueueOverflowsUnlessItIsAlone() {
		OutboxQueue queue = queue(OverflowPolicy.CONFLATE);
		queue.offer(message(LENGTH, "key"));
		assertThat(queue.offer(message(2 * CAPACITY, "key"))).isEqualTo(Admission.QUEUED);
		assertThat(queue.offer(message(LENGTH, "key"))).isEqualTo(Admission.QUEUED);
		queue.offer(message(LENGTH, "other"));
		assertThat(queue.offer(message(2 * LENGTH + OutboxMessage.OVERHEAD, "key"))).isEqualTo(Admission.QUEUED);
		assertThat(queue.bytes()).isEqualTo(CAPACITY);
		assertThat(queue.offer(message(2 * LENGTH + OutboxMessage.OVERHEAD + 1, "key")))
			.isEqualTo(Admission.OVERFLOWED);
		assertEmpty(queue);
		assertThat(queue.dropped()).isEqualTo(3 + 3);
		queue.offer(message(LENGTH, "key"));
		assertThat(queue.size()).isEqualTo(1);
	}

	@Test
	void whenAKeyChangesThenTheOrderIsKept() {
		OutboxQueue queue = queue(OverflowPolicy.CONFLATE);
		List<String> key = new ArrayList<>(List.of("a"));
		OutboxMessage first = message(1, key);
		OutboxMessage second = message(1, null);
		queue.offer(first);
		queue.offer(second);
		key.add("b");
		assertThat(queue.poll(Long.MAX_VALUE)).isSameAs(first);
		key.remove("b");
		OutboxMessage third = message(1, key);
		queue.offer(third);
		assertThat(pollAll(queue)).containsExactly(second, third);
	}

	@Test
	void whenPolledUpToANumberThenWhatCameLaterStays() {
		OutboxQueue queue = queue(OverflowPolicy.CLOSE);
		List<OutboxMessage> messages = fill(queue);
		long second = messages.get(1).sequence;
		assertThat(queue.poll(second)).isSameAs(messages.get(0));
		assertThat(queue.poll(second)).isSameAs(messages.get(1));
		assertThat(queue.poll(second)).isNull();
		assertThat(queue.lastSequence()).isGreaterThan(second);
		assertThat(pollAll(queue)).containsExactly(messages.get(2));
	}

	@Test
	void whenClearedThenEverythingIsDroppedAndThereIsRoomAgain() {
		OutboxQueue queue = queue(OverflowPolicy.CLOSE);
		fill(queue);
		queue.clear();
		assertEmpty(queue);
		assertThat(queue.dropped()).isEqualTo(3);
		queue.countDropped();
		assertThat(queue.dropped()).isEqualTo(4);
		assertThat(pollAll(queue)).isEmpty();
		fill(queue);
	}

	@ParameterizedTest
	@EnumSource
	void whenOfferedAndPolledAtRandomThenTheQueueIsWhatItShouldBe(OverflowPolicy policy) {
		Random random = new Random(policy.name().hashCode());
		for (int run = 0; run < 200; run++) {
			OutboxQueue queue = queue(policy);
			Model model = new Model(policy);
			for (int step = 0; step < 200; step++) {
				if (random.nextInt(3) == 0) {
					assertThat(queue.poll(Long.MAX_VALUE)).isSameAs(model.poll());
				}
				else {
					Object key = random.nextBoolean() ? random.nextInt(4) : null;
					OutboxMessage message = message(random.nextInt(200), key);
					queue.offer(message);
					model.offer(message);
				}
				assertThat(queue.size()).isEqualTo(model.waiting.size());
				assertThat(queue.bytes()).isEqualTo(model.bytes());
				assertThat(queue.dropped()).isEqualTo(model.dropped);
			}
			assertThat(pollAll(queue)).containsExactlyElementsOf(model.waiting.values());
		}
	}

	/**
	 * Says the same with less thought for what it costs.
	 */
	private static final class Model {

		private final OverflowPolicy policy;

		private final Map<Object, OutboxMessage> waiting = new LinkedHashMap<>();

		private long dropped;

		Model(OverflowPolicy policy) {
			this.policy = policy;
		}

		long bytes() {
			return this.waiting.values().stream().mapToLong(OutboxMessage::weight).sum();
		}

		@Nullable OutboxMessage poll() {
			return this.waiting.isEmpty() ? null : this.waiting.remove(this.waiting.keySet().iterator().next());
		}

		void offer(OutboxMessage message) {
			boolean conflated = this.policy == OverflowPolicy.CONFLATE && message.key() != null;
			Map<Object, OutboxMessage> after = new LinkedHashMap<>(this.waiting);
			boolean replaced = after.put(conflated ? message.key() : message, message) != null;
			Deque<OutboxMessage> others = new ArrayDeque<>(after.values());
			others.remove(message);
			long weight = after.values().stream().mapToLong(OutboxMessage::weight).sum();
			while (weight > CAPACITY && !others.isEmpty()) {
				switch (this.policy) {
					case DROP_OLDEST -> {
						OutboxMessage oldest = others.remove();
						after.remove(oldest);
						weight -= oldest.weight();
						this.dropped++;
					}
					case DROP_NEWEST -> {
						this.dropped++;
						return;
					}
					case BLOCK -> {
						return;
					}
					default -> {
						this.dropped += this.waiting.size() + 1;
						this.waiting.clear();
						return;
					}
				}
			}
			this.dropped += replaced ? 1 : 0;
			this.waiting.clear();
			this.waiting.putAll(after);
		}

	}

}
