"""The learning rates of a running training held against a plan, one call an update.

No framework is imported: an optimizer is any object with ``param_groups`` or a ``learning_rate``.
"""

from collections.abc import Callable
from operator import index
from pathlib import Path
from struct import pack, unpack
from typing import Any, Final, Literal, Unpack, get_args
from warnings import warn

import numpy as np
from numpy.typing import NDArray

from lrplot.checks.log.groups import paired
from lrplot.checks.log.plan import Plan
from lrplot.checks.log.verdict import Reading, Verdict, verify
from lrplot.checks.log.words import grounds, unexplained
from lrplot.clock import MOST_STEPS, is_whole
from lrplot.curve import summarise
from lrplot.errors import LrplotError, UsageError
from lrplot.records.log import Column, Log
from lrplot.records.precision import FLOAT32, FLOAT64, OF_PEAK, QUARTER
from lrplot.run import Run
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of
from lrplot.text.numbers import short

OnParting = Literal["raise", "warn"]

_CHUNK: Final = 4096
"""Planned rates that are worked out together."""
_MOST_ROWS: Final = 20_000
"""Rows a cause is sought in; of more, the last half of so many, and as many spread over the others."""
_MOST_STRETCHES: Final = 1000
"""Stretches of updates without a gap that are remembered; of more, every other one."""
_FEW_DIGITS: Final = 9
"""A rate of no more digits says nothing of how it is stored."""
_WAY: Final = (Reading("one call an update, counted from 0", 0),)


class PartingError(LrplotError):
    """The rate of a training is not the planned one; ``verdict`` has where, and the causes that fit."""

    def __init__(self, message: str, verdict: Verdict) -> None:
        super().__init__(message)
        self.verdict = verdict


class PartingWarning(UserWarning):
    """The rate of a training is not the planned one."""


def watch(
    optimizer: Any,
    plan: Things,
    *,
    group: int | str = 0,
    on_parting: OnParting = "raise",
    more: int = 0,
    tolerance: float | None = None,
    **said: Unpack[Keywords],
) -> "Watch":
    """A callable that tells the first rate which parts from the plan.

    It is called once an update, before ``scheduler.step()``: there the rate is the one the update uses.

    Parameters
    ----------
    optimizer
        An object with ``param_groups`` (PyTorch and what wraps it) or a ``learning_rate`` (Keras); None where
        each call is handed the rate.
    plan
        What :func:`lrplot.figure` takes, one schedule of it: a REF as a command line takes it, a schedule, a
        run.
    group
        The parameter group that is watched: its index, from 0, or its name. Where the plan has groups, it is
        held against the planned one of its name, else of its index.
    on_parting
        ``"raise"`` a :class:`lrplot.PartingError`, or ``"warn"`` with a :class:`lrplot.PartingWarning`. It is
        told once; a watch that has told is silent.
    more
        Updates after the first that parts until it is told: the cause is the surer for them.
    tolerance
        Share of the planned peak by which a rate may be off, 0 … 1. When left out 1e-9 of the rate itself,
        or, where it is a number of float32, 4e-7.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too.

    Raises
    ------
    LrplotError
        When the plan is no single schedule, or the optimizer has no rate that can be read.

    Examples
    --------
    >>> import lrplot
    >>> class Optimizer:
    ...     param_groups = [{"lr": 0.1}]
    >>> watch = lrplot.watch(Optimizer(), "StepLR(optimizer, 2)", lr=0.1, steps=10)
    >>> watch(), watch()
    (None, None)
    >>> watch()
    Traceback (most recent call last):
        ...
    lrplot.watching.PartingError: StepLR: the rate parts from the plan at step 2: 0.01 is planned, 0.1 is used
    why: the rate stays at the first one, 0.1
         the scheduler is never stepped, or steps another optimizer
    fits all 3 rows, told by 1; on 2 it says the same as the plan (float64)
    one row is little to tell a cause by: more=9 waits for nine updates more
    """
    if on_parting not in get_args(OnParting):
        raise UsageError(f"on_parting must be 'raise' or 'warn', got {on_parting!r}")
    if not _is_share(tolerance):
        raise UsageError(f"tolerance must be a share of the peak, 0 ≤ tolerance < 1, got {tolerance!r}")
    if not is_whole(more, least=0):
        raise UsageError(f"more must be a whole number ≥ 0, got {more!r}")
    if not isinstance(group, str) and not is_whole(group, least=0):
        raise UsageError(f"group must be a whole number ≥ 0 or a name, got {group!r}")
    asked = group if isinstance(group, str) else int(group)
    runs = runs_of(plan, **said)
    if len(runs) != 1:
        names = ", ".join(run.label for run in runs)
        raise UsageError(f"a plan is one schedule, and there are {len(runs)}: {names}")
    if runs[0].logged is not None:
        raise UsageError(f"{runs[0].label} is what a training logged; a plan knows the rate of every update")
    place, planned = paired(runs[0], getattr(optimizer, "param_groups", ()), asked)
    return Watch(_reader(optimizer, place), planned, on_parting, more, tolerance)


