"""The command line, and the order of things: build, then for each work every contender in turn, then the tables."""

import argparse
import contextlib
import fcntl
import json
import pathlib
import re
import signal
import sys
import time

from driver import contenders, works
from driver.build import build
from driver.document import document
from driver.machine import BENCHMARKS, check_open_files, check_tools, describe, newest_jdk
from driver.measure import Contestant
from driver.report import tables

MOST_FRESH_ROUNDS = 3


def parse(arguments):
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measures websocket servers side by side.")
    parser.add_argument("--rounds", type=int, default=7,
                        help="how often all contenders have their turn at each work (7; at most 3 if each is a process "
                             "of its own)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement (1.5)")
    parser.add_argument("--warmup", type=float, default=4,
                        help="seconds of the same load before a contender's first measurement of each work (4)")
    parser.add_argument("--rewarm", type=float, default=1, help="the same before the further ones (1)")
    parser.add_argument("--first-warmup", type=float, default=5, help="seconds of echo after a server's start (5)")
    parser.add_argument("--contenders", help="with commas between, some of " + ", ".join(c.name for c in contenders.CONTENDERS))
    parser.add_argument("--work", help="with commas between, some of " + ", ".join(work.name for work in works.WORKS))
    parser.add_argument("--quick", action="store_true",
                        help="one short round with few connections on all cores, which fails if a contender that is there "
                             "does not deliver, which others than this library may try again")
    parser.add_argument("--document", action="store_true",
                        help="write the tables and the chart into docs/ as well, in the place of all that was there")
    parser.add_argument("--report", nargs="+", metavar="FILE",
                        help="measure nothing, show these results; a later one takes the place of what those before "
                             "had of the same contender and work")
    parser.add_argument("--java-home", help="of the JDK to build and run with (the newest that is found)")
    parser.add_argument("--no-build", action="store_true", help="take what is built already")
    parser.add_argument("--server-core", type=int, default=1, help="core that the servers are pinned to (1)")
    parser.add_argument("--generator-core", type=int, default=0, help="core that the generator is pinned to (0)")
    parser.add_argument("--port", type=int, default=8099, help="of the first server; each has the one after (8099)")
    parser.add_argument("--lock", metavar="FILE",
                        help="locked with flock during the build and each turn, on a machine that others use too")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("there has to be a round")
    if options.seconds <= 0 or min(options.warmup, options.rewarm, options.first_warmup) < 0:
        parser.error("a measurement takes more than no time, and a warm-up not less")
    if options.server_core == options.generator_core:
        parser.error("server and generator need a core each")
    if options.quick and options.document:
        parser.error("what --quick measures is not for a document")
    options.quiet, options.settle = 5, 0.5
    if options.quick:
        options.rounds, options.seconds, options.warmup, options.first_warmup = 1, 0.3, 0.1, 0
        options.quiet, options.settle = 2, 0.2
        options.server_core = options.generator_core = None  # as much as there is, so that it is done soon
    return options


def choose(all_of_them, names):
    wanted = list(dict.fromkeys(name for name in (names or "").split(",") if name))
    if not wanted:
        return all_of_them
    known = {one.name: one for one in all_of_them}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SystemExit(f"there is no {', '.join(unknown)}, but {', '.join(known)}")
    return [known[name] for name in wanted]


def present(chosen):
    """Those that can run here. The others are named, not passed over."""
    there = []
    for contender in chosen:
        reason = contender.missing()
        if reason:
            say(f"skipped: {contender.name}: {reason}")
        else:
            there.append(contender)
    return there


def say(line):
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(path):
    if not path:
        yield
        return
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def can(contender, work):
    return work.name not in contender.cannot and (not contender.only or work.name in contender.only)


