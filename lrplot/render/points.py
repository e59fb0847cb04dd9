"""The points of a curve that are named: its peak, minimum and end, or the drops of a staircase."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lrplot.render.rates import MOST_DROPS, drops
from lrplot.text.numbers import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene
    from lrplot.style import Mark

_SAME: Final = 1e-9
"""Share within which two rates are one: arithmetic parts them by less, and no label tells it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A named point: its step, its rate and what is written."""

    drawn: "Drawn"
    step: int
    rate: float
    said: str
    """The rate alone."""
    text: str

    @property
    def broken(self) -> str:
        """The text in two lines."""
        return f"{self.said}\n{self.text.removeprefix(self.said).lstrip()}"


def points_of(scene: "Scene", drawn: "Drawn", marks: "Sequence[Mark]") -> list[Point]:
    """The points of a curve that are named, the most telling first.

    A staircase's drops say its minimum and its end: those are not said again.
    """
    run = drawn.curve.run
    found: dict[int, float] = {}
    summary = drawn.curve.summary()
    falls = dict(drops(run)) if "drops" in marks else {}
    if len(falls) > MOST_DROPS:
        falls = {}
    constant = summary.peak.value == summary.minimum.value
    if "peak" in marks and summary.peak.step is not None:
        found[summary.peak.step] = summary.peak.value
    found |= falls
    last = run.steps - 1
    ends_on_a_drop = bool(falls) and _same(list(falls.values())[-1], summary.final.value)
    if "end" in marks and not constant and not ends_on_a_drop:
        found.setdefault(last, summary.final.value)
    said = "end" in marks and _same(summary.minimum.value, summary.final.value)
    low = summary.minimum
    said = said or any(_same(low.value, rate) for rate in falls.values())
    if "min" in marks and not constant and not said and low.step is not None:
        found.setdefault(low.step, low.value)
    x = drawn.rate.steps
    seen = {step: rate for step, rate in found.items() if x[0] <= step <= x[-1]}
    return [
        Point(drawn, step, rate, said, scene.axis.said(scene.words, said, run, step))
        for step, rate in seen.items()
        for said in [short(rate, 3)]
    ]


def _same(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=_SAME, atol=0))
