package io.github.websocketcontroller.mvc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.websocketcontroller.UpgradeRequest;
import io.github.websocketcontroller.WebsocketConnection;
import io.github.websocketcontroller.serve.ServeCall;
import io.github.websocketcontroller.upgrade.Upgrader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;

/**
 * Answers with 200 where the real one answers with 101. The body is what {@code serve}
 * has sent.
 */
class FakeUpgrader implements Upgrader {

	final List<ServeCall> calls = new CopyOnWriteArrayList<>();

	volatile boolean accepting = true;

	volatile boolean room = true;

	/** Whether what is to be upgraded still may be. */
	volatile boolean expecting = true;

	@Override
	public boolean isAccepting() {
		return this.accepting;
	}

	@Override
	public boolean hasRoom(UpgradeRequest request) {
		return this.room;
	}

	@Override
	public boolean expect() {
		return this.expecting;
	}

	@Override
	public void upgrade(HttpServletRequest request, HttpServletResponse response, HttpHeaders headers, ServeCall call) {
		this.calls.add(call);
		headers.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
		response.setContentType("text/plain;charset=UTF-8");
		try {
			response.getWriter().write(serve(call));
			response.flushBuffer();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String serve(ServeCall call) {
		StringBuilder sent = new StringBuilder();
		try {
			call.method().serve(connection(sent));
		}
		catch (Throwable ex) {
			sent.append("thrown: ").append(ex);
		}
		return sent.toString();
	}

	/** A connection that can do nothing but take text. */
	static WebsocketConnection connection(StringBuilder sent) {
		return (WebsocketConnection) Proxy.newProxyInstance(FakeUpgrader.class.getClassLoader(),
				new Class<?>[] { WebsocketConnection.class }, (proxy, method, arguments) -> {
					if (!method.getName().equals("sendText")) {
						throw new UnsupportedOperationException(method.getName());
					}
					sent.append(arguments[0]);
					return null;
				});
	}

}
