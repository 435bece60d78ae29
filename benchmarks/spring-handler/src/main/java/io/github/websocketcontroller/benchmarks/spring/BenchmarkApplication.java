package io.github.websocketcontroller.benchmarks.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
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
		registry.addHandler(new EchoHandler(), "/echo");
		registry.addHandler(new QueuedEchoHandler(), "/echo-queued");
		registry.addHandler(new FanOutHandler(), "/fanout");
		registry.addHandler(new UploadHandler(), "/upload");
	}

	public static void main(String[] args) {
		SpringApplication.run(BenchmarkApplication.class, args);
	}

}
