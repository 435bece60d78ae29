package io.github.websocketcontroller.upgrade.jetty;

import java.nio.ByteBuffer;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Makes an ordinary exchange of one that opens no tunnel: its request has no body, as a
 * GET has none, and its response is not one of success, all of which would open a tunnel
 * (RFC 9110, 9.3.6) and have a page taken for frames.
 */
final class TunnelGuard extends HttpStream.Wrapper {

	private final Request upgradeRequest;

	TunnelGuard(HttpStream stream, Request upgradeRequest) {
		super(stream);
		this.upgradeRequest = upgradeRequest;
	}

	// Jetty says of a tunnel that there is something to read, and gives nothing.
	@Override
	public Content.Chunk read() {
		return isUpgraded() ? super.read() : Content.Chunk.EOF;
	}

	@Override
	public void send(MetaData.Request request, MetaData.Response response, boolean last, ByteBuffer content,
			Callback callback) {
		super.send(request, isUnwanted(response) ? notFound(response) : response, last, content, callback);
	}

	// The response is null where only content follows.
	private boolean isUnwanted(MetaData.Response response) {
		return response != null && HttpStatus.isSuccess(response.getStatus()) && !isUpgraded();
	}

	private boolean isUpgraded() {
		return this.upgradeRequest.getAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE) != null;
	}

	private static MetaData.Response notFound(MetaData.Response response) {
		return new MetaData.Response(HttpStatus.NOT_FOUND_404, null, response.getHttpVersion(),
				response.getHttpFields(), response.getContentLength(), response.getTrailersSupplier());
	}

}
