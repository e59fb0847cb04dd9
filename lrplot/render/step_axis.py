"""The unit of a step axis: updates, epochs, percent of the run, samples or tokens."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.style import Style, Unit
from lrplot.text.numbers import short, steps
from lrplot.text.plain import printable

Ends = tuple[float | None, float | None]

WORDS_OF: Final[Mapping[str, str]] = {
    "steps": "steps",
    "epochs": "epoch",
    "percent": "share",
    "samples": "samples",
    "tokens": "tokens",
}
"""The name of each unit's axis among the words."""
_NEEDS: Final[Mapping[str, str]] = {
    "epochs": "--steps-per-epoch N",
    "samples": "--set training.batch_size=N",
    "tokens": "--set training.batch_size=N --set training.sequence_length=N",
}
"""What says how large a unit is."""


@dataclass(frozen=True, slots=True)
class StepAxis:
    """The unit of a figure's step axis.

    Parameters
    ----------
    unit
        What it counts.
    above
        Steps of an epoch where a second axis above counts those, else None.

    Examples
    --------
    >>> from lrplot.schedules.constant import Constant
    >>> run = Run("it", Constant(lr=1), 200, 50)
    >>> StepAxis("epochs").across(run, np.array([0, 100])).tolist()
    [0.0, 2.0]
    """

    unit: Unit
    above: int | None = None

    def size(self, run: Run) -> float:
        """The length of one step of a run on the axis."""
        return float(self.across(run, 1))

    def across(self, run: Run, at: Any) -> Any:
        """The places of a run's steps on the axis."""
        each = _size(run, self.unit)
        return at if each == 1 else np.asarray(at) * each

    def end(self, run: Run) -> float:
        """The place of the end of a run: its last step, or all of it where the axis counts shares."""
        return 100.0 if self.unit == "percent" else float(self.across(run, run.steps - 1))

    def in_sight(self, run: Run, limits: Ends | None) -> tuple[int, int]:
        """The steps ``start … stop-1`` of a run between two places; at least one."""
        each = _size(run, self.unit) or 1
        low, high = limits or (None, None)
        start = 0 if low is None else int(min(max(math.floor(low / each), 0), run.steps - 1))
        stop = run.steps if high is None else int(min(max(math.ceil(high / each) + 1, start + 1), run.steps))
        return start, stop

    def said(self, words: Mapping[str, str], rate: str, run: Run, step: int) -> str:
        """A rate and its step, as a label names them."""
        place = float(self.across(run, step))
        if self.unit == "steps":
            text = steps(step) if step >= 1e6 else str(step)
        elif self.unit == "percent":
            text = f"{short(round(place, 2))}%"
        elif self.unit == "epochs":
            text = short(place, 4) if place < 1e4 else steps(round(place))
        else:
            text = steps(float(f"{place:.3g}"))
        return words[f"at {WORDS_OF[self.unit]}"].format(rate=rate, step=text)


def _size(run: Run, unit: Unit) -> float | None:
    """How much of the unit one step of a run is, None where nobody says it."""
    if unit == "steps":
        return 1
    if unit == "percent":
        return 100 / run.steps
    if unit == "epochs":
        each = run.steps_per_epoch
        return 1 if each == 1 else None if each is None else 1 / each
    if run.training is None:
        return None
    return run.training.samples_per_step if unit == "samples" else run.training.tokens_per_step


def step_axis(curves: Sequence[Curve], style: Style) -> StepAxis:
    """The step axis that a style asks for, or that fits the runs.

    Raises
    ------
    LrplotError
        When the asked unit's size is not known of every run.
    """
    runs = [curve.run for curve in curves]
    relative = any(run.relative for run in runs)
    lengths = {run.steps_per_epoch for run in runs}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    if style.xaxis is None:
        if all(run.relative for run in runs):
            return StepAxis("percent")
        if per_epoch == 1:
            return StepAxis("epochs")
        return StepAxis("steps", None if style.theme == "paper" else per_epoch)
    unknown = [run for run in runs if _size(run, style.xaxis) is None]
    if relative and style.xaxis != "percent":
        raise LrplotError(
            f"xaxis: {style.xaxis}: how many updates the run has is not known; say it, or take xaxis: percent"
        )
    if unknown:
        named = ", ".join(dict.fromkeys(printable(run.label) for run in unknown[:4]))
        raise LrplotError(
            f"xaxis: {style.xaxis}: how many {style.xaxis} a step of {named} is, is not said; "
            f"add {_NEEDS[style.xaxis]}"
        )
    return StepAxis(style.xaxis)
