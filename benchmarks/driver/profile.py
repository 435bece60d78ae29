"""A server at work under perf, and its samples by what they were taken in."""

import argparse
import collections
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace

from driver import contenders, works
from driver.build import build
from driver.machine import check_open_files, check_tools, newest_jdk
from driver.main import choose
from driver.measure import Contestant

PERF_HERTZ = 1999
RAMP_UP_SECONDS = 2

# The first that is found in a stack says what it is; the leaf alone tells the library's code from the JDK's.
SYSTEM_CALLS = [
    ("write, in the kernel", re.compile(r"ksys_write|do_writev|__sys_sendto|__sys_sendmsg")),
    ("read, in the kernel", re.compile(r"ksys_read|vfs_read|__sys_recvfrom|__sys_recvmsg")),
    ("epoll, in the kernel", re.compile(r"epoll")),
    ("futex, in the kernel", re.compile(r"futex")),
]
KERNEL = re.compile(r"entry_SYSCALL|do_syscall_64|^asm_")
LIBRARY = re.compile(r"io\.github\.websocketcontroller\.(?!benchmarks)")


def parse_options():
    parser = argparse.ArgumentParser(
        prog="benchmarks/profile", description="Profiles one server at one work with perf (Debian: linux-perf).")
    parser.add_argument("contender", help="such as controller or vertx")
    parser.add_argument("work", help="such as echo-100")
    parser.add_argument("--seconds", type=float, default=8, help="of the profile (8)")
    parser.add_argument("--warmup", type=float, default=20, help="seconds of the same load before (20)")
    parser.add_argument("--symbols", type=int, default=0, help="how many functions to list, the dearest first (none)")
    parser.add_argument("--threads", type=int, default=0, help="how many threads to list, the busiest first (none)")
    parser.add_argument("--no-build", action="store_true", help="take what is built already")
    options = parser.parse_args()
    # What a contestant wants to know beyond that.
    options.server_core, options.generator_core, options.port = 1, 0, 8099
    options.quick, options.first_warmup, options.quiet, options.settle = False, 0, 5, 0.5
    return options


def main():
    options = parse_options()
    check_tools()
    if not shutil.which("perf"):
        raise SystemExit("there is no perf (Debian: linux-perf)")
    contender, = choose(contenders.CONTENDERS, options.contender)
    work, = choose(works.WORKS, options.work)
    if work.kind in ("idle", "upload"):
        raise SystemExit(f"{work.name} is no load that goes on for as long as a profile takes")
    work = replace(work, warmups=1)
    check_open_files(work.connections)
    java_home = newest_jdk()
    if not options.no_build:
        build([contender], java_home)
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:+PreserveFramePointer"  # without, perf can't follow the stack
    contestant = Contestant(contender, options, java_home, options.port)
    with tempfile.TemporaryDirectory() as folder:
        samples = list(parse(record(contestant, work, options, f"{folder}/perf.data")))
    show(samples, options)
    return 0


def record(contestant, work, options, file):
    """The server's stacks while it works, as perf prints them."""
    with contestant.running():
        if contestant.failure:
            raise SystemExit(contestant.failure)
        load = contestant.start_load(work, options.seconds + RAMP_UP_SECONDS)
        try:
            subprocess.run(["sleep", str(options.warmup + RAMP_UP_SECONDS)], check=True)
            subprocess.run(["perf", "record", "-q", "-g", "-F", str(PERF_HERTZ), "-p", str(contestant.server.pid),
                            "-o", file, "--", "sleep", str(options.seconds)], check=True)
            if contestant.contender.is_jvm:
                contestant.server.name_compiled_code(contestant.jcmd)
            load.communicate(timeout=60)
        finally:
            if load.poll() is None:
                load.kill()
                load.wait()
        return subprocess.run(["perf", "script", "-i", file, "-F", "comm,ip,sym"], text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def parse(text):
    """Names of threads, as short as the kernel keeps them, and lists of functions, the innermost first."""
    for sample in text.split("\n\n"):
        thread, *lines = sample.strip("\n").splitlines() or [""]
        stack = [line.split(None, 1)[1] for line in lines if len(line.split(None, 1)) == 2]
        if stack:
            yield thread.strip(), stack


def kind(stack):
    if any(KERNEL.search(function) for function in stack):
        return next((name for name, pattern in SYSTEM_CALLS if any(pattern.search(function) for function in stack)),
                    "other, in the kernel")
    return "this library, with what is compiled into it" if LIBRARY.search(stack[0]) else "the rest of the process"


def show(samples, options):
    print(f"{options.contender} at {options.work}: {len(samples)} samples")
    list_shares((kind(stack) for _, stack in samples), None)
    list_shares((thread for thread, _ in samples), options.threads)
    list_shares((stack[0] for _, stack in samples), options.symbols)


def list_shares(names, most):
    counts = collections.Counter(names)
    for name, count in counts.most_common(most):
        print(f"{count / counts.total():6.1%}  {name}")
