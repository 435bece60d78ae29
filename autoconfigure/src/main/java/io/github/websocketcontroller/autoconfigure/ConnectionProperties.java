package io.github.websocketcontroller.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.websocketcontroller.OverflowPolicy;
import io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties.IncludeErrorMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * The properties that concern single connections: those of all paths, and those of one
 * path, where {@code null} leaves it to the former.
 */
interface ConnectionProperties {

	@Nullable List<String> allowedOrigins();

	@Nullable List<String> allowedOriginPatterns();

	@Nullable List<String> subprotocols();

	@Nullable Duration handshakeTimeout();

	@Nullable Duration closeTimeout();

	@Nullable Duration writeTimeout();

	@Nullable DataSize maxMessageSize();

	@Nullable DataSize readBufferSize();

	@Nullable DataSize writeBufferSize();

	@Nullable IncludeErrorMessage includeErrorMessage();

	@Nullable Limits limits();

	@Nullable DataSize maxStreamedMessageSize();

	@Nullable Heartbeat heartbeat();

	@Nullable Outbox outbox();

	@Nullable Compression compression();

	/**
	 * Those of the compression.
	 */
	interface Compression {

		@Nullable Boolean enabled();

		@Nullable Integer level();

		@Nullable DataSize threshold();

		@Nullable Boolean contextTakeover();

	}

	/**
	 * Those of the outbox.
	 */
	interface Outbox {

		@Nullable DataSize capacity();

		@Nullable OverflowPolicy overflow();

	}

	/**
	 * Those of the heartbeat.
	 */
	interface Heartbeat {

		@Nullable Duration interval();

		@Nullable Duration timeout();

	}

	/**
	 * Those that limit what a connection may do.
	 */
	interface Limits {

		@Nullable Integer messagesPerSecond();

		@Nullable Duration idleTime();

	}

}
