package io.github.websocketcontroller.sample.chat;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;

/**
 * Serves the chat room, the echo and the page that uses the room. A server that the war
 * is deployed to starts it as a {@link SpringBootServletInitializer}.
 */
@SpringBootApplication
public class ChatApplication extends SpringBootServletInitializer {

	public static void main(String[] args) {
		SpringApplication.run(ChatApplication.class, args);
	}

}
