package io.github.websocketcontroller.mvc;

import java.lang.reflect.Method;
import java.util.Map;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.MessageSource;
import org.springframework.util.Assert;
import org.springframework.web.method.HandlerMethod;

/**
 * The {@code serve} method of a controller, and no other method of the same bean. Its
 * type is how adapter and exception resolvers know it.
 */
final class ServeMethod extends HandlerMethod {

	/** By path. */
	private final Map<String, PathSettings> settings;

	ServeMethod(String beanName, BeanFactory beanFactory, MessageSource messageSource, Method method,
			Map<String, PathSettings> settings) {
		super(beanName, beanFactory, messageSource, method);
		this.settings = settings;
	}

	ServeMethod(Object bean, Method method, Map<String, PathSettings> settings) {
		super(bean, method);
		this.settings = settings;
	}

	private ServeMethod(HandlerMethod original, boolean initValidateFlags, Map<String, PathSettings> settings) {
		super(original, null, initValidateFlags);
		this.settings = settings;
	}

	/**
	 * What connections are run with.
	 * @param path the pattern that fits the request best
	 * @return the settings
	 */
	PathSettings settings(String path) {
		PathSettings found = this.settings.get(path);
		Assert.state(found != null, () -> "The controller has no path " + path);
		return found;
	}

	@Override
	public ServeMethod createWithValidateFlags() {
		return new ServeMethod(this, true, this.settings);
	}

	@Override
	public ServeMethod createWithResolvedBean() {
		HandlerMethod resolved = super.createWithResolvedBean();
		return (resolved instanceof ServeMethod serve) ? serve : new ServeMethod(resolved, false, this.settings);
	}

}
