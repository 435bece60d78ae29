"""Puts what was measured into docs/benchmarks.md, between its two marks, and the chart beside it."""

from driver.chart import chart
from driver.contenders import CONTENDERS
from driver.figures import Figures
from driver.machine import ROOT
from driver.report import table, tables

BEGIN = "<!-- What follows is written by benchmarks/run --document. -->"
END = "<!-- End of what benchmarks/run has written. -->"

PAGE = ROOT / "docs" / "benchmarks.md"
CHART = ROOT / "docs" / "benchmarks.svg"


def document(run):
    figures = Figures(run)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    text = "\n\n".join([BEGIN, setting(figures), f"![Server CPU time per message]({CHART.name})", tables(run), END])
    PAGE.write_text(before + text + after)
    CHART.write_text(chart(figures))


def setting(figures):
    run = figures.run
    machine = run["machine"]
    commands = "\n".join(run["commands"])
    versions = [[contender.title, run["versions"][contender.name]] for contender in CONTENDERS
                if contender.name in run["versions"]]
    facts = [
        machine["processor"],
        f"{machine['memory']} of memory",
        f"{machine['kernel']} with TCP congestion control {machine['congestion_control']}",
        f"JDK {machine['java']}",
    ]
    return (f"Measured on: {', '.join(facts)}; medians of the rounds of:\n\n"
            f"```\n{commands}\n```\n\n" + table(["", "version"], versions))
