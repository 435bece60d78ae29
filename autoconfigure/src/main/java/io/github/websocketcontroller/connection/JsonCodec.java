package io.github.websocketcontroller.connection;

import java.io.IOException;

/**
 * Reads and writes JSON. Thread-safe.
 */
public interface JsonCodec {

	/**
	 * Reads an object.
	 * @param <T> the type
	 * @param json the JSON in UTF-8
	 * @param type what to read
	 * @return the object
	 * @throws IOException if it is not JSON of that type
	 */
	<T> T read(byte[] json, Class<T> type) throws IOException;

	/**
	 * Writes an object.
	 * @param object the object
	 * @return its JSON in UTF-8
	 * @throws IOException if the object can't be written
	 */
	byte[] write(Object object) throws IOException;

}
