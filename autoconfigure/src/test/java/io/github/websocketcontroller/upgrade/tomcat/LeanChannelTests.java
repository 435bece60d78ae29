package io.github.websocketcontroller.upgrade.tomcat;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeanChannel}, as Tomcat would use it.
 */
class LeanChannelTests {

	private final NioEndpoint endpoint = new NioEndpoint();

	@Test
	void whenASocketIsTakenOverThenTomcatKeepsNoBuffersOfIt() throws IOException {
		try (SocketChannel socket = SocketChannel.open()) {
			NioSocketWrapper wrapper = wrapper(new NioChannel(new SocketBufferHandler(1024, 512, false)), socket);
			NioChannel original = wrapper.getSocket();
			LeanChannel.replaceChannelOf(wrapper);
			assertThat(wrapper.getSocket()).isNotSameAs(original);
			assertThat(wrapper.getSocket().getIOChannel()).isSameAs(socket);
			assertThat(wrapper.getSocketBufferHandler().getReadBuffer().capacity()).isZero();
			assertThat(wrapper.getSocketBufferHandler().getWriteBuffer().capacity()).isZero();
		}
	}

	@Test
	void whenTomcatUsesTheChannelForAnotherConnectionThenThatHasItsBuffers() throws IOException {
		NioSocketWrapper taken;
		try (SocketChannel socket = SocketChannel.open()) {
			taken = wrapper(new NioChannel(new SocketBufferHandler(1024, 512, true)), socket);
			LeanChannel.replaceChannelOf(taken);
		}
		NioChannel channel = taken.getSocket();
		channel.reset(null, null);
		try (SocketChannel socket = SocketChannel.open()) {
			NioSocketWrapper next = wrapper(channel, socket);
			SocketBufferHandler buffers = next.getSocketBufferHandler();
			assertThat(buffers.getReadBuffer().capacity()).isEqualTo(1024);
			assertThat(buffers.getReadBuffer().isDirect()).isTrue();
			assertThat(buffers.getWriteBuffer().capacity()).isEqualTo(512);
			buffers.getReadBuffer().put((byte) 1);
			channel.reset(null, null);
			assertThat(channel.getBufHandler()).isSameAs(buffers);
			assertThat(buffers.getReadBuffer().position()).as("bytes of the connection before").isZero();
		}
		finally {
			channel.free();
		}
	}

	@Test
	void whenASocketIsTakenOverWhoseChannelWasUsedBeforeThenTomcatKeepsNoBuffersOfItEither() throws IOException {
		NioChannel channel = new NioChannel(new SocketBufferHandler(1024, 512, false));
		for (int i = 0; i < 3; i++) {
			try (SocketChannel socket = SocketChannel.open()) {
				NioSocketWrapper wrapper = wrapper(channel, socket);
				assertThat(wrapper.getSocketBufferHandler().getReadBuffer().capacity()).isEqualTo(1024);
				LeanChannel.replaceChannelOf(wrapper);
				assertThat(wrapper.getSocketBufferHandler().getReadBuffer().capacity()).isZero();
				channel = wrapper.getSocket();
				channel.reset(null, null);
			}
		}
	}

	private NioSocketWrapper wrapper(NioChannel channel, SocketChannel socket) throws IOException {
		NioSocketWrapper wrapper = new NioSocketWrapper(channel, this.endpoint);
		channel.reset(socket, wrapper);
		return wrapper;
	}

}
