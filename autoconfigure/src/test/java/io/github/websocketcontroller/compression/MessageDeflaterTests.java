package io.github.websocketcontroller.compression;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MessageDeflater} and {@link MessageInflater}, each against the JDK's
 * own and against the other.
 */
class MessageDeflaterTests {

	private static final byte[] TAIL = { 0, 0, -1, -1 };

	private final CountedPool counted = new CountedPool();

	private final Random random = new Random(4711);

	@AfterEach
	void closeThePool() {
		this.counted.pool().close();
		assertThat(this.counted.living()).isZero();
	}

	private MessageDeflater deflater(boolean takeover, int windowBits) {
		return new MessageDeflater(new PerMessageDeflate(!takeover, !takeover, windowBits, 0), 6, this.counted.pool());
	}

	private static byte[] compress(MessageDeflater deflater, byte[] payload, boolean last) {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		byte[] chunk = deflater.take(payload, 0, payload.length, last);
		do {
			int count = deflater.next(chunk);
			compressed.write(chunk, 0, count);
		}
		while (deflater.hasMore());
		return compressed.toByteArray();
	}

	private static byte[] expand(Inflater inflater, byte[] compressed) throws DataFormatException {
		byte[] input = Arrays.copyOf(compressed, compressed.length + TAIL.length);
		System.arraycopy(TAIL, 0, input, compressed.length, TAIL.length);
		inflater.setInput(input);
		ByteArrayOutputStream expanded = new ByteArrayOutputStream();
		byte[] chunk = new byte[1000];
		for (int count = inflater.inflate(chunk); count > 0; count = inflater.inflate(chunk)) {
			expanded.write(chunk, 0, count);
		}
		assertThat(inflater.getRemaining()).isZero();
		return expanded.toByteArray();
	}

	private byte[] payload(int length, boolean compressible) {
		byte[] payload = new byte[length];
		this.random.nextBytes(payload);
		if (compressible) {
			for (int i = 0; i < length; i++) {
				payload[i] = (byte) "abcd".charAt(payload[i] & 0x3);
			}
		}
		return payload;
	}

	@ParameterizedTest
	@CsvSource({ "true, 0", "true, 15", "true, 8", "false, 0", "false, 14", "false, 9" })
	void whenMessagesAreCompressedThenTheJdkExpandsThem(boolean takeover, int windowBits) throws Exception {
		MessageDeflater deflater = deflater(takeover, windowBits);
		Inflater inflater = new Inflater(true);
		for (int length : new int[] { 1, 2, 100, 8059, 8060, 8061, 8192, 8193, 16_384, 50_000, 1_000_000, 1 }) {
			for (boolean compressible : new boolean[] { true, false }) {
				byte[] payload = payload(length, compressible);
				byte[] compressed = compress(deflater, payload, true);
				assertThat(expand(inflater, compressed)).isEqualTo(payload);
				if (compressible && length >= 100) {
					assertThat(compressed.length).isLessThanOrEqualTo(length / 2);
				}
				if (!takeover) {
					inflater.reset();
				}
			}
		}
		inflater.end();
		deflater.release();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAMessageIsCompressedInPartsThenEachPartIsThereAtOnce(boolean takeover) throws Exception {
		MessageDeflater deflater = deflater(takeover, 0);
		Inflater inflater = new Inflater(true);
		for (int round = 0; round < 3; round++) {
			for (byte[] part : new byte[][] { payload(10, true), new byte[0], payload(20_000, false) }) {
				byte[] compressed = compress(deflater, part, false);
				inflater.setInput(compressed);
				byte[] expanded = new byte[part.length + 1];
				assertThat(inflater.inflate(expanded)).isEqualTo(part.length);
				assertThat(Arrays.copyOf(expanded, part.length)).isEqualTo(part);
			}
			byte[] last = (round == 0) ? new byte[0] : payload(round, true);
			assertThat(expand(inflater, compress(deflater, last, true))).isEqualTo(last);
			if (!takeover) {
				inflater.reset();
			}
		}
		inflater.end();
		deflater.release();
	}

	@Test
	void whenTheContextIsKeptThenRepetitionCostsNextToNothing() {
		MessageDeflater deflater = deflater(true, 0);
		byte[] payload = payload(5000, false);
		assertThat(compress(deflater, payload, true)).hasSizeGreaterThan(5000);
		assertThat(compress(deflater, payload, true)).hasSizeLessThan(100);
		deflater.forget();
		assertThat(compress(deflater, payload, true)).hasSizeGreaterThan(5000);
		deflater.release();
	}

	@Test
	void whenTheWindowIsSmallThenNothingRefersBack() {
		// A literal costs a bit at least, and a reference would cost fewer.
		MessageDeflater deflater = deflater(true, 9);
		assertThat(compress(deflater, new byte[80_000], true)).hasSizeGreaterThanOrEqualTo(10_000);
		deflater.release();
	}

	@Test
	void whenAPreparedMessageComesBetweenThenTheNextOneDoesNotReferToWhatThePeerHasNot() throws Exception {
		MessageDeflater deflater = deflater(true, 0);
		Inflater inflater = new Inflater(true);
		byte[] payload = payload(5000, true);
		assertThat(expand(inflater, compress(deflater, payload, true))).isEqualTo(payload);
		byte[] prepared = deflater(true, 0).compressAlone(payload);
		for (int i = 0; i < 3; i++) {
			deflater.forget();
			assertThat(expand(inflater, prepared)).isEqualTo(payload);
			assertThat(expand(inflater, compress(deflater, payload, true))).isEqualTo(payload);
		}
		inflater.end();
		deflater.release();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 100, 384, 385, 100_000 })
	void whenCompressedAloneThenItIsAsLargeAsItMustBe(int length) throws Exception {
		MessageDeflater deflater = deflater(true, 0);
		Inflater inflater = new Inflater(true);
		for (boolean compressible : new boolean[] { true, false }) {
			byte[] payload = payload(length, compressible);
			inflater.reset();
			assertThat(expand(inflater, deflater.compressAlone(payload))).isEqualTo(payload);
		}
		inflater.end();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenCompressedAloneThenNoStepKeepsTheJvmFromCollectingGarbageForLong(boolean compressible) throws Exception {
		AtomicInteger longest = new AtomicInteger();
		CompressionPool pool = new CompressionPool(() -> new Inflater(true), () -> new Deflater(6, true) {
			@Override
			public int deflate(byte[] output, int offset, int length, int flush) {
				longest.accumulateAndGet(length, Math::max);
				return super.deflate(output, offset, length, flush);
			}
		});
		MessageDeflater deflater = new MessageDeflater(new PerMessageDeflate(true, true, 0, 0), 6, pool);
		Inflater inflater = new Inflater(true);
		byte[] payload = payload(1_000_000, compressible);
		assertThat(expand(inflater, deflater.compressAlone(payload))).isEqualTo(payload);
		assertThat(longest.get()).isPositive().isLessThanOrEqualTo(8192);
		inflater.end();
		pool.close();
	}

	@Test
	void whenFormsAreEqualThenSoIsWhatIsCompressedAlone() {
		byte[] payload = payload(3000, true);
		MessageDeflater large = deflater(false, 0);
		assertThat(deflater(true, 15).form()).isEqualTo(large.form());
		assertThat(deflater(true, 15).compressAlone(payload)).isEqualTo(large.compressAlone(payload));
		assertThat(deflater(true, 14).form()).isNotEqualTo(large.form()).isEqualTo(deflater(false, 8).form());
	}

	@Test
	void whenNoContextIsKeptThenOneDeflaterServesAll() {
		List<MessageDeflater> deflaters = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			deflaters.add(deflater(false, 0));
		}
		deflaters.forEach((deflater) -> compress(deflater, "hello".getBytes(StandardCharsets.UTF_8), true));
		assertThat(this.counted.made()).isOne();
	}