class Watch:
    """Rates of a training, compared with the planned ones as they come; :func:`lrplot.watch` makes it.

    Parameters
    ----------
    read
        What reads the rate of the optimizer.
    run
        The plan.
    on_parting, more, tolerance
        As :func:`lrplot.watch` has them.
    """

    def __init__(
        self,
        read: Callable[[], float],
        run: Run,
        on_parting: OnParting = "raise",
        more: int = 0,
        tolerance: float | None = None,
    ) -> None:
        self._read = read
        self._run = run
        self._plan = Plan.of(run)
        self._on_parting = on_parting
        self._more = more
        peak = summarise(run.schedule, run.steps).peak.value
        self._float64 = (0.0, tolerance * peak) if tolerance is not None else (FLOAT64, OF_PEAK * peak)
        self._float32 = self._float64 if tolerance is not None else (FLOAT32, FLOAT32 * QUARTER * peak)
        self._written = "float64" if tolerance is None else f"within {tolerance:g} of the peak"
        self._first = 0
        self._rates: list[float] = []
        self._stretches: list[tuple[int, int]] = []
        self._start = self._next = 0
        self._apart: list[tuple[int, float]] = []
        self._verdict: Verdict | None = None

    @property
    def step(self) -> int:
        """The step of the next call: the updates seen, or one more than the step last given."""
        return self._next

    @property
    def verdict(self) -> Verdict | None:
        """The place where the rate parted from the plan, and why; None as long as it is as planned."""
        return self._verdict

    def __call__(self, rate: float | None = None, *, step: int | None = None) -> None:
        """Compare the rate of one update with the planned one.

        Parameters
        ----------
        rate
            The rate; the optimizer's when left out.
        step
            Updates made before this one, as after a resume or where not every update is looked at; one more
            than at the last call when left out.

        Raises
        ------
        PartingError
            When the rate is not the planned one, the first time.
        LrplotError
            When the optimizer has no rate, or ``step`` is none.
        """
        t = self._next if step is None else self._moved(step)
        at = t - self._first
        if not 0 <= at < len(self._rates):
            at = self._worked_out(t)
        y = self._read() if rate is None else float(rate)
        self._next = t + 1
        relative, least = self._float64
        gap = abs(y - self._rates[at])
        if (gap <= relative * y or gap <= least) and not self._apart:
            return
        if self._verdict is None:
            self._looked_at(t, y, gap)

    def _looked_at(self, t: int, y: float, gap: float) -> None:
        """True where it parts after all, a rate of float32 being rounded; and tell it."""
        if not self._apart and _is_float32(y):
            relative, least = self._float32
            if gap <= relative * y or gap <= least:
                return
        self._apart.append((t, y))
        if len(self._apart) <= self._more and t < self._run.steps - 1:
            return
        self._verdict = self._explained()
        message = _told(self._run.label, self._verdict)
        if self._on_parting == "warn":
            warn(message, PartingWarning, stacklevel=3)
            return
        raise PartingError(message, self._verdict)

    def _moved(self, step: int) -> int:
        """The step that was given; a stretch ends where it is not the next one."""
        if not is_whole(step, least=0):
            raise UsageError(f"step must be a whole number ≥ 0, the updates made before, got {step!r}")
        t = index(step)
        if t != self._next:
            self._stretches.append((self._start, self._next))
            if t < self._next:
                self._stretches = [(a, min(b, t)) for a, b in self._stretches if a < t]
            if len(self._stretches) > _MOST_STRETCHES:
                del self._stretches[1::2]
            self._start = t
        return t

    def _worked_out(self, t: int) -> int:
        """The place of step t among planned rates that are worked out now, from t on."""
        self._first = t
        self._rates = self._plan.rates(np.arange(t, min(t + _CHUNK, MOST_STEPS))).tolist()
        return 0

    def _explained(self) -> Verdict:
        """The verdict on all updates seen. Those before the first that parts had the planned rates."""
        before = self._seen(self._apart[0][0])
        u = np.array([*before, *(t for t, _ in self._apart)], dtype=np.int64)
        y = np.concatenate([self._plan.rates(before), [rate for _, rate in self._apart]])
        single = all(_is_float32(rate) for _, rate in self._apart) and any(
            len(f"{rate:.17g}".replace("0.", "")) > _FEW_DIGITS for _, rate in self._apart
        )
        relative, least = self._float32 if single else self._float64
        half = np.maximum(relative * np.abs(y), least)
        written = "float32" if single and self._written == "float64" else self._written
        log = Log(Path("training"), "a training", (Column("lr", u, y, half, written),))
        return verify(self._run, log, _WAY)[0]

    def _seen(self, until: int) -> NDArray[np.int64]:
        """The updates seen before one, a spread of them where there are many."""
        stretches = [np.arange(a, min(b, until)) for a, b in (*self._stretches, (self._start, self._next))]
        u: NDArray[np.int64] = np.unique(np.concatenate(stretches))
        if len(u) <= _MOST_ROWS:
            return u
        half = _MOST_ROWS // 2
        spread = np.linspace(0, len(u) - half, half, endpoint=False).astype(np.int64)
        return np.concatenate([u[spread], u[-half:]])


