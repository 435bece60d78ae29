package io.github.websocketcontroller.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.websocketcontroller.ConnectionClosedException;
import io.github.websocketcontroller.InvalidMessageException;
import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.testing.OnEveryTransport;
import io.github.websocketcontroller.testing.RawClient;
import io.github.websocketcontroller.testing.Scripts;
import io.github.websocketcontroller.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.StreamUtils;
import org.springframework.web.socket.TextMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Messages that are read while they arrive and sent while they are written.
 */
@ExtendWith(OutputCaptureExtension.class)
@OnEveryTransport
class StreamingTests {

	private static final int LIMIT = 300_000;

	@RegisterExtension
	static final TestServer server = TestServer.with(Scripts.class)
		.properties("websocket-controller.max-message-size=1KB",
				"websocket-controller.max-streamed-message-size=" + LIMIT + "B",
				"websocket-controller.close-timeout=2s");

	private final Scripts scripts = server.bean(Scripts.class);

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 125, 126, 2048, 2049, 8192, 8193, 16_384, 16_385, 65_536, LIMIT })
	void whenAMessageIsCopiedAsItArrivesThenItIsTheSame(int length) throws Exception {
		byte[] payload = payload(length);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			while (true) {
				try (InputStream input = connection.receiveStream(); OutputStream output = connection.sendStream()) {
					input.transferTo(output);
				}
			}
		})) {
			for (int fragment : new int[] { Math.max(1, length), 7000, 100_000 }) {
				CompletableFuture<Void> sent = CompletableFuture
					.runAsync(() -> sendFragments(client, payload, fragment));
				assertThat(message(client, 0x2)).isEqualTo(payload);
				sent.get(20, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void whenTextIsCopiedCharacterByCharacterThenItIsTheSame() throws Exception {
		String text = "h\u00e9ll\u00f6 \u20ac \ud83d\ude00 ".repeat(500);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			try (Reader reader = connection.receiveReader(); Writer writer = connection.sendWriter()) {
				for (int character = reader.read(); character >= 0; character = reader.read()) {
					writer.write(character);
				}
			}
		})) {
			sendFragments(client, 0x1, text.getBytes(StandardCharsets.UTF_8), 1001);
			assertThat(new String(message(client, 0x1), StandardCharsets.UTF_8)).isEqualTo(text);
		}
	}

	@Test
	void whenAStreamIsReadThenWhatHasArrivedIsThereBeforeTheRest() throws Exception {
		CountDownLatch first = new CountDownLatch(1);
		CompletableFuture<String> rest = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			InputStream stream = connection.receiveStream();
			assertThat(stream.readNBytes(3)).asString().isEqualTo("abc");
			assertThat(stream.available()).isZero();
			first.countDown();
			rest.complete(StreamUtils.copyToString(stream, StandardCharsets.UTF_8));
			assertThat(stream.read()).isEqualTo(-1);
			connection.sendText("done");
		})) {
			client.send(RawClient.bytes(0x01, "abc".getBytes(StandardCharsets.UTF_8)));
			assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
			client.send(RawClient.bytes(0x89, new byte[] { 7 }));
			assertThat(client.read().payload()).containsExactly(7);
			client.send(RawClient.bytes(0x80, "def".getBytes(StandardCharsets.UTF_8)));
			assertThat(rest.get(20, TimeUnit.SECONDS)).isEqualTo("def");
			assertThat(client.read().text()).isEqualTo("done");
		}
	}

	@Test
	void whenAStreamIsLeftUnreadThenTheNextMessageFollows() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			InputStream untouched = connection.receiveStream();
			InputStream begun = connection.receiveStream();
			assertThat(begun.read()).isEqualTo('b');
			assertThat(connection.receiveText()).isEqualTo("c");
			assertThatIOException().isThrownBy(begun::read);
			assertThatIOException().isThrownBy(untouched::read);
			try (InputStream closed = connection.receiveStream()) {
				assertThat(closed.read()).isEqualTo('d');
			}
			assertThat(connection.receive()).isEqualTo(new TextMessage("e"));
			connection.sendText("f");
		})) {
			client.text("a".repeat(100_000)).text("b".repeat(100_000)).text("c").text("d".repeat(10_000)).text("e");
			assertThat(client.read().text()).isEqualTo("f");
		}
	}

	@Test
	void whenAMessageWasWaitedForThenTheRestOfItIsAStream() throws Exception {
		CountDownLatch waited = new CountDownLatch(1);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.receiveText();
			assertThat(connection.receive(Duration.ofMillis(50))).isNull();
			waited.countDown();
			connection.sendText(StreamUtils.copyToString(connection.receiveStream(), StandardCharsets.UTF_8));
		})) {
			client.send(RawClient.bytes(0x81, new byte[] { 'x' }));
			client.send(RawClient.bytes(0x01, new byte[] { 'a' }));
			assertThat(waited.await(20, TimeUnit.SECONDS)).isTrue();
			client.send(RawClient.bytes(0x80, new byte[] { 'b' }));
			assertThat(client.read().text()).isEqualTo("ab");
		}
	}

	@Test
	void whenNothingBeginsInTimeThenThereIsNoStream() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			assertThat(connection.receiveStream(Duration.ofMillis(1))).isNull();
			assertThat(connection.receiveReader(Duration.ofMillis(1))).isNull();
			connection.sendText("now");
			Reader reader = connection.receiveReader(Duration.ofSeconds(20));
			assertThat(reader).isNotNull();
			connection.sendText(StreamUtils.copyToString(connection.receiveStream(), StandardCharsets.UTF_8));
		})) {
			assertThat(client.read().text()).isEqualTo("now");
			client.text("one").text("two");
			assertThat(client.read().text()).isEqualTo("two");
		}
	}

	@Test
	void whenTheMessageIsBinaryThenThereIsNoReaderAndTheConnectionGoesOn() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			assertThatExceptionOfType(InvalidMessageException.class).isThrownBy(connection::receiveReader);
			connection.send(connection.receive());
		})) {
			client.send(RawClient.bytes(0x82, new byte[5000])).text("next");
			assertThat(client.read().text()).isEqualTo("next");
		}
	}

	@Test
	void whenAStreamedMessageIsLongerThanItMayBeThenItEndsWith1009() throws Exception {
		try (RawClient client = this.scripts.open(server,
				(connection) -> StreamUtils.drain(connection.receiveStream()))) {
			sendFragments(client, 0x2, payload(LIMIT + 1), LIMIT);
			assertThat(client.read().closeCode()).isEqualTo(1009);
		}
	}

	@Test
	void whenAStreamedTextIsNoUtf8ThenItEndsWith1007() throws Exception {
		try (RawClient client = this.scripts.open(server,
				(connection) -> StreamUtils.drain(connection.receiveStream()))) {
			client.send(RawClient.bytes(0x01, new byte[] { 'a', (byte) 0xE2 }));
			client.send(RawClient.bytes(0x80, new byte[] { 'b' }));
			assertThat(client.read().closeCode()).isEqualTo(1007);
		}
	}

	@Test
	void whenThePeerVanishesAmidAMessageThenReadingSaysSo(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		CountDownLatch begun = new CountDownLatch(1);
		RawClient client = this.scripts.open(server, (connection) -> {
			try {
				InputStream stream = connection.receiveStream();
				stream.readNBytes(3);
				begun.countDown();
				stream.read();
			}
			catch (Throwable ex) {
				thrown.complete(ex);
				throw ex;
			}
		});
		client.send(RawClient.bytes(0x02, new byte[3]));
		assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		client.reset();
		assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(ConnectionClosedException.class);
		assertThat(output.getAll().substring(before)).doesNotContain(" ERROR ");
	}

	@Test
	void whenAMessageIsBeingWrittenThenThoseOfOtherThreadsWaitAndPongsDoNot() throws Exception {
		CompletableFuture<Void> other = new CompletableFuture<>();
		CountDownLatch finish = new CountDownLatch(1);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			try (Writer writer = connection.sendWriter()) {
				writer.write("one ");
				writer.flush();
				Thread thread = new Thread(() -> {
					try {
						connection.sendText("three");
						other.complete(null);
					}
					catch (Throwable ex) {
						other.completeExceptionally(ex);
					}
				});
				thread.start();
				assertThat(connection.receiveText()).isEqualTo("go on");
				assertThat(other).isNotDone();
				assertThatIllegalStateException().isThrownBy(() -> connection.sendText("no"));
				assertThatIllegalStateException().isThrownBy(connection::sendStream);
				writer.write("two");
			}
			other.get(20, TimeUnit.SECONDS);
			assertThat(finish.await(20, TimeUnit.SECONDS)).isTrue();
		})) {
			assertThat(client.read().text()).isEqualTo("one ");
			client.send(RawClient.bytes(0x89, new byte[] { 7 })).text("go on");
			RawClient.Frame pong = client.read();
			assertThat(pong.firstByte()).isEqualTo(0x8A);
			RawClient.Frame rest = client.read();
			assertThat(rest.firstByte()).isEqualTo(0x80);
			assertThat(rest.text()).isEqualTo("two");
			assertThat(client.read().text()).isEqualTo("three");
			finish.countDown();
		}
	}

	@Test
	void whenServeLeavesAMessageOpenThenItHasFailed(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		try (RawClient client = this.scripts.open(server, (connection) -> connection.sendWriter().write("lost"))) {
			assertThat(client.read().closeCode()).isEqualTo(1011);
		}
		assertThat(output.getAll().substring(before)).contains("without closing the stream of a message");
	}

	@Test
	void whenServeReturnsWhileAForkedThreadWritesThenThatOneMayEndItsMessage(CapturedOutput output) throws Exception {
		int before = output.getAll().length();
		CountDownLatch begun = new CountDownLatch(1);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.fork(() -> {
				try (Writer writer = connection.sendWriter()) {
					writer.write("one ");
					writer.flush();
					begun.countDown();
					Thread.sleep(Duration.ofMinutes(1).toMillis());
				}
				catch (InterruptedException ex) {
					// Has ended the message.
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
			assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
		})) {
			assertThat(client.read().text()).isEqualTo("one ");
			assertThat(client.read().firstByte()).isEqualTo(0x80);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
		assertThat(output.getAll().substring(before)).doesNotContain(" ERROR ");
	}

	@Test
	void whenMessagesAreOfferedAmidOneThatIsWrittenThenTheyComeAfterIt() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			assertThat(connection.offerText("before")).isTrue();
			try (Writer writer = connection.sendWriter()) {
				writer.write("one ");
				writer.flush();
				assertThat(connection.offerText("after")).isTrue();
				assertThat(connection.receiveText()).isEqualTo("go on");
				writer.write("two");
			}
			connection.sendText("last");
		})) {
			assertThat(client.read().text()).isEqualTo("before");
			assertThat(client.read().text()).isEqualTo("one ");
			client.text("go on");
			assertThat(client.read().text()).isEqualTo("two");
			assertThat(client.read().text()).isEqualTo("after");
			assertThat(client.read().text()).isEqualTo("last");
		}
	}

	@Test
	void whenTheConnectionClosesWhileAnotherThreadWaitsForItsTurnThenThatOneIsTold() throws Exception {
		CompletableFuture<Throwable> told = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			Writer writer = connection.sendWriter();
			Thread thread = new Thread(() -> {
				try {
					connection.sendText("never");
				}
				catch (Throwable ex) {
					told.complete(ex);
				}
			});
			thread.start();
			connection.close();
			assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(ConnectionClosedException.class);
			assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(writer::close);
		})) {
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
		}
		assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(ConnectionClosedException.class);
	}

	@Test
	void whenMessagesAreNotFlushedThenTheyLeaveTogetherBeforeReceiveWaits() throws Exception {
		CountDownLatch look = new CountDownLatch(1);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setAutoFlush(false);
			connection.sendText("one");
			connection.sendText("t\u00fc");
			connection.sendBinary(new byte[] { 3 });
			look.await();
			connection.receiveText();
			connection.sendText("four");
			connection.flush();
			connection.sendBinary(new byte[5000]);
			connection.sendText("six");
			connection.setAutoFlush(true);
			connection.sendText("seven");
			connection.receiveText();
		})) {
			assertThat(client.input().available()).isZero();
			look.countDown();
			assertThat(client.read().text()).isEqualTo("one");
			assertThat(client.read().text()).isEqualTo("t\u00fc");
			assertThat(client.read().payload()).containsExactly(3);
			client.text("go on");
			assertThat(client.read().text()).isEqualTo("four");
			assertThat(client.read().payload()).hasSize(5000);
			assertThat(client.read().text()).isEqualTo("six");
			assertThat(client.read().text()).isEqualTo("seven");
		}
	}

	@Test
	void whenServeIsHeldUpAmidMessagesThatCameTogetherThenItsAnswersLeaveAllTheSame() throws Exception {
		CountDownLatch answered = new CountDownLatch(1);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.sendText(connection.receiveText());
			answered.await();
			for (int i = 1; i < 50; i++) {
				connection.sendText(connection.receiveText());
			}
		})) {
			ByteArrayOutputStream messages = new ByteArrayOutputStream();
			for (int i = 0; i < 50; i++) {
				messages.writeBytes(RawClient.bytes(0x81, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
			}
			client.send(messages.toByteArray());
			assertThat(client.read().text()).isEqualTo("0");
			answered.countDown();
			for (int i = 1; i < 50; i++) {
				assertThat(client.read().text()).isEqualTo(Integer.toString(i));
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
			client.close(1000);
		}
	}

	@Test
	void whenServeReturnsThenWhatWasNotFlushedStillLeaves() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			connection.setAutoFlush(false);
			for (int i = 0; i < 1000; i++) {
				connection.sendText("message " + i);
			}
		})) {
			for (int i = 0; i < 1000; i++) {
				assertThat(client.read().text()).isEqualTo("message " + i);
			}
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenAThreadIsInterruptedAmidAMessageThenTheMessageIsEndedAllTheSame() throws Exception {
		try (RawClient client = this.scripts.open(server, (connection) -> {
			OutputStream stream = connection.sendStream();
			stream.write(payload(20_000));
			Thread.currentThread().interrupt();
			stream.close();
			assertThat(Thread.interrupted()).isTrue();
			connection.sendText("next");
		})) {
			assertThat(message(client, 0x2)).isEqualTo(payload(20_000));
			assertThat(client.read().text()).isEqualTo("next");
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 10, 8192 })
	void whenAThreadIsInterruptedAmidATextThenTheTextIsEndedOrNotBegun(int begun) throws Exception {
		String text = "\u20ac".repeat(5000);
		try (RawClient client = this.scripts.open(server, (connection) -> {
			Writer writer = connection.sendWriter();
			writer.write("a".repeat(begun));
			writer.flush();
			writer.write(text);
			Thread.currentThread().interrupt();
			try {
				writer.close();
			}
			catch (WebsocketException ex) {
				assertThat(begun).isZero();
			}
			assertThat(Thread.interrupted()).isTrue();
			connection.sendText("next");
		})) {
			String first = new String(message(client, 0x1), StandardCharsets.UTF_8);
			if (begun > 0) {
				assertThat(first).isEqualTo("a".repeat(begun) + text);
				first = client.read().text();
			}
			assertThat(first).isEqualTo("next");
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	@Test
	void whenMessagesAreNotFlushedThenReceiveDoesNotWaitForAWriteThatThePeerHoldsUp() throws Exception {
		int count = 40;
		byte[] upload = payload(LIMIT);
		CompletableFuture<Boolean> received = new CompletableFuture<>();
		try (RawClient client = this.scripts.open(server, (connection) -> {
			CountDownLatch writing = new CountDownLatch(1);
			connection.setAutoFlush(false);
			connection.fork(() -> {
				connection.sendText("small");
				writing.countDown();
				connection.sendBinary(new byte[16_000_000]);
			});
			writing.await();
			Thread.sleep(200);
			for (int i = 0; i < count; i++) {
				connection.receiveStream();
			}
			received.complete(true);
		})) {
			CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
				for (int i = 0; i < count; i++) {
					sendFragments(client, upload, LIMIT);
				}
			});
			assertThat(received.get(10, TimeUnit.SECONDS)).isTrue();
			sent.get(10, TimeUnit.SECONDS);
			assertThat(client.read().text()).isEqualTo("small");
			assertThat(client.read().payload()).hasSize(16_000_000);
			assertThat(client.read().closeCode()).isEqualTo(1000);
		}
	}

	private static byte[] payload(int length) {
		byte[] payload = new byte[length];
		for (int i = 0; i < length; i++) {
			payload[i] = (byte) (i * 31 + i / 256);
		}
		return payload;
	}

	private static void sendFragments(RawClient client, byte[] payload, int size) {
		try {
			sendFragments(client, 0x2, payload, size);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void sendFragments(RawClient client, int opcode, byte[] payload, int size) throws IOException {
		int position = 0;
		do {
			int end = Math.min(payload.length, position + size);
			int first = ((position == 0) ? opcode : 0) | ((end == payload.length) ? 0x80 : 0);
			client.send(RawClient.bytes(first, Arrays.copyOfRange(payload, position, end)));
			position = end;
		}
		while (position < payload.length);
	}

	// All fragments of the next message.
	private static byte[] message(RawClient client, int opcode) throws IOException {
		byte[] message = {};
		RawClient.Frame frame;
		int expected = opcode;
		do {
			frame = client.read();
			assertThat(frame.firstByte() & 0xF).isEqualTo(expected);
			message = concat(message, frame.payload());
			expected = 0;
		}
		while ((frame.firstByte() & 0x80) == 0);
		return message;
	}

	private static byte[] concat(byte[] head, byte[] tail) {
		byte[] all = Arrays.copyOf(head, head.length + tail.length);
		System.arraycopy(tail, 0, all, head.length, tail.length);
		return all;
	}

}
