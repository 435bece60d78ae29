"""The servers that are compared."""

from dataclasses import dataclass, field
from typing import Callable, Optional

from driver import jvm, native
from driver.machine import BENCHMARKS


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    # The command line, given java's path and the port.
    command: Callable[[str, int], list]
    version: Callable[[], str]
    # What has to be built: a module of Maven or something else.
    module: Optional[str] = None
    build: Optional[Callable[[], None]] = None
    # Why it can't run on this machine, if so.
    missing: Callable[[], Optional[str]] = lambda: None
    tls: bool = False
    # Paths that differ from those of the works.
    paths: dict = field(default_factory=dict)
    # Works that it is measured at; all when empty.
    only: tuple = ()
    # Works that it can't do, and why.
    cannot: dict = field(default_factory=dict)
    # Where a server that is no JVM collects its garbage on request, if it has any.
    collects_at: Optional[str] = None
    # One of this library's own ways to a socket, rather than a competitor.
    own: bool = False

    @property
    def is_ours(self):
        return self.module in ("controller", "controller-jetty")

    @property
    def is_jvm(self):
        return self.module is not None


PACKAGE = "io.github.websocketcontroller.benchmarks"
BURSTS = ("echo-100x16", "echo-100x16-single")
NO_COMPRESSION = dict.fromkeys(("echo-deflate", "idle-deflate"), "has no compression")


def controller(name, title, *arguments, module="controller", **more):
    """This library with all that can be on: compression, which costs only those who ask for it, and limits out of reach."""
    main = f"{PACKAGE}.controller.BenchmarkApplication"
    more_than_defaults = ("--websocket-controller.compression.enabled=true",
                          "--websocket-controller.limits.connections=20000",
                          "--websocket-controller.limits.connections-per-address=20000",
                          "--websocket-controller.limits.messages-per-second=1000000",
                          "--websocket-controller.limits.idle-time=10m")
    server = {"Tomcat": "tomcat-embed-core"} if module == "controller" else {"Jetty": "jetty-server"}
    return Contender(name, title, jvm.spring_boot(module, main, *more_than_defaults, *arguments),
                     jvm.made_of(module, **{"Spring Boot": "spring-boot"}, **server), module, **more)


def own_transport(name, title, *arguments, tls=False, **more):
    certificate = (f"--server.ssl.certificate=file:{BENCHMARKS}/target/tls/certificate.pem",
                   f"--server.ssl.certificate-private-key=file:{BENCHMARKS}/target/tls/key.pem")
    return controller(name, title, *arguments, *(certificate if tls else ()), tls=tls, own=True, only=("echo-100",),
                      missing=native.no_openssl if tls else lambda: None, **more)


def spring_handler(name, title, **more):
    return Contender(name, title, jvm.spring_boot("spring-handler", f"{PACKAGE}.spring.BenchmarkApplication"),
                     jvm.made_of("spring-handler", **{"Spring Boot": "spring-boot"}, Tomcat="tomcat-embed-core"),
                     "spring-handler", **more)


CONTENDERS = [
    controller("controller", "this library"),
    controller("controller-batched", "this library, auto-flush off", paths={"/echo": "/echo-batched"},
               only=BURSTS),
    spring_handler("spring-handler", "Spring's handler"),
    spring_handler("spring-queued", "Spring's handler, queue, virtual thread",
                   paths={"/echo": "/echo-queued", "/fanout": "/fanout-queued", "/upload": "/upload-queued"}),
    Contender("vertx", "Vert.x, native epoll", jvm.plain("vertx", f"{PACKAGE}.vertx.VertxServer"),
              jvm.made_of("vertx", **{"Vert.x": "vertx-core"}, Netty="netty-transport"), "vertx"),
    Contender("helidon", "Helidon", jvm.plain("helidon", f"{PACKAGE}.helidon.HelidonServer"),
              jvm.made_of("helidon", Helidon="helidon-webserver"), "helidon", cannot=NO_COMPRESSION),
    Contender("javalin", "Javalin", jvm.plain("javalin", f"{PACKAGE}.javalin.JavalinServer"),
              jvm.made_of("javalin", Javalin="javalin", Jetty="jetty-server"), "javalin"),
    Contender("quarkus", "Quarkus WebSockets Next", jvm.quarkus,
              jvm.made_of("quarkus", Quarkus="quarkus-websockets-next", Netty="netty-transport"), "quarkus"),
    Contender("gorilla", "gorilla/websocket", native.start("gorilla"), native.gorilla_version,
              build=native.build_gorilla, missing=native.no_gorilla, collects_at="/collect-garbage"),
    Contender("c-loop", "C epoll loop, the limit", native.start("c-loop"), native.c_version,
              build=native.build_c_loop, missing=native.no_openssl, cannot=NO_COMPRESSION),
    Contender("c-loop-batched", "C epoll loop, one write per burst", native.start("c-loop", "batched"),
              native.c_version, build=native.build_c_loop, missing=native.no_openssl, only=BURSTS),

    own_transport("controller-parked", "Tomcat, not taken over", "--websocket-controller.tomcat.take-over=false"),
    own_transport("controller-tls", "Tomcat, TLS", tls=True),
    own_transport("controller-jetty", "Jetty", module="controller-jetty"),
    own_transport("controller-jetty-tls", "Jetty, TLS", module="controller-jetty", tls=True),
]
