"""Schedules of which nothing is known but how each step changes the rate of the one before."""

from abc import abstractmethod

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.folding import Tree
from lrplot.schedules.knots import Knots
from lrplot.schedules.scan import Scan


class Scanned(Schedule):
    """A schedule whose rates are found by one scan, remembered; its knots are unknown everywhere."""

    @property
    @abstractmethod
    def scan(self) -> Scan:
        """The rates found so far, and the way to the next."""

    def rate(self, t: Steps) -> Rates:
        last = int(t.max()) if t.size else 0
        return self.scan.until(last + 1)[t.astype(np.int64)]

    def fill(self, out: Rates, first: int) -> None:
        out[:] = self.scan.until(first + len(out))[first:]

    def closed_form(self) -> Tree | None:
        return None

    def knots(self, until: int) -> Knots:
        return Knots.nothing_known(until)

    def _total(self, n: int) -> float:
        return float(self.scan.until(n).sum()) if n else 0.0