def _reader(optimizer: Any, group: int) -> Callable[[], float]:
    """The reader of an optimizer's rate."""
    if optimizer is None:
        return _no_rate
    groups = getattr(optimizer, "param_groups", None)
    if groups is None and not hasattr(optimizer, "learning_rate"):
        kind = type(optimizer).__name__
        raise UsageError(f"expected an optimizer with param_groups or a learning_rate, or None, got {kind}")
    if groups is None:
        return lambda: _number(optimizer)
    if "lr" not in groups[group]:
        raise UsageError(f"group {group} of the optimizer has no 'lr', but {', '.join(groups[group])}")
    return lambda: float(optimizer.param_groups[group]["lr"])


def _is_share(tolerance: object) -> bool:
    return tolerance is None or (isinstance(tolerance, int | float) and 0 <= tolerance < 1)


def _no_rate() -> float:
    raise UsageError("watch was made without an optimizer: call it with the rate")


def _number(optimizer: Any) -> float:
    """The rate of an optimizer of Keras: a number, a variable, or a schedule at its count of updates."""
    rate = optimizer.learning_rate
    if callable(rate):
        rate = rate(optimizer.iterations)
    try:
        return float(rate)
    except TypeError:
        return float(rate.numpy())


def _is_float32(rate: float) -> bool:
    """True where a rate is a number of float32."""
    try:
        return bool(unpack("f", pack("f", rate))[0] == rate)
    except OverflowError:
        return False


def _told(label: str, verdict: Verdict) -> str:
    """The verdict in plain lines."""
    first = verdict.first
    assert first is not None  # a rate that was apart is apart  # noqa: S101
    said = f"{short(first.planned)} is planned, {short(first.logged)} is used"
    lines = [f"{label}: the rate parts from the plan at step {first.step}: {said}"]
    for i, cause in enumerate(verdict.causes):
        lines.append(f"{'or' if i else 'why'}: {cause.says}")
        if cause.advice and not i:
            lines.append(f"     {cause.advice}")
        if cause.values.get("shift") == 1:
            lines.append("     or watch is called after scheduler.step(): call it before")
    if not verdict.causes:
        lines += [f"{'     ' if i else 'why: '}{line}" for i, line in enumerate(unexplained(verdict))]
    lines.append(grounds(verdict))
    if verdict.apart == 1:
        lines.append("one row is little to tell a cause by: more=9 waits for nine updates more")
    return "\n".join(lines)
