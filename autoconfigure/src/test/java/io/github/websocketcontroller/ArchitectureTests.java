package io.github.websocketcontroller;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the plan of the house.
 */
class ArchitectureTests {

	private static final String ROOT = ArchitectureTests.class.getPackageName();

	/** A package may use those that come after it. The last one is the root. */
	private static final List<String> ORDER = List.of("autoconfigure", "actuate", "metrics", "room", "mvc", "upgrade",
			"serve", "client", "connection", "outbox", "protocol", "compression", "transport", "");

	/**
	 * What a package shows to the others: its door, and the values that go through it. A
	 * further public type is to be put here on purpose, or to be package-private.
	 */
	private static final Map<String, Set<String>> PUBLIC_TYPES = Map.ofEntries(
			Map.entry("autoconfigure", Set.of("WebsocketControllerAutoConfiguration")),
			Map.entry("mvc", Set.of("WebsocketControllerHandlerMapping", "WebsocketControllerHandlerAdapter",
					"UpgradeFailureResolver", "WebsocketControllerMvcConfigurer", "ControllerHooks",
					"InvalidControllerException", "ServeContext", "ControllerSettings", "UnknownPathException")),
			Map.entry("upgrade",
					Set.of("Upgrader", "HandshakeUpgrader", "WebsocketUpgradeStrategy", "ServerUpgrade",
							"UnsupportedServerException")),
			Map.entry("upgrade.jetty", Set.of("JettyUpgrade", "ExtendedConnectFilter")),
			// Tomcat creates the handler.
			Map.entry("upgrade.tomcat", Set.of("TomcatUpgrade", "TomcatUpgradeHandler")),
			Map.entry("serve",
					Set.of("ConnectionServer", "ServeCall", "ServeCall$Method", "OpenConnections",
							"ConnectionLifecycle", "UpgradeLifecycle")),
			Map.entry("connection", Set.of("OpenConnection", "JsonCodec", "Agreement", "SharedResources")),
			Map.entry("outbox", Set.of("Deliveries", "Outbox", "OutboxMessage", "Admission")),
			Map.entry("protocol",
					Set.of("MessageReader", "MessageWriter", "Compression", "Opcode", "CloseCodes",
							"ProtocolException")),
			Map.entry("compression",
					Set.of("PerMessageDeflate", "MessageInflater", "MessageDeflater", "CompressionPool")),
			Map.entry("transport", Set.of("Transport", "PendingTransport", "SocketTransport", "Readiness")));

	/** The packages that applications import from: all their public types are API. */
	private static final Set<String> API = Set.of("", "room", "client");

	private static final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(ROOT);

	@Test
	void packagesUseOnlyThoseToTheirRight() {
		assertThat(dependencies()
			.filter((dependency) -> rank(dependency.getTargetClass()) < rank(dependency.getOriginClass())))
			.extracting(Dependency::getDescription)
			.isEmpty();
	}

