package io.github.websocketcontroller.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.websocketcontroller.OverflowPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Properties of websocket controllers.
 *
 * @param allowedOrigins Comma-separated list of origins of web pages that may connect,
 * such as https://example.org. '*' lets pages of every origin connect. When neither this
 * nor a pattern is set, only pages of the server's own origin may.
 * @param allowedOriginPatterns Comma-separated list of patterns of origins of web pages
 * that may connect, such as https://*.example.org.
 * @param subprotocols Comma-separated list of subprotocols that are spoken. The first one
 * of the client's that is among them is agreed on.
 * @param handshakeTimeout Maximum time that hooks and arguments may take before an
 * upgrade, and that taking the socket over may take after it.
 * @param closeTimeout Time to wait for the peer's answer to a Close before the socket is
 * closed.
 * @param writeTimeout Time for which a write may wait for room in the socket's send
 * buffer before the connection is ended.
 * @param maxMessageSize Maximum size of a message that is received. A longer one ends the
 * connection with 1009.
 * @param readBufferSize Size of the read buffer of a connection, which becomes up to
 * eight times as large for longer messages, until shorter ones have come.
 * @param writeBufferSize Size of the write buffer of a connection. A frame that fits is
 * sent in one piece.
 * @param includeErrorMessage When to tell the peer the message of an exception that has
 * left serve.
 * @param threads Kind of thread that serves a connection.
 * @param shutdown What happens to open connections when the application stops.
 * @param tomcat What is particular to Tomcat.
 * @param limits What clients may use up.
 * @param paths Properties of connections that differ on single paths, by the path as it
 * is declared on the controller, in quotes and brackets.
 * @param maxStreamedMessageSize Maximum size of a message that is received as a stream. A
 * longer one ends the connection with 1009. 0 is no limit.
 * @param heartbeat Pings that find out whether a silent peer is still there.
 * @param outbox What may wait to be written to a peer that is slow.
 * @param compression Compression of messages with permessage-deflate.
 */
