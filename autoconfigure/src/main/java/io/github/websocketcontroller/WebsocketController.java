package io.github.websocketcontroller;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Marks a bean that serves websocket connections.
 * <p>
 * The class has exactly one method named {@code serve}. It is called once per connection,
 * on a thread of its own, after its arguments were resolved and validated and the upgrade
 * was answered with 101. The connection is closed when it returns:
 *
 * {@snippet :
 * &#64;WebsocketController("/echo")
 * class EchoController {
 *
 * 	void serve(WebsocketConnection connection) {
 * 		for (WebSocketMessage<?> message : connection.messages()) {
 * 			connection.send(message);
 * 		}
 * 	}
 *
 * }
 * }
 *
 * Besides the connection, {@code serve} takes an {@link UpgradeRequest} and whatever a
 * {@code @GetMapping} method may take that still makes sense after the upgrade. A
 * controller may implement the hooks {@link OriginChecker}, {@link HeaderUpgrader},
 * {@link UpgradeErrorHandler}, {@link ServeErrorHandler}, {@link RouteRegistrar} and
 * {@link SettingsCustomizer}.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
public @interface WebsocketController {

	/**
	 * Alias for {@link #path()}.
	 * @return the paths
	 */
	@AliasFor("path")
	String[] value() default {};

	/**
	 * The paths that are served: patterns as in {@code @RequestMapping}, with path
	 * variables and <code>${&hellip;}</code> placeholders.
	 * @return the paths
	 */
	@AliasFor("value")
	String[] path() default {};

}
