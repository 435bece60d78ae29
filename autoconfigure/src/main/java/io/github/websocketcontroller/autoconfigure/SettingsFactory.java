package io.github.websocketcontroller.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.websocketcontroller.InvalidSettingException;
import io.github.websocketcontroller.WebsocketSettings;
import io.github.websocketcontroller.autoconfigure.WebsocketControllerProperties.IncludeErrorMessage;
import io.github.websocketcontroller.serve.OpenConnections;

import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Makes settings of properties. Those that make no sense are refused with the name of the
 * property.
 */
final class SettingsFactory {

	private static final String PREFIX = "websocket-controller.";

	private static final Duration LONGEST_SPREAD = Duration.ofDays(1);

	private SettingsFactory() {
	}

	static WebsocketSettings settings(WebsocketControllerProperties properties) {
		return build(WebsocketSettings.builder(), properties, "");
	}

	/**
	 * Makes the settings of the paths that have properties of their own.
	 * @param common what they leave unset
	 * @param properties the properties
	 * @return the settings by path
	 */
	static Map<String, WebsocketSettings> paths(WebsocketSettings common, WebsocketControllerProperties properties) {
		Map<String, WebsocketSettings> settings = new LinkedHashMap<>();
		properties.paths()
			.forEach((path, own) -> settings.put(path, build(common.mutate(), own, "paths[" + path + "].")));
		return settings;
	}

	private static WebsocketSettings build(WebsocketSettings.Builder settings, ConnectionProperties properties,
			String group) {
		apply(properties, settings);
		try {
			return settings.build();
		}
		catch (InvalidSettingException ex) {
			throw invalid(group + ex.getSetting(), ex.getValue(), ex.getReason());
		}
	}

	private static void apply(ConnectionProperties properties, WebsocketSettings.Builder settings) {
		PropertyMapper map = PropertyMapper.get();
		map.from(properties::allowedOrigins).to(settings::allowedOrigins);
		map.from(properties::allowedOriginPatterns).to(settings::allowedOriginPatterns);
		map.from(properties::subprotocols).to(settings::subprotocols);
		map.from(properties::handshakeTimeout).to(settings::handshakeTimeout);
		map.from(properties::closeTimeout).to(settings::closeTimeout);
		map.from(properties::writeTimeout).to(settings::writeTimeout);
		map.from(properties::maxMessageSize).to(settings::maxMessageSize);
		map.from(properties::readBufferSize).to(settings::readBufferSize);
		map.from(properties::writeBufferSize).to(settings::writeBufferSize);
		map.from(properties::includeErrorMessage)
			.as(IncludeErrorMessage.ALWAYS::equals)
			.to(settings::includeErrorMessage);
		map.from(properties::maxStreamedMessageSize).to(settings::maxStreamedMessageSize);
		ConnectionProperties.Limits limits = properties.limits();
		if (limits != null) {
			map.from(limits::messagesPerSecond).to(settings::messagesPerSecond);
			map.from(limits::idleTime).to(settings::idleTime);
		}
		ConnectionProperties.Outbox outbox = properties.outbox();
		if (outbox != null) {
			map.from(outbox::capacity).to(settings::outboxCapacity);
			map.from(outbox::overflow).to(settings::outboxOverflow);
		}
		ConnectionProperties.Compression compression = properties.compression();
		if (compression != null) {
			map.from(compression::enabled).to(settings::compressionEnabled);
			map.from(compression::level).to(settings::compressionLevel);
			map.from(compression::threshold).to(settings::compressionThreshold);
			map.from(compression::contextTakeover).to(settings::compressionContextTakeover);
		}
		ConnectionProperties.Heartbeat heartbeat = properties.heartbeat();
		if (heartbeat != null) {
			map.from(heartbeat::interval).to(settings::heartbeatInterval);
			map.from(heartbeat::timeout).to(settings::heartbeatTimeout);
		}
	}

	static OpenConnections connections(WebsocketControllerProperties.Limits limits) {
		checkNotNegative("limits.connections", limits.connections());
		checkNotNegative("limits.connections-per-address", limits.connectionsPerAddress());
		return new OpenConnections(limits.connections(), limits.connectionsPerAddress());
	}

	private static void checkNotNegative(String name, int value) {
		if (value < 0) {
			throw invalid(name, value, "It must not be negative; 0 is no limit.");
		}
	}

	static Duration spread(WebsocketControllerProperties.Shutdown shutdown) {
		Duration spread = shutdown.spread();
		if (spread.isNegative()) {
			throw invalid("shutdown.spread", spread, "It must not be negative.");
		}
		if (spread.compareTo(LONGEST_SPREAD) > 0) {
			throw invalid("shutdown.spread", spread, "It must not be longer than a day.");
		}
		return spread;
	}

	static InvalidConfigurationPropertyValueException invalid(String name, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(PREFIX + name, value, reason);
	}

}
