package io.github.websocketcontroller.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.ExtensionConfig;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.WebSocketClient;

import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;

/**
 * Jetty's client, on heap buffers, so that what it keeps is not taken for a leak.
 */
final class JettysClient extends ForeignClient {

	private static final int LARGEST = 1024 * 1024;

	private final WebSocketClient client;

	private final Session session;

	private JettysClient(URI uri, String... extensions) throws Exception {
		HttpClient http = new HttpClient();
		http.setUseInputDirectByteBuffers(false);
		http.setUseOutputDirectByteBuffers(false);
		SslContextFactory.Client tls = new SslContextFactory.Client();
		tls.setSslContext(SelfSignedKeyStore.trust());
		http.setSslContextFactory(tls);
		this.client = new WebSocketClient(http);
		this.client.setMaxTextMessageSize(LARGEST);
		this.client.setMaxBinaryMessageSize(LARGEST);
		this.client.start();
		ClientUpgradeRequest request = new ClientUpgradeRequest(uri);
		request.addExtensions(extensions);
		this.session = this.client.connect(new Listener(this), request).get(20, TimeUnit.SECONDS);
	}

	static ForeignClient connect(URI uri, String... extensions) throws Exception {
		return new JettysClient(uri, extensions);
	}

	@Override
	public void sendText(String text) throws Exception {
		Callback.Completable sent = new Callback.Completable();
		this.session.sendText(text, sent);
		sent.get(20, TimeUnit.SECONDS);
	}

	@Override
	public void sendBinary(byte[] payload) throws Exception {
		Callback.Completable sent = new Callback.Completable();
		this.session.sendBinary(ByteBuffer.wrap(payload), sent);
		sent.get(20, TimeUnit.SECONDS);
	}

	@Override
	public void ping(byte[] payload) throws Exception {
		Callback.Completable sent = new Callback.Completable();
		this.session.sendPing(ByteBuffer.wrap(payload), sent);
		sent.get(20, TimeUnit.SECONDS);
	}

	@Override
	public void close(CloseStatus status) {
		this.session.close(status.getCode(), status.getReason(), Callback.NOOP);
	}

	@Override
	public List<String> extensions() {
		return this.session.getUpgradeResponse().getExtensions().stream().map(ExtensionConfig::getName).toList();
	}

	@Override
	public void close() throws IOException {
		try {
			this.client.stop();
		}
		catch (Exception ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * What Jetty calls.
	 */
	public static final class Listener implements Session.Listener.AutoDemanding {

		private final JettysClient client;

		Listener(JettysClient client) {
			this.client = client;
		}

		@Override
		public void onWebSocketText(String message) {
			this.client.received(new TextMessage(message));
		}

		@Override
		public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
			this.client.received(new BinaryMessage(copy(payload)));
			callback.succeed();
		}

		@Override
		public void onWebSocketPong(ByteBuffer payload) {
			this.client.received(new PongMessage(copy(payload)));
		}

		private static ByteBuffer copy(ByteBuffer payload) {
			return ByteBuffer.allocate(payload.remaining()).put(payload).flip();
		}

		@Override
		public void onWebSocketClose(int code, String reason, Callback callback) {
			this.client.ended(new CloseStatus(code, (reason == null || reason.isEmpty()) ? null : reason));
			callback.succeed();
		}

	}

}
