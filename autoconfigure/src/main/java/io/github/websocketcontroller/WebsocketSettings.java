package io.github.websocketcontroller;

import java.time.Duration;
import java.util.List;

import org.springframework.util.unit.DataSize;

/**
 * What a connection is run with. Immutable and always valid. Made from
 * {@code websocket-controller.*}; an application that wants to do so itself declares a
 * bean of this type:
 *
 * {@snippet :
 * &#64;Bean
 * WebsocketSettings settings() {
 * 	return WebsocketSettings.builder().maxMessageSize(DataSize.ofMegabytes(1)).build();
 * }
 * }
 *
 * Long because there are many settings, each with an accessor here and a method of the
 * builder; nothing happens in them.
 *
 * @since 0.1.0
 * @see SettingsCustomizer
 */
public final class WebsocketSettings {

	/**
	 * The settings of an application that sets nothing.
	 */
	public static final WebsocketSettings DEFAULTS = builder().build();

	private final List<String> allowedOrigins;

	private final List<String> allowedOriginPatterns;

	private final List<String> subprotocols;

	private final Duration handshakeTimeout;

	private final Duration closeTimeout;

	private final Duration writeTimeout;

	private final int maxMessageSize;

	private final int readBufferSize;

	private final int writeBufferSize;

	private final boolean includeErrorMessage;

	private final int messagesPerSecond;

	private final Duration idleTime;

	private final long maxStreamedMessageSize;

	private final Duration heartbeatInterval;

	private final Duration heartbeatTimeout;

	private final int outboxCapacity;

	private final OverflowPolicy outboxOverflow;

	private final boolean compressionEnabled;

	private final int compressionLevel;

	private final int compressionThreshold;

	private final boolean compressionContextTakeover;

	private WebsocketSettings(Builder builder) {
		this.allowedOrigins = builder.allowedOrigins;
		this.allowedOriginPatterns = builder.allowedOriginPatterns;
		this.subprotocols = builder.subprotocols;
		this.handshakeTimeout = builder.handshakeTimeout;
		this.closeTimeout = builder.closeTimeout;
		this.writeTimeout = builder.writeTimeout;
		this.maxMessageSize = (int) builder.maxMessageSize.toBytes();
		this.readBufferSize = (int) builder.readBufferSize.toBytes();
		this.writeBufferSize = (int) builder.writeBufferSize.toBytes();
		this.includeErrorMessage = builder.includeErrorMessage;
		this.messagesPerSecond = builder.messagesPerSecond;
		this.idleTime = builder.idleTime;
		this.maxStreamedMessageSize = builder.maxStreamedMessageSize.toBytes();
		this.heartbeatInterval = builder.heartbeatInterval;
		this.heartbeatTimeout = builder.heartbeatTimeout;
		this.outboxCapacity = (int) builder.outboxCapacity.toBytes();
		this.outboxOverflow = builder.outboxOverflow;
		this.compressionEnabled = builder.compressionEnabled;
		this.compressionLevel = builder.compressionLevel;
		this.compressionThreshold = (int) builder.compressionThreshold.toBytes();
		this.compressionContextTakeover = builder.compressionContextTakeover;
	}

	/**
	 * A builder that holds the defaults.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * A builder that holds these settings.
	 * @return a new builder
	 */
	public Builder mutate() {
		return new Builder(this);
	}

	/**
	 * Which origins of web pages may connect. When neither this nor a pattern is given,
	 * only pages of the server's own origin may.
	 * @return an unmodifiable list
	 */
	public List<String> allowedOrigins() {
		return this.allowedOrigins;
	}

	/**
	 * Which origins of web pages may connect, as patterns.
	 * @return an unmodifiable list
	 */
	public List<String> allowedOriginPatterns() {
		return this.allowedOriginPatterns;
	}

	/**
	 * Which subprotocols are spoken.
	 * @return an unmodifiable list
	 */
	public List<String> subprotocols() {
		return this.subprotocols;
	}

	/**
	 * How long hooks and arguments may take before an upgrade, and taking the socket over
	 * after it.
	 * @return the time
	 */
	public Duration handshakeTimeout() {
		return this.handshakeTimeout;
	}

	/**
	 * How long to wait for the peer's answer to a Close.
	 * @return the time
	 */
	public Duration closeTimeout() {
		return this.closeTimeout;
	}

	/**
	 * How long a write may wait for room in the socket's send buffer.
	 * @return the time
	 */
	public Duration writeTimeout() {
		return this.writeTimeout;
	}

	/**
	 * The longest message that is received.
	 * @return the size in bytes
	 */
	public int maxMessageSize() {
		return this.maxMessageSize;
	}

