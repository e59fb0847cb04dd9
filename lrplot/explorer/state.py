"""The state that the explorer shows: immutable, every operation answers a new one."""

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from lrplot.clock import Clock
from lrplot.curve import Curve
from lrplot.curve.summary import highest
from lrplot.errors import LrplotError
from lrplot.explorer.controls import EPOCHS, Control, controls
from lrplot.explorer.spec_edit import Spec, run_of, spec_of, typical_spec, with_value, without
from lrplot.run import Run
from lrplot.schedules import CATALOGUE

_PROBED: Final = 64
"""Columns of the drawing that shows whether a spec can be drawn at all."""
_MOST_UNDONE: Final = 1000
"""Operations that can be undone; each keeps what it changed and shares the rest."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A schedule under the person's hands.

    Parameters
    ----------
    label
        What the legend calls it.
    spec
        What it says now, right or wrong.
    run
        The last good run of it.
    error
        Why the spec is wrong; empty where it is not.
    origin
        The REF it was opened from; empty where it was made here.

    Examples
    --------
    >>> cosine = Edited.opened(run_of({"lr": 0.1, "steps": 100, "schedule": {"type": "cosine"}}, "cosine"))
    >>> wrong = cosine.changed("schedule.T_max", -5)
    >>> wrong.error, wrong.run is cosine.run
    ('cosine: T_max must be ≥ 0.001, got -5', True)
    """

    label: str
    spec: Spec
    run: Run
    error: str = ""
    origin: str = ""

    @classmethod
    def opened(cls, run: Run) -> "Edited":
        """A run opened for editing."""
        spec = spec_of(run)
        return cls(run.label, spec, replace(_good(spec, run.label), written=run.written), origin=run.origin)

    def changed(self, path: str, value: Any) -> "Edited":
        """With another value at a dotted path; the default where it is None."""
        if path == EPOCHS:
            path, value = "steps", self._steps_in(value)
        spec = without(self.spec, path) if value is None else with_value(self.spec, path, value)
        try:
            run = _good(spec, self.label)
        except LrplotError as error:
            return replace(self, spec=spec, error=str(error).partition("\n")[0])
        # The text's own numbers are no longer those of the curve.
        written = replace(self.run.written, arguments=())
        return replace(self, spec=spec, run=replace(run, written=written), error="")

    def _steps_in(self, epochs: Any) -> Any:
        """So many epochs in steps; what is no number is told as a wrong horizon is."""
        each = self.run.steps_per_epoch or 1
        number = isinstance(epochs, int | float) and not isinstance(epochs, bool) and isfinite(epochs)
        return int(Decimal(str(epochs)) * each + Decimal("0.5")) if number else epochs

    @property
    def base_rate(self) -> float | None:
        """What its schedule starts from: the spec's ``lr``, or the peak of what has none."""
        said = self.spec.get("lr")
        if isinstance(said, int | float):
            return said
        peak = highest(self.run.schedule, self.run.steps).value
        return peak if peak > 0 else None

    def controls(self) -> tuple[Control, ...]:
        """The parameters of the chosen curve."""
        return controls(self.spec, self.run)


