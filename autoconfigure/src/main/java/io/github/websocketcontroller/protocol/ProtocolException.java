package io.github.websocketcontroller.protocol;

import java.io.IOException;
import java.io.Serial;

import org.springframework.web.socket.CloseStatus;

/**
 * Thrown when the peer breaks the protocol or sends more than it may. Carries the status
 * to close with, whose reason is fit for the peer's eyes. It has no stack trace: the
 * fault is the peer's, who must not be able to make us work for it.
 */
public final class ProtocolException extends IOException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final CloseStatus closeStatus;

	private ProtocolException(CloseStatus kind, String reason) {
		super(reason);
		this.closeStatus = new CloseStatus(kind.getCode(), reason);
	}

	static ProtocolException violation(String reason) {
		return new ProtocolException(CloseStatus.PROTOCOL_ERROR, reason);
	}

	static ProtocolException invalidUtf8() {
		return new ProtocolException(CloseStatus.BAD_DATA, "Invalid UTF-8");
	}

	static ProtocolException invalidCompression() {
		return new ProtocolException(CloseStatus.BAD_DATA, "Invalid compressed data");
	}

	static ProtocolException tooBig() {
		return new ProtocolException(CloseStatus.TOO_BIG_TO_PROCESS, "Message too big");
	}

	/**
	 * The status to close the connection with.
	 * @return 1002, 1007 or 1009 and a short reason
	 */
	public CloseStatus getCloseStatus() {
		return this.closeStatus;
	}

	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

}
