package io.github.websocketcontroller.mvc;

import java.lang.reflect.Method;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.MessageSource;
import org.springframework.web.method.HandlerMethod;

/**
 * The {@code serve} method of a controller, and no other method of the same bean. Its
 * type is how adapter and exception resolvers know it.
 */
final class ServeMethod extends HandlerMethod {

	ServeMethod(String beanName, BeanFactory beanFactory, MessageSource messageSource, Method method) {
		super(beanName, beanFactory, messageSource, method);
	}

	ServeMethod(Object bean, Method method) {
		super(bean, method);
	}

	private ServeMethod(HandlerMethod original, boolean initValidateFlags) {
		super(original, null, initValidateFlags);
	}

	@Override
	public ServeMethod createWithValidateFlags() {
		return new ServeMethod(this, true);
	}

	@Override
	public ServeMethod createWithResolvedBean() {
		HandlerMethod resolved = super.createWithResolvedBean();
		return (resolved instanceof ServeMethod serve) ? serve : new ServeMethod(resolved, false);
	}

}
