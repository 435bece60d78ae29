"""The tables, in Markdown, which reads well enough in a terminal, too."""

from driver.figures import Figures
from driver.targets import TARGETS

LOADS = ("echo", "fanout")

# Of its core: a generator that is busier may be what limits throughput.
BUSY = 0.9


def tables(run):
    figures = Figures(run)
    parts = [
        processor_time(figures),
        throughput(figures),
        latency(figures),
        fan_out(figures),
        other_work(figures),
        own_transports(figures),
        ratios(figures),
        remarks(figures),
    ]
    return "\n\n".join(part for part in parts if part)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def section(title, text):
    return f"### {title}\n\n{text}" if text else ""


def number(value, digits=1):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 1000 or digits == 0 else f"{value:,.{digits}f}"


def by_work(figures, works, cell):
    """A row for each contender, a column for each work."""
    if not works:
        return ""
    rows = [[contender.title, *(cell(contender.name, work.name) for work in works)]
            for contender in figures.contenders(works)]
    return table(["", *(work.title for work in works)], rows)


def processor_time(figures):
    return section("Server CPU time per message or delivery, in µs", by_work(
        figures, figures.works(LOADS), lambda contender, work: number(figures.median(contender, work, "cpu"))))


def throughput(figures):
    return section("Messages or deliveries per second", by_work(
        figures, figures.works(LOADS), lambda contender, work: number(figures.median(contender, work, "rate"), 0)))


def latency(figures):
    def cell(contender, work):
        return " / ".join(number(figures.median(contender, work, quantile), 0) for quantile in ("p50", "p99", "p999"))

    return section("Latency at full load: p50 / p99 / p99.9, in µs", by_work(figures, figures.works(("echo",)), cell))


def fan_out(figures):
    def cell(contender, work):
        values = [figures.median(contender, work, quantile) for quantile in ("p50", "max")]
        return " / ".join(number(value and value / 1000) for value in values)

    return section("Fan-out: until the last has it, p50 / longest, in ms", by_work(figures, figures.works(("fanout",)), cell))


def other_work(figures):
    columns = [
        ("set up per second", "setup", "rate", 1, 0),
        ("CPU per connection set up, µs", "setup", "cpu", 1, 0),
        ("idle connection, KiB", "idle", "memory", 1 / 1024, 1),
        ("idle, compression negotiated, KiB", "idle-deflate", "memory", 1 / 1024, 1),
        ("upload, MiB/s", "upload", "rate", 1, 0),
        ("CPU per MiB uploaded, µs", "upload", "cpu", 1, 0),
    ]
    works = figures.works(("setup", "idle", "upload"))
    columns = [column for column in columns if column[1] in {work.name for work in works}]
    if not columns:
        return ""

    def cell(contender, work, figure, factor, digits):
        value = figures.median(contender, work, figure)
        return number(value if value is None else value * factor, digits)

    rows = [[contender.title, *(cell(contender.name, *column[1:]) for column in columns)]
            for contender in figures.contenders(works)]
    return section("Connections and uploads", table(["", *(column[0] for column in columns)], rows))


def own_transports(figures):
    own = figures.contenders(of_own=True)
    if not own:
        return ""
    first = figures.median("controller", "echo-100", "cpu")
    rows = [["Tomcat, taken over", number(first)]]
    rows += [[contender.title, number(figures.median(contender.name, "echo-100", "cpu"))] for contender in own]
    return section("This library's own transports: server CPU time per message, in µs",
                   table(["", "echo, 100 × 1 × 64 B"], rows))


def ratios(figures):
    """This library divided by the others, with what it is held to."""
    names = ["spring-handler", "vertx", "gorilla", "c-loop"]

    def cell(target, other):
        ratio = figures.ratio(target.contender, other, target.work, target.figure)
        if other not in target.bounds or ratio is None:
            return "" if other not in target.bounds else "–"
        bound = target.bounds[other]
        sign = "≥" if target.at_least else "≤"
        return f"{ratio:.2f} ({sign} {bound:g}{'' if target.holds(ratio, bound) else ', **missed**'})"

    rows = [[target.title, *(cell(target, other) for other in names)] for target in TARGETS]
    rows = [row for row in rows if any(value not in ("", "–") for value in row[1:])]
    if not rows:
        return ""
    titles = {contender.name: contender.title for contender in figures.contenders()}
    return section("This library divided by", table(["", *(titles.get(name, name) for name in names)], rows))


def remarks(figures):
    busy = figures.busy_generator(BUSY)
    lines = [f"The generator had more than {BUSY:.0%} of its core to do, so that messages per second may be its own: "
             f"{', '.join(f'{contender} at {work} ({share:.0%})' for share, contender, work in busy)}."] if busy else []
    reasons = {}
    for contender, work, missing, reason in figures.without_figures():
        reasons.setdefault((contender, missing, reason), []).append(work)
    lines += [f"{missing} of {contender} for {', '.join(works)}: {reason}."
              for (contender, missing, reason), works in reasons.items()]
    return "\n".join(f"- {line}" for line in lines)
