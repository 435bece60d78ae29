"""The servers that are compared, and how each is started."""

import shutil
from dataclasses import dataclass, field
from typing import Callable, Optional

from driver.machine import BENCHMARKS, debian_version, jar_version, output_of

# The same for every JVM. Serial is what the JVM chooses on one core anyway.
JVM_FLAGS = ["-Xmx1g", "-XX:+UseSerialGC"]

GORILLA_SOURCE = "/usr/share/gocode/src/github.com/gorilla/websocket"


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    command: Callable[[str, int], list]  # of java's path and the port
    version: Callable[[], str]
    module: Optional[str] = None  # Maven module to build
    tls: bool = False
    # Paths that differ from those of the works.
    paths: dict = field(default_factory=dict)
    # Works that it is measured at; all when empty.
    only: tuple = ()
    # Works that it can't do, and why.
    cannot: dict = field(default_factory=dict)
    # What else has to be built.
    build: Optional[Callable[[], None]] = None
    # Why it can't run on this machine, if so.
    missing: Callable[[], Optional[str]] = lambda: None

    @property
    def is_jvm(self):
        return self.module is not None


def boot(module, main, *arguments):
    """An application of Spring Boot, started from its classes and its dependencies."""
    folder = BENCHMARKS / module / "target"
    path = f"{folder}/classes:{folder}/lib/*"
    return lambda java, port: [java, *JVM_FLAGS, "-cp", path, main, f"--server.port={port}", *arguments]


def jvm(module, main):
    """A server whose only argument is the port."""
    folder = BENCHMARKS / module / "target"
    path = f"{folder}/classes:{folder}/lib/*"
    return lambda java, port: [java, *JVM_FLAGS, "-cp", path, main, str(port)]


def of(product, module, jar):
    return lambda: f"{product} {jar_version(BENCHMARKS / module / 'target', jar)}"


PACKAGE = "io.github.websocketcontroller.benchmarks"
CONTROLLER = f"{PACKAGE}.controller.BenchmarkApplication"
SPRING = f"{PACKAGE}.spring.BenchmarkApplication"
COMPRESSION = ("--websocket-controller.compression.enabled=true", "--websocket-controller.compression.threshold=512B")
TLS = (f"--server.ssl.certificate=file:{BENCHMARKS}/target/tls/certificate.pem",
       f"--server.ssl.certificate-private-key=file:{BENCHMARKS}/target/tls/key.pem")

CONTENDERS = [
    Contender("controller", "this library", boot("controller", CONTROLLER, *COMPRESSION),
              of("on Tomcat", "controller", "tomcat-embed-core"), "controller"),
    Contender("controller-batched", "this library, auto-flush off", boot("controller", CONTROLLER, *COMPRESSION),
              of("on Tomcat", "controller", "tomcat-embed-core"), "controller", paths={"/echo": "/echo-batched"},
              only=("echo-100", "echo-100x16", "echo-1000")),
    Contender("spring-handler", "Spring's handler", boot("spring-handler", SPRING),
              of("Spring", "spring-handler", "spring-websocket"), "spring-handler"),
    Contender("spring-queued", "Spring's handler, queue and virtual thread", boot("spring-handler", SPRING),
              of("Spring", "spring-handler", "spring-websocket"), "spring-handler", paths={"/echo": "/echo-queued"},
              cannot={"fanout-1000": "no other than Spring's handler", "fanout-5000": "no other than Spring's handler",
                      "upload": "no other than Spring's handler"}),
]


def named(name):
    found = [contender for contender in CONTENDERS if contender.name == name]
    if not found:
        raise SystemExit(f"no contender is called {name}; there are {', '.join(c.name for c in CONTENDERS)}")
    return found[0]
