package io.github.websocketcontroller.benchmarks.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;

/**
 * The same work once as callbacks and once with a thread for each connection.
 */
@SpringBootApplication
@EnableWebSocket
public class BenchmarkApplication implements WebSocketConfigurer {

	@Override
	public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
		add(registry, "/echo", new EchoHandler(), new EchoHandler());
		add(registry, "/fanout", new FanOutHandler(), new FanOutHandler());
		add(registry, "/upload", new UploadHandler(), new UploadHandler());
	}

	private static void add(WebSocketHandlerRegistry registry, String path, WebSocketHandler called,
			WebSocketHandler looping) {
		registry.addHandler(called, path);
		registry.addHandler(new QueuedHandler(looping), path + "-queued");
	}

	public static void main(String[] args) {
		SpringApplication.run(BenchmarkApplication.class, args);
	}

}