def measure(chosen, chosen_works, options, java_home):
    """All servers are up at once, and take turns at short intervals: what else happens on the machine meets them alike."""
    for contender in chosen:
        yield from ({"contender": contender.name, "work": work.name, "unable": contender.cannot[work.name]}
                    for work in chosen_works if work.name in contender.cannot)
    contestants = [Contestant(contender, options, java_home, options.port + number)
                   for number, contender in enumerate(chosen)]
    shared = [work for work in chosen_works if not work.fresh]
    with contextlib.ExitStack() as servers:
        for contestant in contestants:
            if any(can(contestant.contender, work) for work in shared):
                servers.enter_context(contestant.running())
        yield from take_turns(contestants, shared, options, Contestant.measure)
    yield from take_turns(contestants, [work for work in chosen_works if work.fresh], options, Contestant.measure_alone)


def rounds(work, options):
    return min(options.rounds, MOST_FRESH_ROUNDS) if work.fresh else options.rounds


def take_turns(contestants, chosen_works, options, attempt):
    for work in chosen_works:
        able = [contestant for contestant in contestants if can(contestant.contender, work)]
        for number in range(1, rounds(work, options) + 1):
            for contestant in able if number % 2 else reversed(able):
                with locked(options.lock):
                    result = {"round": number, **attempt(contestant, work)}
                say_of(result)
                if "failure" in result and options.quick and not contestant.contender.is_ours:
                    result = {"round": number, **attempt(contestant, work)}
                    say_of(result)
                yield result


def say_of(result):
    say(f"round {result['round']}  {result['contender']:22} {result['work']:18} {summary(result)}")


def summary(result):
    if "failure" in result:
        return f"FAILED: {result['failure']}"
    if "unable" in result:
        return f"n/a: {result['unable']}"
    if "memory" in result:
        return f"{result['memory'] / 1024:8.1f} KiB per connection"
    return (f"{result['cpu']:8.2f} µs   {result['rate']:10,.0f}/s   p50 {result['p50']:,.0f} µs   "
            f"generator {result['generator_share']:.0%}")


def command_line(arguments):
    """Without what concerns only the machine that it was run on."""
    text = " ".join(["benchmarks/run", *arguments])
    return re.sub(r" --(no-build|lock[ =]\S+|java-home[ =]\S+)", "", text)


def save(run):
    folder = BENCHMARKS / "results"
    folder.mkdir(exist_ok=True)
    file = folder / time.strftime("%Y-%m-%d-%H%M%S.json")
    file.write_text(json.dumps(run, indent=1))
    say(f"raw results: {file.relative_to(BENCHMARKS.parent)}")


def load(files):
    return [json.loads(pathlib.Path(file).read_text()) for file in files]


def together(runs):
    """Several runs as one, which should have been made on the same machine. What a later one has takes the place of
    what those before had of the same contender and work."""
    results = {}
    for run in runs:
        of_run = {}
        for result in run["results"]:
            of_run.setdefault((result["contender"], result["work"]), []).append(result)
        results.update(of_run)
    return {
        **runs[-1],
        "commands": [line for run in runs
                     for line in (f"# {run['date']}, commit {run['machine']['commit']}", *run["commands"])],
        "versions": {name: version for run in runs for name, version in run["versions"].items()},
        "results": [result for of_turn in results.values() for result in of_turn],
    }


def show(run, options):
    print(tables(run))
    if options.document:
        document(run)


def main():
    options = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.report:
        show(together(load(options.report)), options)
        return 0
    check_tools()
    java_home = options.java_home or newest_jdk()
    chosen = present(choose(contenders.CONTENDERS, options.contenders))
    chosen_works = choose(works.WORKS, options.work)
    if options.quick:
        chosen_works = [works.quick(work) for work in chosen_works]
    check_open_files(max(work.connections for work in chosen_works))
    if not options.no_build:
        with locked(options.lock):
            build(chosen, java_home)
    run = {
        "commands": [command_line(sys.argv[1:])],
        "date": time.strftime("%Y-%m-%d"),
        "machine": describe(java_home),
        "versions": {contender.name: contender.version() for contender in chosen},
        "results": [],
    }
    try:
        for result in measure(chosen, chosen_works, options, java_home):
            run["results"].append(result)
    except KeyboardInterrupt:
        say("interrupted" + ("; the document stays as it is" if options.document else ""))
        options.document = False
    finally:
        save(run)
    show(together([run]), options)
    failures = [result for result in run["results"] if "failure" in result]
    return 1 if failures and options.quick else 0
