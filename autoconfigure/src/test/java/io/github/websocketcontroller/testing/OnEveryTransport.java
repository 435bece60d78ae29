package io.github.websocketcontroller.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Runs the tests of a class once for each kind of connection: the class's
 * {@link TestServer} starts anew with it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ClassTemplate
@ExtendWith(OnEveryTransport.Provider.class)
public @interface OnEveryTransport {

	/**
	 * Provides the kinds.
	 */
	final class Provider implements ClassTemplateInvocationContextProvider {

		private static final Namespace NAMESPACE = Namespace.create(OnEveryTransport.class);

		@Override
		public boolean supportsClassTemplate(ExtensionContext test) {
			return true;
		}

		@Override
		public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext test) {
			return TestTransport.all().stream().map(Invocation::new);
		}

		static TestTransport transport(ExtensionContext test) {
			return Objects.requireNonNull(test.getStore(NAMESPACE).get(TestTransport.class, TestTransport.class));
		}

	}

	/**
	 * The tests of a class on one kind.
	 */
	record Invocation(TestTransport transport) implements ClassTemplateInvocationContext {

		@Override
		public String getDisplayName(int index) {
			return this.transport.toString();
		}

		@Override
		public void prepareInvocation(ExtensionContext test) {
			test.getStore(Provider.NAMESPACE).put(TestTransport.class, this.transport);
		}

	}

}
