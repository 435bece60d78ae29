package io.github.websocketcontroller.benchmarks.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.server.standard.ServletServerContainerFactoryBean;

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

	// Tomcat's 8 KiB are too few for the messages of the upload.
	@Bean
	ServletServerContainerFactoryBean container() {
		ServletServerContainerFactoryBean container = new ServletServerContainerFactoryBean();
		container.setMaxBinaryMessageBufferSize(64 * 1024);
		return container;
	}

	public static void main(String[] args) {
		SpringApplication.run(BenchmarkApplication.class, args);
	}

}