	/**
	 * The read buffer of a connection, which becomes up to eight times as large for
	 * longer messages, until shorter ones have come.
	 * @return the size in bytes
	 */
	public int readBufferSize() {
		return this.readBufferSize;
	}

	/**
	 * Up to which size a frame is sent from a connection's own buffer.
	 * @return the size in bytes
	 */
	public int writeBufferSize() {
		return this.writeBufferSize;
	}

	/**
	 * Whether the peer is told the message of what {@code serve} has thrown.
	 * @return {@code true} if it is told
	 */
	public boolean includeErrorMessage() {
		return this.includeErrorMessage;
	}

	/**
	 * How many data messages the peer may send per second on average; those of one second
	 * may come at once.
	 * @return the number, 0 for no limit
	 */
	public int messagesPerSecond() {
		return this.messagesPerSecond;
	}

	/**
	 * How long a connection may be without a data message in either direction.
	 * @return the time, 0 for no limit
	 */
	public Duration idleTime() {
		return this.idleTime;
	}

	/**
	 * The longest message that is received as a stream.
	 * @return the size in bytes, 0 for no limit
	 */
	public long maxStreamedMessageSize() {
		return this.maxStreamedMessageSize;
	}

	/**
	 * For how long a peer may be silent before it gets a ping.
	 * @return the time, 0 for no heartbeat
	 */
	public Duration heartbeatInterval() {
		return this.heartbeatInterval;
	}

	/**
	 * For how long a peer may be silent after the ping before the connection is ended.
	 * @return the time
	 */
	public Duration heartbeatTimeout() {
		return this.heartbeatTimeout;
	}

	/**
	 * How much may wait to be written of what is offered to a peer.
	 * @return the size in bytes
	 */
	public int outboxCapacity() {
		return this.outboxCapacity;
	}

	/**
	 * What happens to an offered message that finds no room.
	 * @return the policy
	 */
	public OverflowPolicy outboxOverflow() {
		return this.outboxOverflow;
	}

	/**
	 * Whether messages are compressed for clients that offer permessage-deflate.
	 * @return {@code true} if they are
	 */
	public boolean compressionEnabled() {
		return this.compressionEnabled;
	}

	/**
	 * How much effort goes into compression.
	 * @return 1, fast, to 9, small
	 */
	public int compressionLevel() {
		return this.compressionLevel;
	}

	/**
	 * From which size on messages are compressed.
	 * @return the size in bytes
	 */
	public int compressionThreshold() {
		return this.compressionThreshold;
	}

	/**
	 * Whether compression builds upon the messages before, for which each connection
	 * keeps some 300 KB.
	 * @return {@code true} if it does, unless the client refuses
	 */
	public boolean compressionContextTakeover() {
		return this.compressionContextTakeover;
	}

	/**
	 * Builds settings. Not thread-safe.
	 */
	public static final class Builder {

		private List<String> allowedOrigins = List.of();

		private List<String> allowedOriginPatterns = List.of();

		private List<String> subprotocols = List.of();

		private Duration handshakeTimeout = Duration.ofSeconds(10);

		private Duration closeTimeout = Duration.ofSeconds(10);

		private Duration writeTimeout = Duration.ofSeconds(10);

		private DataSize maxMessageSize = DataSize.ofKilobytes(64);

		private DataSize readBufferSize = DataSize.ofKilobytes(2);

		private DataSize writeBufferSize = DataSize.ofKilobytes(2);

		private boolean includeErrorMessage;

		private int messagesPerSecond;

		private Duration idleTime = Duration.ZERO;

		private DataSize maxStreamedMessageSize = DataSize.ofBytes(0);

		private Duration heartbeatInterval = Duration.ofSeconds(30);

		private Duration heartbeatTimeout = Duration.ofSeconds(10);

		private DataSize outboxCapacity = DataSize.ofMegabytes(1);

		private OverflowPolicy outboxOverflow = OverflowPolicy.CLOSE;

		private boolean compressionEnabled;

		private int compressionLevel = 6;

		private DataSize compressionThreshold = DataSize.ofKilobytes(1);

		private boolean compressionContextTakeover;

		private Builder() {
		}

