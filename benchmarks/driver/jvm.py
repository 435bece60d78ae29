"""How servers on the JVM are started, and what they are made of."""

from driver.machine import BENCHMARKS, jar_version

# The same for every JVM. Serial is what the JVM chooses on one core anyway.
FLAGS = ["-Xmx2g", "-XX:+UseSerialGC"]


def target(module):
    return BENCHMARKS / module / "target"


def class_path(module):
    return f"{target(module)}/classes:{target(module)}/lib/*"


def spring_boot(module, main, *arguments):
    return lambda java, port: [java, *FLAGS, "-cp", class_path(module), main, f"--server.port={port}", *arguments]


def plain(module, main):
    """A server whose only argument is the port."""
    return lambda java, port: [java, *FLAGS, "-cp", class_path(module), main, str(port)]


def quarkus(java, port):
    archive = target("quarkus") / "quarkus-app" / "quarkus-run.jar"
    return [java, *FLAGS, f"-Dquarkus.http.port={port}", "-jar", str(archive)]


def made_of(module, **jars):
    """Names of products and of the jars that carry their versions."""
    return lambda: ", ".join(f"{product} {jar_version(target(module), jar)}" for product, jar in jars.items())
