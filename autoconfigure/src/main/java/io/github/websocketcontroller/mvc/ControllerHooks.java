package io.github.websocketcontroller.mvc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.github.websocketcontroller.HeaderUpgrader;
import io.github.websocketcontroller.OriginChecker;
import io.github.websocketcontroller.RouteRegistrar;
import io.github.websocketcontroller.ServeErrorHandler;
import io.github.websocketcontroller.SettingsCustomizer;
import io.github.websocketcontroller.UpgradeErrorHandler;
import io.github.websocketcontroller.WebsocketController;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds who implements a hook for a controller: the controller itself, or else the single
 * bean of the type that is no controller, or else nobody.
 */
public final class ControllerHooks {

	private static final List<Class<?>> TYPES = List.of(RouteRegistrar.class, OriginChecker.class, HeaderUpgrader.class,
			UpgradeErrorHandler.class, ServeErrorHandler.class, SettingsCustomizer.class);

	private final ConfigurableListableBeanFactory beanFactory;

	/** Names of the beans that serve all controllers, by hook. Filled when asked for. */
	private final Map<Class<?>, List<String>> shared = new ConcurrentHashMap<>();

	/**
	 * Creates an instance.
	 * @param beanFactory where the controllers and the beans with hooks are
	 */
	public ControllerHooks(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Refuses a controller for which more than one bean implements a hook.
	 * @param controllerType the user's class, not a proxy's
	 */
	void check(Class<?> controllerType) {
		for (Class<?> type : TYPES) {
			List<String> names = type.isAssignableFrom(controllerType) ? List.of() : shared(type);
			if (names.size() > 1) {
				throw new InvalidControllerException(controllerType, null,
						"It does not implement " + type.getSimpleName() + " itself, and more than one bean does: "
								+ String.join(", ", names) + ".",
						"Make one of them @Primary, or implement " + type.getSimpleName()
								+ " in the controllers instead.");
			}
		}
	}

	<T> @Nullable T find(Class<T> type, Object controller) {
		return type.isInstance(controller) ? type.cast(controller) : findShared(type);
	}

	<T> @Nullable T findShared(Class<T> type) {
		Optional<String> name = shared(type).stream().findFirst();
		return name.isPresent() ? this.beanFactory.getBean(name.get(), type) : null;
	}

	private List<String> shared(Class<?> type) {
		return this.shared.computeIfAbsent(type, this::resolveShared);
	}

	private List<String> resolveShared(Class<?> type) {
		List<String> candidates = new ArrayList<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, type)) {
			if (this.beanFactory.findAnnotationOnBean(name, WebsocketController.class) == null
					&& is(name, BeanDefinition::isAutowireCandidate, true)) {
				candidates.add(name);
			}
		}
		List<String> primary = candidates.stream()
			.filter((name) -> is(name, BeanDefinition::isPrimary, false))
			.toList();
		return (primary.size() == 1) ? primary : List.copyOf(candidates);
	}

	private boolean is(String name, Predicate<BeanDefinition> property, boolean otherwise) {
		return this.beanFactory.containsBeanDefinition(name)
				? property.test(this.beanFactory.getMergedBeanDefinition(name)) : otherwise;
	}

}