		private Builder(WebsocketSettings settings) {
			this.allowedOrigins = settings.allowedOrigins;
			this.allowedOriginPatterns = settings.allowedOriginPatterns;
			this.subprotocols = settings.subprotocols;
			this.handshakeTimeout = settings.handshakeTimeout;
			this.closeTimeout = settings.closeTimeout;
			this.writeTimeout = settings.writeTimeout;
			this.maxMessageSize = DataSize.ofBytes(settings.maxMessageSize);
			this.readBufferSize = DataSize.ofBytes(settings.readBufferSize);
			this.writeBufferSize = DataSize.ofBytes(settings.writeBufferSize);
			this.includeErrorMessage = settings.includeErrorMessage;
			this.messagesPerSecond = settings.messagesPerSecond;
			this.idleTime = settings.idleTime;
			this.maxStreamedMessageSize = DataSize.ofBytes(settings.maxStreamedMessageSize);
			this.heartbeatInterval = settings.heartbeatInterval;
			this.heartbeatTimeout = settings.heartbeatTimeout;
			this.outboxCapacity = DataSize.ofBytes(settings.outboxCapacity);
			this.outboxOverflow = settings.outboxOverflow;
			this.compressionEnabled = settings.compressionEnabled;
			this.compressionLevel = settings.compressionLevel;
			this.compressionThreshold = DataSize.ofBytes(settings.compressionThreshold);
			this.compressionContextTakeover = settings.compressionContextTakeover;
		}

		/**
		 * Which origins of web pages may connect. When neither this nor a pattern is
		 * given, only pages of the server's own origin may.
		 * @param allowedOrigins the origins, as {@code scheme://host[:port]}, or
		 * {@code *} for every origin
		 * @return this builder
		 */
		public Builder allowedOrigins(List<String> allowedOrigins) {
			this.allowedOrigins = List.copyOf(allowedOrigins);
			return this;
		}

		/**
		 * Which origins of web pages may connect, as patterns.
		 * @param allowedOriginPatterns origins with {@code *} for any number of
		 * characters
		 * @return this builder
		 */
		public Builder allowedOriginPatterns(List<String> allowedOriginPatterns) {
			this.allowedOriginPatterns = List.copyOf(allowedOriginPatterns);
			return this;
		}

		/**
		 * Which subprotocols are spoken.
		 * @param subprotocols the subprotocols
		 * @return this builder
		 */
		public Builder subprotocols(List<String> subprotocols) {
			this.subprotocols = List.copyOf(subprotocols);
			return this;
		}

		/**
		 * How long hooks and arguments may take before an upgrade, and taking the socket
		 * over after it.
		 * @param handshakeTimeout more than nothing, at most a day
		 * @return this builder
		 */
		public Builder handshakeTimeout(Duration handshakeTimeout) {
			this.handshakeTimeout = handshakeTimeout;
			return this;
		}

		/**
		 * How long to wait for the peer's answer to a Close.
		 * @param closeTimeout more than nothing, at most a day
		 * @return this builder
		 */
		public Builder closeTimeout(Duration closeTimeout) {
			this.closeTimeout = closeTimeout;
			return this;
		}

		/**
		 * How long a write may wait for room in the socket's send buffer.
		 * @param writeTimeout more than nothing, at most a day
		 * @return this builder
		 */
		public Builder writeTimeout(Duration writeTimeout) {
			this.writeTimeout = writeTimeout;
			return this;
		}

		/**
		 * The longest message that is received.
		 * @param maxMessageSize 1 byte to 1 GB
		 * @return this builder
		 */
		public Builder maxMessageSize(DataSize maxMessageSize) {
			this.maxMessageSize = maxMessageSize;
			return this;
		}

		/**
		 * The read buffer of a connection, which becomes up to eight times as large for
		 * longer messages, until shorter ones have come.
		 * @param readBufferSize 256 bytes to 1 MB
		 * @return this builder
		 */
		public Builder readBufferSize(DataSize readBufferSize) {
			this.readBufferSize = readBufferSize;
			return this;
		}

		/**
		 * Up to which size a frame is sent from a connection's own buffer.
		 * @param writeBufferSize 256 bytes to 1 MB
		 * @return this builder
		 */
		public Builder writeBufferSize(DataSize writeBufferSize) {
			this.writeBufferSize = writeBufferSize;
			return this;
		}

		/**
		 * Whether the peer is told the message of what {@code serve} has thrown.
		 * @param includeErrorMessage {@code true} to tell it
		 * @return this builder
		 */
		public Builder includeErrorMessage(boolean includeErrorMessage) {
			this.includeErrorMessage = includeErrorMessage;
			return this;
		}

		/**
		 * How many data messages the peer may send per second on average; those of one
		 * second may come at once.
		 * @param messagesPerSecond the number, 0 for no limit
		 * @return this builder
		 */
		public Builder messagesPerSecond(int messagesPerSecond) {
			this.messagesPerSecond = messagesPerSecond;
			return this;
		}