	@Test
	void packagesHaveNoCycles() {
		SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classes);
		assertThat(dependencies().filter((dependency) -> nameOf(dependency.getOriginClass()).isEmpty()
				&& !nameOf(dependency.getTargetClass()).isEmpty()))
			.extracting(Dependency::getDescription)
			.isEmpty();
	}

	@Test
	void nothingImportsTheAutoConfiguration() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".autoconfigure..")
			.check(classes);
	}

	@Test
	void nothingTouchesJakartaWebsocket() {
		ArchRuleDefinition.noClasses()
			.should()
			.dependOnClassesThat()
			.resideInAPackage("jakarta.websocket..")
			.check(classes);
	}

	@Test
	void nothingTouchesSpringsSession() {
		// Spring imposes no signature with it on us so far.
		ArchRuleDefinition.noClasses()
			.should()
			.dependOnClassesThat()
			.areAssignableTo(WebSocketSession.class)
			.check(classes);
	}

	@Test
	void onlyOnePackageKnowsTomcat() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".upgrade.tomcat")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..", "org.apache.tomcat..")
			.check(classes);
	}

	@Test
	void onlyTheAutoConfigurationKnowsThePackageOfTomcat() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackages(ROOT + ".upgrade.tomcat", ROOT + ".autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".upgrade.tomcat")
			.check(classes);
	}

	@Test
	void onlyOnePackageKnowsJetty() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".upgrade.jetty")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.eclipse.jetty..")
			.check(classes);
	}

	@Test
	void onlyTheAutoConfigurationKnowsThePackageOfJetty() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackages(ROOT + ".upgrade.jetty", ROOT + ".autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT + ".upgrade.jetty")
			.check(classes);
	}

	// Before Java 24 a virtual thread that waits for a monitor keeps its carrier.
	@Test
	void nothingWaitsForAMonitorWhereBytesAreWaitedFor() {
		ArchRuleDefinition.noMethods()
			.that()
			.areDeclaredInClassesThat()
			.resideInAnyPackage(ROOT + ".transport", ROOT + ".upgrade..")
			.should()
			.haveModifier(JavaModifier.SYNCHRONIZED)
			.check(classes);
		ArchRuleDefinition.noClasses().should().callMethod(Object.class, "wait").check(classes);
		ArchRuleDefinition.noClasses().should().callMethod(Object.class, "wait", long.class).check(classes);
	}

	@Test
	void onlyTheAutoConfigurationKnowsJackson() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("tools.jackson..")
			.check(classes);
	}

	@Test
	void mvcKnowsNoSockets() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(ROOT + ".mvc")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(ROOT + ".connection", ROOT + ".protocol", ROOT + ".transport", "java.nio.channels..")
			.check(classes);
	}

	@Test
	void theProtocolKnowsNoSpring() {
		ArchRuleDefinition.classes()
			.that()
			.resideInAnyPackage(ROOT + ".protocol", ROOT + ".transport")
			.should()
			.onlyDependOnClassesThat(
					DescribedPredicate.describe("are the JDK's, ours or a CloseStatus", ArchitectureTests::isPlain))
			.check(classes);
	}

	private static boolean isPlain(JavaClass type) {
		return type.isPrimitive() || type.isArray() || type.isEquivalentTo(CloseStatus.class)
				|| Stream.of("java.", "org.jspecify.", ROOT).anyMatch(type.getPackageName()::startsWith);
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(classes.stream().map(JavaClass::getPackage).distinct()).isNotEmpty()
			.allMatch((candidate) -> candidate.isAnnotatedWith(NullMarked.class));
	}

	@Test
	void everyPackageHasOneDoor() {
		Map<String, Set<String>> found = classes.stream()
			.filter(ArchitectureTests::isVisible)
			.filter((type) -> !API.contains(nameOf(type)) && !type.getSimpleName().equals("package-info"))
			.collect(Collectors.groupingBy(ArchitectureTests::nameOf, TreeMap::new,
					Collectors.mapping(ArchitectureTests::nameInPackage, Collectors.toCollection(TreeSet::new))));
		assertThat(found).containsExactlyInAnyOrderEntriesOf(PUBLIC_TYPES);
	}

	private static boolean isVisible(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(ArchitectureTests::isVisible).orElse(true);
	}

	private static String nameInPackage(JavaClass type) {
		return type.getName().substring(type.getPackageName().length() + 1);
	}

	@Test
	void autoConfigurationsAreFinal() {
		ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration")
			.check(classes);
	}

	@Test
	void beanMethodsArePackagePrivateAndDoNotCallEachOther() {
		ArchRuleDefinition.methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate().check(classes);
		ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(Configuration.class)
			.should()
			.bePackagePrivate()
			.check(classes);
		assertThat(classes.stream().filter((type) -> type.isAnnotatedWith(Configuration.class)))
			.noneMatch((type) -> type.getAnnotationOfType(Configuration.class).proxyBeanMethods());
	}

	private static Stream<Dependency> dependencies() {
		return classes.stream()
			.flatMap((type) -> type.getDirectDependenciesFromSelf().stream())
			.filter((dependency) -> isOurs(dependency.getTargetClass()));
	}

	private static boolean isOurs(JavaClass type) {
		return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
	}

	private static int rank(JavaClass type) {
		int rank = ORDER.indexOf(nameOf(type).split("\\.", -1)[0]);
		assertThat(rank).as("place of %s in the order of packages", type.getPackageName()).isNotNegative();
		return rank;
	}

	private static String nameOf(JavaClass type) {
		return type.getPackageName().equals(ROOT) ? "" : type.getPackageName().substring(ROOT.length() + 1);
	}

}