	@Test
	void whenNothingWasCompressedThenThereIsNothingToFree() {
		MessageDeflater deflater = deflater(true, 0);
		deflater.forget();
		deflater.release();
		MessageInflater inflater = new MessageInflater(new PerMessageDeflate(false, false, 0, 0), this.counted.pool());
		inflater.feedTail();
		inflater.endMessage();
		inflater.release();
		assertThat(this.counted.made()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "true, 1", "true, 7", "true, 100000", "false, 1", "false, 1000" })
	void whenMessagesAreExpandedThenTheyAreTheSame(boolean takeover, int step) throws Exception {
		MessageDeflater deflater = deflater(takeover, 0);
		MessageInflater inflater = new MessageInflater(new PerMessageDeflate(!takeover, !takeover, 0, 0),
				this.counted.pool());
		for (int length : new int[] { 1, 10, 1000, 70_000 }) {
			byte[] payload = payload(length, true);
			byte[] compressed = compress(deflater, payload, true);
			byte[] expanded = new byte[length + 1];
			int count = 0;
			for (int i = 0; i < compressed.length; i += step) {
				inflater.feed(compressed, i, Math.min(step, compressed.length - i));
				count = drain(inflater, expanded, count);
			}
			inflater.feedTail();
			assertThat(drain(inflater, expanded, count)).isEqualTo(length);
			inflater.endMessage();
			assertThat(expanded).startsWith(payload);
		}
		deflater.release();
		inflater.release();
	}

	private static int drain(MessageInflater inflater, byte[] target, int from) throws DataFormatException {
		int position = from;
		for (int count = 1; count > 0; position += count) {
			count = inflater.inflate(target, position, Math.min(50, target.length - position));
		}
		return position;
	}

	@Test
	void whenAClientSetsBfinalThenWhatFollowsIsReadToo() throws Exception {
		// RFC 7692, 7.2.3.4
		byte[] hello = { (byte) 0xf3, 0x48, (byte) 0xcd, (byte) 0xc9, (byte) 0xc9, 0x07, 0x00, 0x00 };
		MessageInflater inflater = new MessageInflater(new PerMessageDeflate(false, false, 0, 0), this.counted.pool());
		for (int step : new int[] { 8, 1, 7, 6, 5 }) {
			byte[] expanded = new byte[10];
			int count = 0;
			for (int i = 0; i < hello.length; i += step) {
				inflater.feed(hello, i, Math.min(step, hello.length - i));
				count = drain(inflater, expanded, count);
			}
			inflater.feedTail();
			assertThat(drain(inflater, expanded, count)).isEqualTo(5);
			inflater.endMessage();
			assertThat(new String(expanded, 0, 5, StandardCharsets.UTF_8)).isEqualTo("Hello");
		}
		inflater.release();
	}

}