@dataclass(frozen=True, slots=True)
class _Moment:
    """The state that undo goes back to."""

    curves: tuple[Edited, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class State:
    """The curves, which of them is edited, and how they are looked at.

    Parameters
    ----------
    curves
        At least one.
    chosen
        Which of them the parameters belong to.
    log
        Whether the rate axis is logarithmic.
    cursor
        The step whose values are shown.
    past, future
        What undo and redo go to; how the curves are looked at is not undone.
    moving
        The parameter that is being dragged: all of a drag is undone at once.

    Examples
    --------
    >>> state = State.typical("cosine").changed("lr", 0.2).changed("lr", 0.3)
    >>> state.undone().curve.spec["lr"], state.undone().redone().curve.spec["lr"]
    (0.2, 0.3)
    """

    curves: tuple[Edited, ...]
    chosen: int = 0
    log: bool = False
    cursor: int = 0
    past: tuple[_Moment, ...] = ()
    future: tuple[_Moment, ...] = ()
    moving: str = ""

    @classmethod
    def opened(cls, runs: "tuple[Run, ...]") -> "State":
        """The runs that REFs name, labels told apart."""
        state = cls((Edited.opened(runs[0]),), log=runs[0].style.yscale == "log")
        for run in runs[1:]:
            state = state._with(Edited.opened(replace(run, label=state._free(run.label))))
        return replace(state, chosen=0, past=())

    @classmethod
    def typical(cls, name: str) -> "State":
        """A catalogue name alone, with typical values."""
        entry = CATALOGUE[name]
        return cls((_typical(name, name, entry.steps, None),))

    @property
    def curve(self) -> Edited:
        """The one that is edited."""
        return self.curves[self.chosen]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The last good runs of all."""
        return tuple(curve.run for curve in self.curves)

    @property
    def steps(self) -> int:
        """The longest horizon."""
        return max(run.steps for run in self.runs)

    def changed(self, path: str, value: Any, *, drag: bool = False) -> "State":
        """With a parameter of the chosen curve changed; the default where ``value`` is None.

        What stands beside the schedule has no default and stays.
        """
        if value is None and "." not in path:
            return self
        curves = [*self.curves]
        curves[self.chosen] = self.curve.changed(path, value)
        moving = f"{self.chosen} {path}" if drag else ""
        if moving and moving == self.moving:
            return self._look(curves=tuple(curves))
        return replace(self._remember(), moving=moving)._look(curves=tuple(curves))

    def released(self) -> "State":
        """After a drag."""
        return replace(self, moving="")

    def added(self, name: str) -> "State":
        """With a catalogue name beside the others, its horizon and its base rate those of the chosen one.

        Raises
        ------
        LrplotError
            When it cannot be drawn over that horizon.
        """
        run = self.curve.run
        label, rate = self._free(name), self.curve.base_rate
        with suppress(LrplotError):
            return self._with(_typical(name, label, run.steps, run.steps_per_epoch, rate))
        # What has rates of its own, as a lower end, may not go with this one.
        return self._with(_typical(name, label, run.steps, run.steps_per_epoch))

    def copied(self) -> "State":
        """With a copy of the chosen curve, to change beside it."""
        label = self._free(self.curve.label)
        copy = replace(self.curve, label=label, run=replace(self.curve.run, label=label))
        return self._with(copy)

    def removed(self) -> "State":
        """Without the chosen curve; the last one stays."""
        if len(self.curves) == 1:
            return self
        kept = tuple(curve for i, curve in enumerate(self.curves) if i != self.chosen)
        return self._remember()._look(curves=kept, chosen=min(self.chosen, len(kept) - 1))

    def choose(self, index: int) -> "State":
        """With another curve to edit; there being none of that number, the same."""
        return replace(self, chosen=index) if 0 <= index < len(self.curves) else self

    def at(self, step: int) -> "State":
        """With the cursor at a step, or at the nearest there is."""
        return replace(self, cursor=min(max(0, step), self.steps - 1))

    def at_text(self, text: str) -> "State":
        """With the cursor where a person says: ``1234``, ``30%``, ``5 epochs``, ``last``.

        Raises
        ------
        DurationError
            When that is no step.
        """
        if text.strip() == "last":
            return self.at(self.steps - 1)
        clock = Clock(self.steps, self.curve.run.steps_per_epoch)
        return self.at(int(clock.duration(text)))

    def undone(self) -> "State":
        """One change back."""
        if not self.past:
            return self
        *past, moment = self.past
        return self._back_to(moment, tuple(past), (*self.future, self._moment))

    def redone(self) -> "State":
        """One change forward again."""
        if not self.future:
            return self
        *future, moment = self.future
        return self._back_to(moment, (*self.past, self._moment), tuple(future))

    def _back_to(self, moment: _Moment, past: tuple[_Moment, ...], future: tuple[_Moment, ...]) -> "State":
        gone = replace(self, past=past, future=future, moving="")
        return gone._look(curves=moment.curves, chosen=moment.chosen)

    @property
    def _moment(self) -> _Moment:
        return _Moment(self.curves, self.chosen)

    def _remember(self) -> "State":
        return replace(self, past=(*self.past, self._moment)[-_MOST_UNDONE:], future=(), moving="")

    def _with(self, curve: Edited) -> "State":
        return self._remember()._look(curves=(*self.curves, curve), chosen=len(self.curves))

    def _look(self, **changes: Any) -> "State":
        """With other curves, the cursor kept on them."""
        changed = replace(self, **changes)
        return changed.at(changed.cursor)

    def _free(self, label: str) -> str:
        """The label, numbered where it is taken."""
        taken = {curve.label for curve in self.curves}
        number = 2
        free = label
        while free in taken:
            free, number = f"{label} {number}", number + 1
        return free


def _typical(
    name: str, label: str, steps: int, steps_per_epoch: int | None, rate: float | None = None
) -> Edited:
    spec = typical_spec(CATALOGUE[name], steps, steps_per_epoch)
    spec = spec if rate is None else {**spec, "lr": rate}
    return Edited(label, spec, _good(spec, label))


def _good(spec: Spec, label: str) -> Run:
    """The run of a spec that can be built and drawn."""
    run = run_of(spec, label)
    Curve(run).sample(_PROBED)
    return run