@ConfigurationProperties("websocket-controller")
record WebsocketControllerProperties(@DefaultValue List<String> allowedOrigins,
		@DefaultValue List<String> allowedOriginPatterns, @DefaultValue List<String> subprotocols,
		@DefaultValue("10s") Duration handshakeTimeout, @DefaultValue("10s") Duration closeTimeout,
		@DefaultValue("10s") Duration writeTimeout, @DefaultValue("64KB") DataSize maxMessageSize,
		@DefaultValue("2KB") DataSize readBufferSize, @DefaultValue("2KB") DataSize writeBufferSize,
		@DefaultValue("never") IncludeErrorMessage includeErrorMessage, @DefaultValue("auto") Threads threads,
		@DefaultValue Shutdown shutdown, @DefaultValue Tomcat tomcat, @DefaultValue Limits limits,
		@DefaultValue Map<String, Path> paths, @DefaultValue("0B") DataSize maxStreamedMessageSize,
		@DefaultValue Heartbeat heartbeat, @DefaultValue Outbox outbox,
		@DefaultValue Compression compression) implements ConnectionProperties {

	/**
	 * When to tell the peer the message of an exception.
	 */
	enum IncludeErrorMessage {

		/** Tell the peer nothing but that there was an error. */
		NEVER,

		/** Tell the peer the message of the exception, cut to 123 bytes. */
		ALWAYS

	}

	/**
	 * Kinds of threads.
	 */
	enum Threads {

		/** Virtual threads where the JVM has them, platform threads otherwise. */
		AUTO,

		/** Virtual threads; needs Java 21. */
		VIRTUAL,

		/** Platform threads. */
		PLATFORM

	}

	/**
	 * Properties of the shutdown.
	 *
	 * @param spread Time over which the peers of many connections are told to go, so that
	 * they do not come back all at once.
	 */
	record Shutdown(@DefaultValue("2s") Duration spread) {
	}

	/**
	 * Properties of Tomcat.
	 *
	 * @param takeOver Whether to take the sockets of plain connections over from Tomcat,
	 * which costs least. Connections with TLS are always served through Tomcat.
	 */
	record Tomcat(@DefaultValue("true") boolean takeOver) {
	}

	/**
	 * Limits. Zero is none.
	 *
	 * @param connections Maximum number of connections at a time. More get 503. 0 is no
	 * limit.
	 * @param connectionsPerAddress Maximum number of connections at a time of one remote
	 * address, or of one IPv6 network of 64 bits. More get 503. 0 is no limit.
	 * @param messagesPerSecond Maximum number of messages per second that are received on
	 * a connection, on average; as many may come at once. More end it with 1008. 0 is no
	 * limit.
	 * @param idleTime Maximum time that a connection may be open without any message.
	 * Then it is closed with 1001. 0 is no limit.
	 */
	record Limits(@DefaultValue("0") int connections, @DefaultValue("0") int connectionsPerAddress,
			@DefaultValue("0") Integer messagesPerSecond,
			@DefaultValue("0s") Duration idleTime) implements ConnectionProperties.Limits {
	}

	/**
	 * Properties of the heartbeat.
	 *
	 * @param interval Time for which a peer may be silent before it gets a ping. Zero
	 * turns the heartbeat off.
	 * @param timeout Time for which a peer may be silent after the ping before the
	 * connection is ended.
	 */
	record Heartbeat(@DefaultValue("30s") Duration interval,
			@DefaultValue("10s") Duration timeout) implements ConnectionProperties.Heartbeat {
	}

	/**
	 * Properties of the outbox.
	 *
	 * @param capacity Maximum size of what waits for a peer after it was offered, with 64
	 * bytes added for each message. There is always room for a single message.
	 * @param overflow Policy for a message that is offered while there is no room for it.
	 * The default, close, ends the connection with 1013.
	 */
	record Outbox(@DefaultValue("1MB") DataSize capacity,
			@DefaultValue("close") OverflowPolicy overflow) implements ConnectionProperties.Outbox {
	}

	/**
	 * Properties of the compression.
	 *
	 * @param enabled Whether to compress messages for clients that offer
	 * permessage-deflate.
	 * @param level Level of compression, from 1, which is fast, to 9, which makes
	 * messages smallest.
	 * @param threshold Minimum size of a message that is compressed. Messages that are
	 * sent as a stream always are.
	 * @param contextTakeover Whether compression builds upon the messages before. It
	 * makes small messages smaller, and each connection keeps some 300 KB for it.
	 */
	record Compression(@DefaultValue("false") Boolean enabled, @DefaultValue("6") Integer level,
			@DefaultValue("1KB") DataSize threshold,
			@DefaultValue("false") Boolean contextTakeover) implements ConnectionProperties.Compression {
	}

	/**
	 * Properties of the connections of one path. What is not set is as for all paths.
	 *
	 * @param allowedOrigins Comma-separated list of origins of web pages that may
	 * connect.
	 * @param allowedOriginPatterns Comma-separated list of patterns of origins of web
	 * pages that may connect.
	 * @param subprotocols Comma-separated list of subprotocols that are spoken.
	 * @param handshakeTimeout Maximum time that hooks and arguments may take before an
	 * upgrade, and that taking the socket over may take after it.
	 * @param closeTimeout Time to wait for the peer's answer to a Close before the socket
	 * is closed.
	 * @param writeTimeout Time for which a write may wait for room in the socket's send
	 * buffer before the connection is ended.
	 * @param maxMessageSize Maximum size of a message that is received.
	 * @param readBufferSize Size of the read buffer of a connection.
	 * @param writeBufferSize Size of the write buffer of a connection.
	 * @param includeErrorMessage When to tell the peer the message of an exception that
	 * has left serve.
	 * @param limits What a connection may use up.
	 * @param maxStreamedMessageSize Maximum size of a message that is received as a
	 * stream. 0 is no limit.
	 * @param heartbeat Pings that find out whether a silent peer is still there.
	 * @param outbox What may wait to be written to a peer that is slow.
	 * @param compression Compression of messages with permessage-deflate.
	 */
	record Path(@Nullable List<String> allowedOrigins, @Nullable List<String> allowedOriginPatterns,
			@Nullable List<String> subprotocols, @Nullable Duration handshakeTimeout, @Nullable Duration closeTimeout,
			@Nullable Duration writeTimeout, @Nullable DataSize maxMessageSize, @Nullable DataSize readBufferSize,
			@Nullable DataSize writeBufferSize, @Nullable IncludeErrorMessage includeErrorMessage,
			@Nullable PathLimits limits, @Nullable DataSize maxStreamedMessageSize, @Nullable PathHeartbeat heartbeat,
			@Nullable PathOutbox outbox, @Nullable PathCompression compression) implements ConnectionProperties {
	}

	/**
	 * Limits of each connection of one path.
	 *
	 * @param messagesPerSecond Maximum number of messages per second that are received on
	 * a connection, on average; as many may come at once. More end it with 1008. 0 is no
	 * limit.
	 * @param idleTime Maximum time that a connection may be open without any message.
	 * Then it is closed with 1001. 0 is no limit.
	 */
	record PathLimits(@Nullable Integer messagesPerSecond,
			@Nullable Duration idleTime) implements ConnectionProperties.Limits {
	}

	/**
	 * Properties of the heartbeat of the connections of one path.
	 *
	 * @param interval Time for which a peer may be silent before it gets a ping. Zero
	 * turns the heartbeat off.
	 * @param timeout Time for which a peer may be silent after the ping before the
	 * connection is ended.
	 */
	record PathHeartbeat(@Nullable Duration interval,
			@Nullable Duration timeout) implements ConnectionProperties.Heartbeat {
	}

	/**
	 * Properties of the outbox of the connections of one path.
	 *
	 * @param capacity Maximum size of what waits for a peer after it was offered, with 64
	 * bytes added for each message. There is always room for a single message.
	 * @param overflow Policy for a message that is offered while there is no room for it.
	 */
	record PathOutbox(@Nullable DataSize capacity,
			@Nullable OverflowPolicy overflow) implements ConnectionProperties.Outbox {
	}

	/**
	 * Properties of the compression on the connections of one path.
	 *
	 * @param enabled Whether to compress messages for clients that offer
	 * permessage-deflate.
	 * @param level Level of compression, from 1, which is fast, to 9, which makes
	 * messages smallest.
	 * @param threshold Minimum size of a message that is compressed. Messages that are
	 * sent as a stream always are.
	 * @param contextTakeover Whether compression builds upon the messages before. It
	 * makes small messages smaller, and each connection keeps some 300 KB for it.
	 */
	record PathCompression(@Nullable Boolean enabled, @Nullable Integer level, @Nullable DataSize threshold,
			@Nullable Boolean contextTakeover) implements ConnectionProperties.Compression {
	}

}