		/**
		 * How long a connection may be without a data message in either direction.
		 * @param idleTime at most a day, 0 for no limit
		 * @return this builder
		 */
		public Builder idleTime(Duration idleTime) {
			this.idleTime = idleTime;
			return this;
		}

		/**
		 * The longest message that is received as a stream.
		 * @param maxStreamedMessageSize the size, 0 for no limit
		 * @return this builder
		 */
		public Builder maxStreamedMessageSize(DataSize maxStreamedMessageSize) {
			this.maxStreamedMessageSize = maxStreamedMessageSize;
			return this;
		}

		/**
		 * For how long a peer may be silent before it gets a ping.
		 * @param heartbeatInterval at most a day, 0 for no heartbeat
		 * @return this builder
		 */
		public Builder heartbeatInterval(Duration heartbeatInterval) {
			this.heartbeatInterval = heartbeatInterval;
			return this;
		}

		/**
		 * For how long a peer may be silent after the ping before the connection is
		 * ended.
		 * @param heartbeatTimeout more than nothing, at most a day
		 * @return this builder
		 */
		public Builder heartbeatTimeout(Duration heartbeatTimeout) {
			this.heartbeatTimeout = heartbeatTimeout;
			return this;
		}

		/**
		 * How much may wait to be written of what is offered to a peer.
		 * @param outboxCapacity 1 KB to 1 GB
		 * @return this builder
		 */
		public Builder outboxCapacity(DataSize outboxCapacity) {
			this.outboxCapacity = outboxCapacity;
			return this;
		}

		/**
		 * What happens to an offered message that finds no room.
		 * @param outboxOverflow the policy
		 * @return this builder
		 */
		public Builder outboxOverflow(OverflowPolicy outboxOverflow) {
			this.outboxOverflow = outboxOverflow;
			return this;
		}

		/**
		 * Whether messages are compressed for clients that offer permessage-deflate.
		 * @param compressionEnabled {@code true} to compress them
		 * @return this builder
		 */
		public Builder compressionEnabled(boolean compressionEnabled) {
			this.compressionEnabled = compressionEnabled;
			return this;
		}

		/**
		 * How much effort goes into compression.
		 * @param compressionLevel 1, fast, to 9, small
		 * @return this builder
		 */
		public Builder compressionLevel(int compressionLevel) {
			this.compressionLevel = compressionLevel;
			return this;
		}

		/**
		 * From which size on messages are compressed.
		 * @param compressionThreshold 0 to 1 GB
		 * @return this builder
		 */
		public Builder compressionThreshold(DataSize compressionThreshold) {
			this.compressionThreshold = compressionThreshold;
			return this;
		}

		/**
		 * Whether compression builds upon the messages before, for which each connection
		 * keeps some 300 KB.
		 * @param compressionContextTakeover {@code true} to do so, unless the client
		 * refuses
		 * @return this builder
		 */
		public Builder compressionContextTakeover(boolean compressionContextTakeover) {
			this.compressionContextTakeover = compressionContextTakeover;
			return this;
		}

		/**
		 * Checks all values and builds the settings.
		 * @return the settings
		 * @throws InvalidSettingException if a value makes no sense
		 */
		public WebsocketSettings build() {
			SettingsCheck.origins("allowed-origins", this.allowedOrigins);
			SettingsCheck.originPatterns("allowed-origin-patterns", this.allowedOriginPatterns);
			SettingsCheck.subprotocols("subprotocols", this.subprotocols);
			SettingsCheck.positive("handshake-timeout", this.handshakeTimeout);
			SettingsCheck.positive("close-timeout", this.closeTimeout);
			SettingsCheck.positive("write-timeout", this.writeTimeout);
			SettingsCheck.messageSize("max-message-size", this.maxMessageSize);
			SettingsCheck.bufferSize("read-buffer-size", this.readBufferSize);
			SettingsCheck.bufferSize("write-buffer-size", this.writeBufferSize);
			SettingsCheck.rate("limits.messages-per-second", this.messagesPerSecond);
			SettingsCheck.notNegative("limits.idle-time", this.idleTime);
			SettingsCheck.notNegative("max-streamed-message-size", this.maxStreamedMessageSize);
			SettingsCheck.notNegative("heartbeat.interval", this.heartbeatInterval);
			SettingsCheck.positive("heartbeat.timeout", this.heartbeatTimeout);
			SettingsCheck.outboxCapacity("outbox.capacity", this.outboxCapacity);
			SettingsCheck.compressionLevel("compression.level", this.compressionLevel);
			SettingsCheck.compressionThreshold("compression.threshold", this.compressionThreshold);
			return new WebsocketSettings(this);
		}

	}

}
