package io.github.websocketcontroller.protocol;

import java.nio.charset.StandardCharsets;

import org.springframework.web.socket.CloseStatus;

/**
 * The payload of a Close frame (RFC 6455, 5.5.1): nothing, or a code and a reason.
 */
final class CloseFrame {

	static final int CODE_SIZE = 2;

	private static final int MAX_REASON = FrameHeader.MAX_CONTROL_PAYLOAD - CODE_SIZE;

	private static final byte[] NOTHING = {};

	private CloseFrame() {
	}

	/**
	 * The close code, of which both bytes have to be there.
	 * @param bytes where the payload is
	 * @param offset where it begins
	 * @return the code
	 */
	static int code(byte[] bytes, int offset) {
		return ((bytes[offset] & 0xFF) << Byte.SIZE) | (bytes[offset + 1] & 0xFF);
	}

	/**
	 * Reads a payload that has been found valid.
	 * @param bytes where it is
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @return the status
	 */
	static CloseStatus parse(byte[] bytes, int offset, int length) {
		if (length == 0) {
			return CloseStatus.NO_STATUS_CODE;
		}
		int code = code(bytes, offset);
		return (length == CODE_SIZE) ? new CloseStatus(code) : new CloseStatus(code,
				new String(bytes, offset + CODE_SIZE, length - CODE_SIZE, StandardCharsets.UTF_8));
	}

	/**
	 * Makes a payload.
	 * @param status the status; 1005 stands for none
	 * @return the payload, with as much of the reason as fits
	 * @throws IllegalArgumentException if the code must not be sent
	 */
	static byte[] payload(CloseStatus status) {
		int code = status.getCode();
		if (code == CloseStatus.NO_STATUS_CODE.getCode()) {
			return NOTHING;
		}
		if (!CloseCodes.maySend(code)) {
			throw new IllegalArgumentException("Close code " + code + " must not be sent");
		}
		String text = (status.getReason() != null) ? status.getReason() : "";
		byte[] reason = text.getBytes(StandardCharsets.UTF_8);
		int length = lengthOf(reason);
		byte[] payload = new byte[CODE_SIZE + length];
		payload[0] = (byte) (code >> Byte.SIZE);
		payload[1] = (byte) code;
		System.arraycopy(reason, 0, payload, CODE_SIZE, length);
		return payload;
	}

	private static int lengthOf(byte[] reason) {
		if (reason.length <= MAX_REASON) {
			return reason.length;
		}
		// Half a character is no UTF-8: cut before the one that does not fit.
		int length = MAX_REASON;
		while ((reason[length] & 0xC0) == 0x80) {
			length--;
		}
		return length;
	}

}
