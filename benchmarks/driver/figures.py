"""Medians of the results of a run."""

import statistics

from driver.contenders import CONTENDERS
from driver.works import WORKS


class Figures:

    def __init__(self, run):
        self.run = run
        self._results = {}
        for result in run["results"]:
            if "failure" not in result and "unable" not in result:
                self._results.setdefault((result["contender"], result["work"]), []).append(result)

    def contenders(self, works=None, of_own=False):
        """Those that were measured, in their order: the competitors or this library's own ways to a socket."""
        wanted = [work.name for work in works or WORKS]
        return [contender for contender in CONTENDERS if contender.own == of_own
                and any((contender.name, work) in self._results for work in wanted)]

    def works(self, kinds):
        return [work for work in WORKS
                if work.kind in kinds and any(measured == work.name for _, measured in self._results)]

    def median(self, contender, work, figure):
        """None if there is no figure in any round."""
        values = [result[figure] for result in self._results.get((contender, work), []) if figure in result]
        return statistics.median(values) if values else None

    def ratio(self, contender, other, work, figure):
        mine, theirs = self.median(contender, work, figure), self.median(other, work, figure)
        return mine / theirs if mine is not None and theirs else None

    def busy_generator(self, most):
        """Where it has used more than that of its core in the median, with how much."""
        turns = sorted({(result["contender"], result["work"])
                        for result in self.run["results"] if "generator_share" in result})
        shares = [(self.median(*turn, "generator_share"), *turn) for turn in turns]
        return sorted((share for share in shares if share[0] > most), reverse=True)

    def without_figures(self):
        """What has failed, in how many rounds and with the last reason, and what is not to be had."""
        reasons = {}
        for result in self.run["results"]:
            if "failure" in result or "unable" in result:
                turn = (result["contender"], result["work"])
                reasons.setdefault(turn, []).append(result.get("failure") or result["unable"])
        return sorted((*turn, self._missing(turn, len(failed)), failed[-1]) for turn, failed in reasons.items())

    def _missing(self, turn, failed):
        measured = len(self._results.get(turn, []))
        return f"No figures in {failed} of {failed + measured} rounds" if measured else "No figures"
