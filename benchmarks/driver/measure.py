"""One contender: start it, warm it up, give it work, read what that costs."""

import contextlib
import json
import subprocess
import time

from driver.build import GENERATOR
from driver.machine import BENCHMARKS
from driver.server import Server, pinned

# Enough for opening and closing thousands of connections, and for what the generator waits for.
MARGIN_SECONDS = 180

UPLOAD_SECONDS = 60
IDLE_SECONDS = 120
SETTING_UP_SECONDS = 15


class Failure(Exception):
    """A contender does not do what it should."""


# What one contender can't do, while the others go on.
UNABLE = (Failure, RuntimeError, OSError, subprocess.TimeoutExpired)


class Contestant:
    """A contender at work, on a port of its own."""

    def __init__(self, contender, options, java_home, port):
        self.contender = contender
        self.options = options
        self.port = port
        self.java = f"{java_home}/bin/java"
        self.jcmd = f"{java_home}/bin/jcmd"
        self.server = None
        self.failure = None
        self.warm = set()  # at which works its server is

    @contextlib.contextmanager
    def running(self):
        """Its server is up and warm meanwhile, or has failed."""
        with contextlib.ExitStack() as stack:
            try:
                self.server = stack.enter_context(self._server())
                self._warm_up(self.server)
            except UNABLE as failure:
                self.failure = str(failure)
            yield

    def measure(self, work):
        """A result, in which "failure" says why there are no figures."""
        if self.failure:
            return self._result(work, failure=self.failure)
        result = self._attempt(self.server, work)
        self.warm.add(work.name)
        self.server.wait_until_quiet(self.options.quiet)
        return result

    def measure_alone(self, work):
        """The same with a server that has done nothing else."""
        try:
            with self._server() as server:
                self._warm_up(server)
                return self._attempt(server, work)
        except UNABLE as failure:
            return self._result(work, failure=str(failure))

    def _server(self):
        logs = BENCHMARKS / "results"
        logs.mkdir(exist_ok=True)
        return Server(self.contender.command(self.java, self.port), self.options.server_core, self.port,
                      logs / f"{self.contender.name}.log")

    def _warm_up(self, server):
        seconds = self.options.first_warmup
        if seconds > 0:
            path = self.contender.paths.get("/echo", "/echo")
            self._generate(server, ["--work", "echo", "--path", path, "--conns", "100", "--warmup", "0",
                                    "--seconds", str(seconds)], seconds)
            server.wait_until_quiet(self.options.quiet)

    def _attempt(self, server, work):
        try:
            measured = self._measure_idle(server, work) if work.kind == "idle" else self._measure_load(server, work)
            return self._result(work, **measured)
        except UNABLE as failure:
            return self._result(work, failure=str(failure))

    def _result(self, of_work, **values):
        return {**values, "contender": self.contender.name, "work": of_work.name}

    def _measure_load(self, server, work):
        seconds = self.options.seconds
        if work.kind == "upload":
            seconds = UPLOAD_SECONDS
            self._warm_up_uploading(server, work)
        figures = self._generate(server, self._arguments(work, seconds), seconds + self._warmup(work))
        if figures["errors"]:
            raise Failure(f"{figures['errors']} errors: {figures['first_error']}")
        if not figures["messages"] or (work.kind == "upload" and not figures["done"]):
            raise Failure("nothing comes back")
        count = work.bytes / (1 << 20) if work.kind == "upload" else figures["messages"]
        figures["rate"] = count / figures["seconds"]
        figures["cpu"] = figures["server_cpu"] * 1e6 / count
        return figures

    def _measure_idle(self, server, work):
        """How much the process grows by so many connections, garbage apart."""
        self._warm_up_setting_up(server, work)
        self._collect_garbage(server)
        before = server.resident_bytes()
        generator = self._start_generator(server, self._arguments(work, IDLE_SECONDS))
        try:
            if generator.stdout.readline().strip() != "ready":
                raise Failure(generator.communicate(timeout=MARGIN_SECONDS)[1].strip() or "not all connections came about")
            self._collect_garbage(server)
            grown = server.resident_bytes() - before
            generator.communicate(timeout=MARGIN_SECONDS)
        finally:
            if generator.poll() is None:
                generator.kill()
                generator.wait()
        return {"memory": grown / work.connections}

    def _warm_up_setting_up(self, server, work):
        """Frames of code that is not compiled yet are larger, and would stay on the stacks of those that wait."""
        if self.contender.is_jvm and not self.options.quick:
            path = self.contender.paths.get(work.path, work.path)
            self._generate(server, ["--work", "setup", "--path", path, "--conns", "32", "--warmup", "0",
                                    "--seconds", str(SETTING_UP_SECONDS)], SETTING_UP_SECONDS)

    def _warm_up_uploading(self, server, work):
        """An upload has an end instead of a duration: as many as fit into the time."""
        deadline = time.monotonic() + self._warmup(work)
        while time.monotonic() < deadline:
            self._generate(server, self._arguments(work, UPLOAD_SECONDS), UPLOAD_SECONDS)

    def _collect_garbage(self, server):
        server.wait_until_quiet(self.options.quiet)
        if self.options.quick:
            return
        if self.contender.is_jvm:
            server.collect_garbage(self.jcmd)
        elif self.contender.collects_at:
            server.get(self.contender.collects_at)

    def start_load(self, work, seconds):
        """The generator at work, warm-up included, to be waited for by the caller."""
        return self._start_generator(self.server, self._arguments(work, seconds))

    def _arguments(self, work, seconds):
        path = self.contender.paths.get(work.path, work.path)
        return work.arguments(seconds, self._warmup(work), self.options.settle) + ["--path", path]

    def _warmup(self, work):
        return self.options.rewarm if work.name in self.warm else self.options.warmup * work.warmups

    def _start_generator(self, server, arguments):
        command = [*pinned(self.options.generator_core), str(GENERATOR), "--port", str(server.port),
                   "--server", str(server.pid), *arguments]
        if self.contender.tls:
            command.append("--tls")
        return subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def _generate(self, server, arguments, seconds):
        generator = self._start_generator(server, arguments)
        try:
            output, errors = generator.communicate(timeout=seconds + MARGIN_SECONDS)
        except BaseException as interruption:
            generator.kill()
            generator.wait()
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise Failure("the generator does not end") from interruption
            raise
        if generator.returncode != 0:
            raise Failure(errors.strip().removeprefix("generator: ") or f"the generator fails with {generator.returncode}")
        return json.loads(output)
