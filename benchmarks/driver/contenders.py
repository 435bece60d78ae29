"""The servers that are compared, and how each is started."""

import os
import shutil
from dataclasses import dataclass, field
from typing import Callable, Optional

from driver.commands import run
from driver.machine import BENCHMARKS, debian_version, has_header, jar_version, output_of

# The same for every JVM. Serial is what the JVM chooses on one core anyway.
JVM_FLAGS = ["-Xmx1g", "-XX:+UseSerialGC"]

# Where Debian has the sources of Go's packages.
GORILLA_PATH = "/usr/share/gocode"

NO_COMPRESSION = {"echo-deflate": "has no compression", "idle-deflate": "has no compression"}


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    command: Callable[[str, int], list]  # of java's path and the port
    version: Callable[[], str]
    module: Optional[str] = None  # Maven module to build
    tls: bool = False
    # One of this library's own ways to a socket, rather than a competitor.
    own: bool = False
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


def quarkus(java, port):
    archive = BENCHMARKS / "quarkus" / "target" / "quarkus-app" / "quarkus-run.jar"
    return [java, *JVM_FLAGS, f"-Dquarkus.http.port={port}", "-jar", str(archive)]


def native(name, *arguments):
    return lambda java, port: [str(BENCHMARKS / name / "target" / name), str(port), *arguments]


def of(product, module, jar):
    return lambda: f"{product} {jar_version(BENCHMARKS / module / 'target', jar)}"


PACKAGE = "io.github.websocketcontroller.benchmarks"
CONTROLLER = f"{PACKAGE}.controller.BenchmarkApplication"
SPRING = f"{PACKAGE}.spring.BenchmarkApplication"
COMPRESSION = ("--websocket-controller.compression.enabled=true", "--websocket-controller.compression.threshold=512B")
TLS = (f"--server.ssl.certificate=file:{BENCHMARKS}/target/tls/certificate.pem",
       f"--server.ssl.certificate-private-key=file:{BENCHMARKS}/target/tls/key.pem")


def build_gorilla():
    """As Debian does it: with the sources of the package, without modules, which would be downloaded."""
    folder = BENCHMARKS / "gorilla"
    (folder / "target").mkdir(exist_ok=True)
    run("go", "build", "-o", "target/gorilla", ".", cwd=folder,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": f"{os.environ.get('GOPATH', '')}:{GORILLA_PATH}".lstrip(":")})


def no_gorilla():
    if not shutil.which("go"):
        return "there is no Go (Debian: golang-go)"
    paths = [*os.environ.get("GOPATH", "").split(":"), GORILLA_PATH]
    if not any(path and os.path.isdir(f"{path}/src/github.com/gorilla/websocket") for path in paths):
        return "there is no gorilla/websocket (Debian: golang-github-gorilla-websocket-dev)"
    return None


def gorilla_version():
    return (f"gorilla/websocket {debian_version('golang-github-gorilla-websocket-dev')}, "
            f"Go {output_of('go', 'version').split()[2].removeprefix('go')}")


def build_c_loop():
    run("make", "-s", "-C", BENCHMARKS / "c-loop")


def c_version():
    return f"gcc {output_of('gcc', '-dumpfullversion').strip()}"


def no_openssl():
    return None if has_header("openssl/ssl.h") else "there is no OpenSSL to compile with (Debian: libssl-dev)"


ON_TOMCAT = of("Tomcat", "controller", "tomcat-embed-core")
ON_JETTY = of("Jetty", "controller-jetty", "jetty-server")
OF_SPRING = lambda: (
    f"Spring {jar_version(BENCHMARKS / 'spring-handler' / 'target', 'spring-websocket')}, "
    f"Tomcat {jar_version(BENCHMARKS / 'spring-handler' / 'target', 'tomcat-embed-core')}")

ECHO = ("echo-100",)
LIKE_THE_HANDLER = {work: "as Spring's handler" for work in ("fanout-1000", "fanout-5000", "setup", "upload")}

CONTENDERS = [
    Contender("controller", "this library", boot("controller", CONTROLLER, *COMPRESSION), ON_TOMCAT, "controller",
              cannot=NO_COMPRESSION),
    Contender("controller-batched", "this library, auto-flush off", boot("controller", CONTROLLER, *COMPRESSION),
              ON_TOMCAT, "controller", paths={"/echo": "/echo-batched"}, only=("echo-100x16",)),
    Contender("spring-handler", "Spring's handler", boot("spring-handler", SPRING), OF_SPRING, "spring-handler"),
    Contender("spring-queued", "Spring's handler, queue, virtual thread", boot("spring-handler", SPRING), OF_SPRING,
              "spring-handler", paths={"/echo": "/echo-queued"}, cannot=LIKE_THE_HANDLER),
    Contender("vertx", "Vert.x, native epoll", jvm("vertx", f"{PACKAGE}.vertx.VertxServer"),
              of("Vert.x", "vertx", "vertx-core"), "vertx"),
    Contender("helidon", "Helidon", jvm("helidon", f"{PACKAGE}.helidon.HelidonServer"),
              of("Helidon", "helidon", "helidon-webserver"), "helidon",
              cannot=NO_COMPRESSION),
    Contender("javalin", "Javalin", jvm("javalin", f"{PACKAGE}.javalin.JavalinServer"),
              lambda: (
                  f"Javalin {jar_version(BENCHMARKS / 'javalin' / 'target', 'javalin')}, "
                  f"Jetty {jar_version(BENCHMARKS / 'javalin' / 'target', 'jetty-server')}"), "javalin"),
    Contender("quarkus", "Quarkus WebSockets Next", quarkus, of("Quarkus", "quarkus", "quarkus-websockets-next"),
              "quarkus"),
    Contender("gorilla", "gorilla/websocket", native("gorilla"), gorilla_version, build=build_gorilla,
              missing=no_gorilla),
    Contender("c-loop", "C epoll loop, the limit", native("c-loop"), c_version, build=build_c_loop,
              cannot=NO_COMPRESSION, missing=no_openssl),
    Contender("c-loop-batched", "C epoll loop, one write per burst", native("c-loop", "batched"), c_version,
              build=build_c_loop, only=("echo-100x16",), missing=no_openssl),

    # This library's own ways to a socket, compared with each other.
    Contender("controller-parked", "Tomcat, not taken over",
              boot("controller", CONTROLLER, *COMPRESSION, "--websocket-controller.tomcat.take-over=false"), ON_TOMCAT,
              "controller", own=True, only=ECHO),
    Contender("controller-tls", "Tomcat, TLS", boot("controller", CONTROLLER, *COMPRESSION, *TLS), ON_TOMCAT,
              "controller", tls=True, own=True, only=ECHO, missing=no_openssl),
    Contender("controller-jetty", "Jetty", boot("controller-jetty", CONTROLLER, *COMPRESSION), ON_JETTY,
              "controller-jetty", own=True, only=ECHO),
    Contender("controller-jetty-tls", "Jetty, TLS", boot("controller-jetty", CONTROLLER, *COMPRESSION, *TLS), ON_JETTY,
              "controller-jetty", tls=True, own=True, only=ECHO, missing=no_openssl),
]
