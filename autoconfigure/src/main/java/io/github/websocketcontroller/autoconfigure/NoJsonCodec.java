package io.github.websocketcontroller.autoconfigure;

import io.github.websocketcontroller.WebsocketException;
import io.github.websocketcontroller.connection.JsonCodec;

/**
 * Stands in where the application has no Jackson.
 */
final class NoJsonCodec implements JsonCodec {

	@Override
	public <T> T read(byte[] json, Class<T> type) {
		throw missing();
	}

	@Override
	public byte[] write(Object object) {
		throw missing();
	}

	private static WebsocketException missing() {
		return new WebsocketException("There is no JsonMapper; add spring-boot-starter-jackson to use JSON");
	}

}
