"""The points of curves as a page holds them: a step once, and what a rate was before each jump."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lrplot.curve import COLUMNS, Curve, Panel, Sample
from lrplot.curve.sampling import Whole, evaluate
from lrplot.errors import LrplotError
from lrplot.render.html.section import Section
from lrplot.render.kinds import wanted
from lrplot.render.step_axis import step_axis
from lrplot.run import Run
from lrplot.schedules.base import Rates, Schedule
from lrplot.schedules.reacting import Change

MOST_CURVES: Final = 400
"""Curves a page shows at most: nobody tells more apart, and each takes its share of the file."""
_MOST_CHANGES: Final = 200
"""Changes that a page lists, each a row of its table."""
_MOST_KNOTS: Final = 24
"""Knots that are looked at more closely."""
_MOST_VALUES: Final = 110_000
"""Values of all curves together that keep a page below 2 MB: eleven letters each."""
_COLUMNS: Final = (COLUMNS, 1024, 512, 256, 128, 64)
"""Columns of the drawing that are tried, the finest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A curve's points.

    Parameters
    ----------
    steps
        Each step once, rising.
    values
        The value at each.
    jumps
        Positions of the steps at which the value jumps.
    before
        The values before each jump.
    sample
        What it is of.
    """

    steps: Whole
    values: Rates
    jumps: Whole
    before: Rates
    sample: Sample

    @classmethod
    def of(cls, sample: Sample) -> "Points":
        """The points of a sample, in which a step with a jump stands twice.

        >>> from lrplot.curve import sample
        >>> from lrplot.schedules.multistep import MultiStep
        >>> points = Points.of(sample(MultiStep(lr=1.0, milestones=(2,), gamma=0.5), 4))
        >>> points.steps.tolist(), points.values.tolist()
        ([0, 1, 2, 3], [1.0, 1.0, 0.5, 0.5])
        >>> points.jumps.tolist(), points.before.tolist()
        ([2], [1.0])
        """
        last = np.r_[np.diff(sample.steps) > 0, True]
        twice = np.flatnonzero(~last)
        steps = sample.steps[last]
        jumps = np.searchsorted(steps, sample.steps[twice])
        return cls(steps, sample.rates[last], jumps, sample.rates[twice], sample)

    def on(self, steps: Whole, schedule: Schedule) -> "Points":
        """The same curve with the rates at more steps, all of its own among them."""
        jumps = np.searchsorted(steps, self.steps[self.jumps])
        return replace(self, steps=steps, values=evaluate(schedule, steps), jumps=jumps)

    @property
    def size(self) -> int:
        """How many values it holds, its steps among them."""
        return 2 * len(self.steps) + 2 * len(self.jumps) + 4 * len(self.sample.band.starts)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One curve's points, and those of its panels by their kinds."""

    curve: Curve
    points: Points
    panels: tuple[tuple[Panel, Points], ...]

    @property
    def changes(self) -> Sequence[Change]:
        """The changes of the rate that a metric caused, as many as are listed."""
        return next((panel.marks for panel, _ in self.panels if panel.marks), ())[:_MOST_CHANGES]

    @property
    def size(self) -> int:
        """How many values it holds."""
        return self.points.size + sum(points.size for _, points in self.panels)


def points_of(section: Section, share: int = 1) -> list[Drawn]:
    """The points of a section's curves, on as fine columns as a page has room for.

    Where there is room, every curve has its exact rate at every step at which any of them has a point; what
    is read off a page at one step is then the rate of all. A log has rates at its rows alone.

    Parameters
    ----------
    section
        Curves, and the style that says which panels they have and what their steps are counted in.
    share
        How many sections share the page.

    Raises
    ------
    LrplotError
        When there are more than a page shows.
    """
    curves, style = section.curves, section.style
    if len(curves) > MOST_CURVES:
        raise LrplotError(
            f"a page shows at most {MOST_CURVES} curves, got {len(curves)}; "
            "name fewer, or draw a picture (-o x.png)"
        )
    axis = step_axis(curves, style)
    # Where a step is as long for all, they have steps in common.
    together = len({axis.size(curve.run) for curve in curves}) == 1
    coarsest = _COLUMNS[-1]
    room = max(_MOST_VALUES // share, 4 * coarsest)
    drawn: list[Drawn] = []
    for columns in (each for each in _COLUMNS if each * len(curves) <= room or each == coarsest):
        drawn = list(_own(section, columns))
        shared = _shared(drawn, room) if together else None
        if shared is not None:
            return shared
        if sum(each.size for each in drawn) <= room:
            return drawn
    return drawn


def _own(section: Section, columns: int) -> Iterator[Drawn]:
    for curve in section.curves:
        shown = wanted(curve.panels(columns), section.style)
        panels = tuple((panel, Points.of(panel.middle)) for panel in shown)
        yield Drawn(curve, Points.of(curve.sample(columns)), panels)


def _shared(drawn: Sequence[Drawn], room: int) -> list[Drawn] | None:
    """The same on common steps; None where that would be more than there is room for."""
    everyone = np.unique(np.concatenate([steps for each in drawn for steps in _exact(each)]))
    longest = max(each.curve.run.steps for each in drawn)
    if longest > len(everyone):
        closer = np.unique(np.concatenate([everyone, *(_around_knots(each.curve.run) for each in drawn)]))
        everyone = closer if len(closer) <= 2 * len(everyone) else everyone
    made = [_on(each, everyone) for each in drawn] if len(everyone) * len(drawn) <= room else []
    # Common steps stand in the page once.
    size = sum(each.size - len(each.points.steps) for each in made) + len(everyone)
    return made if made and size <= room else None


def _around_knots(run: Run) -> Whole:
    """Steps ever farther from each knot, for who looks closer: 1, 2, 4 … before and after it.

    >>> from lrplot.schedules.step import Step
    >>> _around_knots(Run("step", Step(lr=1, step_size=6), 10)).tolist()
    [0, 1, 2, 4, 5, 6, 7, 8]
    """
    known = run.schedule.knots(run.steps)
    listed = known.list(_MOST_KNOTS)
    knots = np.append(known.few[:_MOST_KNOTS] if listed is None else listed, 0).astype(np.int64)
    apart = 2 ** np.arange(run.steps.bit_length(), dtype=np.int64)
    steps = np.unique(np.add.outer(knots, np.concatenate([-apart, [0], apart])))
    inside: Whole = steps[(steps >= 0) & (steps < run.steps)]
    return inside


def _exact(drawn: Drawn) -> Iterator[Whole]:
    yield drawn.points.steps
    yield from (points.steps for panel, points in drawn.panels if panel.kind == "momentum")


def _on(drawn: Drawn, everyone: Whole) -> Drawn:
    run = drawn.curve.run
    if run.logged is not None:
        return drawn
    steps = everyone[: np.searchsorted(everyone, run.steps)]
    momentum = run.schedule.momentum
    panels = tuple(
        (panel, points.on(steps, momentum) if panel.kind == "momentum" and momentum is not None else points)
        for panel, points in drawn.panels
    )
    return replace(drawn, points=drawn.points.on(steps, run.schedule), panels=panels)
