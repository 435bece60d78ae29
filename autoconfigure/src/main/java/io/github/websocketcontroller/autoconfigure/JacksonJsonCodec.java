package io.github.websocketcontroller.autoconfigure;

import java.io.IOException;

import io.github.websocketcontroller.connection.JsonCodec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as the application has configured it.
 */
final class JacksonJsonCodec implements JsonCodec {

	private final JsonMapper mapper;

	JacksonJsonCodec(JsonMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public <T> T read(byte[] json, Class<T> type) throws IOException {
		T value;
		try {
			value = this.mapper.readValue(json, type);
		}
		catch (JacksonException ex) {
			throw new IOException(ex);
		}
		if (value == null) {
			throw new IOException("null is not an object");
		}
		return value;
	}

	@Override
	public byte[] write(Object object) throws IOException {
		try {
			return this.mapper.writeValueAsBytes(object);
		}
		catch (JacksonException ex) {
			throw new IOException(ex);
		}
	}

}
