"""MMEngine's schedulers as calls, and several of them in a list.

A scheduler acts on the optimizer's current rate, inside its own window ``begin … end-1`` alone, so that
several in a list act one after another; :func:`combined` draws such a list.
"""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from lrplot.errors import LrplotError, StepError
from lrplot.frameworks.mmengine.kinds import (
    KINDS,
    CosineAnnealingLR,
    CosineRestartLR,
    OneCycleLR,
    ReduceOnPlateauLR,
)
from lrplot.frameworks.mmengine.window import INF, Scheduler
from lrplot.python import binding, combine, signatures
from lrplot.python.binding import Rule
from lrplot.python.parameters import Base, Noted, Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product

_SCANNED: Final = 10_000
"""Steps at which schedulers act on one rate in turn, each rate a point of the curve."""
_ENDLESS: Final = (
    "end is left out, which is 10^9 in MMEngine's call; for a dict of a config its Runner puts the length of "
    "training there"
)


@dataclass(frozen=True, slots=True)
class _Acting:
    """A scheduler on the run's clock: what it counts, and the initial rate it saw when it was made."""

    of: Scheduler
    each: int
    base: float
    endless: bool
    """True where the run is over before MMEngine's 10^9."""

    @property
    def first(self) -> int:
        return self.of.first * self.each

    @property
    def stop(self) -> int | None:
        return None if self.endless and self.of.end == INF else self.of.stop * self.each

    @property
    def low(self) -> float:
        return self.of.low(self.base)

    def done(self, at: int) -> int:
        """The number of times it has acted before step ``at``."""
        return max(0, -(-(at - self.first) // self.each))

    def covers(self, start: int) -> bool:
        return self.first <= start and (self.stop is None or start < self.stop)

    def left(self, at: int) -> float:
        """The share of the distance to ``low`` it has left just before step ``at``."""
        done = self.done(at)
        return float(self.of.shape()(done - 1)) if done else 1.0

    def multiplies(self, stop: int | None) -> bool:
        return self.of.multiplies(math.inf if stop is None else self.done(stop) - 1, self.base)

    def curve(self, rate: float, at: int, low: float) -> Schedule:
        """The rates from step ``at`` on, of a curve that comes from ``rate``."""
        curve = self.of.curve(rate, self.base, low)
        if self.each > 1:
            curve = Epochwise(schedule=curve, steps_per_epoch=self.each)
        return combine.begun(curve, at - self.first)


def combined(
    schedulers: Sequence[tuple[str, Mapping[str, Any]]],
    base: Base,
    around: Context,
    epoch_length: int | None = None,
) -> Schedule:
    """The curve of a config's ``param_scheduler``: a list of dicts, or one of them.

    Parameters
    ----------
    schedulers
        Each scheduler's ``type`` and its other keys, as they stand (numbers, lists, text), in order.
    base
        The optimizer's rate.
    around
        Length and clock. As MMEngine's Runner has it, the length stands for an ``end`` that is left out.
    epoch_length
        Steps of the data in an epoch, for ``convert_to_iter_based``; those of the clock where left out.

    Raises
    ------
    Refusal
        When MMEngine refuses the arguments, or what it computes has no exact curve here.
    NotKnown
        When an argument is not known without running the config.

    Examples
    --------
    >>> from lrplot.clock import Clock
    >>> warm = {"start_factor": 0.5, "by_epoch": False, "end": 3}
    >>> falls = {"by_epoch": False, "begin": 3}
    >>> both = [("LinearLR", warm), ("CosineAnnealingLR", falls)]
    >>> around = Context(0.1, 7, Clock(7))
    >>> combined(both, Base(lambda: 0.1), around).table(7).round(4).tolist()
    [0.05, 0.075, 0.1, 0.1, 0.0854, 0.05, 0.0146]
    """
    made = []
    for name, given in schedulers:
        kind = KINDS.get(name)
        if kind is None:
            raise Refusal(
                f"MMEngine has no scheduler of the rate '{name}'; it has {', '.join(KINDS)}", "type"
            )
        arguments = {key: value for key, value in given.items() if key not in {"type", "_scope_"}}
        bound = signatures.bind(name, kind, [], _with_end(arguments, around))
        made.append(binding.call(name, kind, bound, _Reader(around)))
    return _curve(made, base, around, epoch_length)


def _with_end(arguments: Mapping[str, Any], around: Context) -> dict[str, Any]:
    if "end" in arguments or around.length is None:
        return dict(arguments)
    each = (around.steps_per_epoch or 1) if arguments.get("by_epoch", True) else 1
    return {**arguments, "end": math.ceil(around.length / each)}


@dataclass(slots=True)
class _Reader:
    """The part of an interpreter that reading plain values needs: where they stand."""

    around: Context
    group: int = 0
    groups: int | None = 1
    listed: int = 1

    def base_rate(self, lr: Any) -> float:
        raise NotImplementedError

    def rate_of(self, optimizer: Any) -> Any:
        raise NotImplementedError

    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        raise NotImplementedError

    def schedule(self, value: Any) -> Schedule:
        raise NotImplementedError


def _curve(
    schedulers: Sequence[Scheduler], optimizer: Base, around: Context, epoch_length: int | None = None
) -> Schedule:
    each = around.steps_per_epoch
    if each is None and len({scheduler.by_epoch for scheduler in schedulers}) > 1:
        raise Refusal("some schedulers count epochs and some steps; give the steps of an epoch", "by_epoch")
    if sum(isinstance(scheduler, OneCycleLR) for scheduler in schedulers) > 1:
        raise Refusal("a second OneCycleLR changes the rates of the first; draw them one by one", "eta_max")
    until = math.inf if around.length is None else around.length
    endless = until <= INF or around.length is None
    acting: list[_Acting] = []
    alone = len(schedulers) == 1 and isinstance(schedulers[0], OneCycleLR) and not schedulers[0].first
    lr = 0.0 if alone else optimizer.lr
    base = lr
    for scheduler in schedulers:
        counted = scheduler
        if scheduler.convert_to_iter_based:
            if each is None:
                raise Refusal("convert_to_iter_based needs the steps of an epoch", "convert_to_iter_based")
            counted = scheduler.by_step(epoch_length or each)
        base = scheduler.after(base)
        acting.append(_Acting(counted, (each or 1) if counted.by_epoch else 1, base, endless))
    units = {one.each for one in acting}
    if len(units) == 1 and units != {1}:
        unit = units.pop()
        by_epoch = _together([replace(one, each=1) for one in acting], lr, until / unit)
        return Epochwise(schedule=by_epoch, steps_per_epoch=unit)
    return _together(acting, lr, until)


_UNKNOWN: Final = "0 / 0"
"""The expression that stands beyond the run where MMEngine's rates are not known."""


def _together(acting: Sequence[_Acting], rate: float, until: float) -> Schedule:
    """The windows in order, in each the schedulers that act there; between them the rate stays.

    What would be refused is no trouble where it comes after the run.
    """
    edges = {0, *(one.first for one in acting), *(one.stop for one in acting if one.stop is not None)}
    found: list[Schedule] = []
    lengths: list[int] = []
    for start, stop in pairwise([*sorted(edges), None]):
        if start is None:
            break
        here = [one for one in acting if one.covers(start)]
        if not here and stop is None and found:
            last = _frozen(found.pop(), lengths.pop())
            return combine.joined([*found, last], lengths)
        try:
            found.append(_stretch(here, rate, start, stop, until))
        except LrplotError:
            if start < until:
                raise
            return combine.joined([*found, Lambda(lr=1, factor=_UNKNOWN)], lengths)
        if stop is not None:
            lengths.append(stop - start)
            try:
                rate = float(found[-1](stop - start - 1))
            except StepError:
                # One-cycle is over before its window, where MMEngine stops, or nothing more is known.
                return combine.joined(found, lengths[:-1])
    return combine.joined(found, lengths)


def _frozen(curve: Schedule, steps: int) -> Schedule:
    """The curve, held after so many steps."""
    settles = isinstance(curve, Linear | Polynomial | Piecewise) and (curve.length or 0) <= steps - 1
    return curve if settles or isinstance(curve, Constant) else Excerpt(schedule=curve, end=steps - 1)


def _stretch(here: Sequence[_Acting], rate: float, start: int, stop: int | None, until: float) -> Schedule:
    """The curve these schedulers make together of a rate that was ``rate``, from ``start`` to ``stop``."""
    if not here:
        return Constant(lr=rate)
    if len(here) == 1 and (found := _alone(here[0], rate, start, stop)) is not None:
        return found
    if all(one.multiplies(stop) for one in here):
        left = math.prod(one.left(start) for one in here)
        if rate == 0:
            return Constant(lr=0)
        if left > 0:
            top = rate / left
            return Product(lr=top, factors=tuple(one.curve(top, start, 0) for one in here))
    if start >= until:
        raise Refusal("beyond the run")
    if any(isinstance(one.of, ReduceOnPlateauLR) for one in here):
        raise Refusal(
            f"ReduceOnPlateauLR would lower a rate that another moves at step {start} and on, which is not "
            "drawn; let it begin where the other ends",
            "begin",
        )
    last = math.ceil(min(math.inf if stop is None else stop, until, start + _SCANNED + 1))
    if last - start > _SCANNED:
        names = " and ".join(one.of.name for one in here)
        raise Refusal(
            f"{names} move the same rate from step {start} on, and one of them moves it towards a low "
            f"rate or sets it: only running every step tells the curve, which is done for {_SCANNED} steps; "
            "let one begin where the other ends",
            "begin",
        )
    scanned = _scanned(here, rate, start, last)
    return (
        scanned if stop == last else combine.joined([scanned, Lambda(lr=1, factor=_UNKNOWN)], [last - start])
    )


def _alone(one: _Acting, rate: float, start: int, stop: int | None) -> Schedule | None:
    """One scheduler's curve, begun or gone on with; None where no closed form comes by this rate."""
    if isinstance(one.of, OneCycleLR):
        inside = (start - one.first) % one.each
        own = one.curve(rate, start + (one.each - inside) % one.each, one.low)
        # Inside an epoch the rate stays what it was, until the next one sets it.
        return combine.joined([Constant(lr=rate), own], [one.each - inside]) if inside else own
    if not one.done(start):
        return one.curve(rate, start, one.low)
    if isinstance(one.of, CosineRestartLR):
        going = one.curve(rate, start, one.low)
        last = float(one.of.curve(rate, one.base, one.low)(one.done(start) - 1))
        return going if math.isclose(last, rate, rel_tol=1e-12) else None
    left = one.left(start)
    if left == 0:
        return None
    top = one.low + (rate - one.low) / left
    if math.isclose(top, one.base, rel_tol=1e-12):
        top = one.base
    if top < 0 or (top != one.base and not one.multiplies(stop) and _turns(one, stop)):
        return None
    return one.curve(top, start, one.low)


def _turns(one: _Acting, stop: int | None) -> bool:
    """True where it is a cosine that goes beyond its lowest point."""
    half = one.of.half if isinstance(one.of, CosineAnnealingLR) else math.inf
    return half < math.inf and (stop is None or one.done(stop) - 1 > half)


def _scanned(here: Sequence[_Acting], rate: float, start: int, stop: int) -> Schedule:
    """Every step of a short stretch; where an epoch begins, those that count steps act first."""
    # Of each its share in the steps that are asked for, and in the one before: a list of factors by step.
    begins = [max(0, one.done(start) - 1) for one in here]
    shapes = [
        dict(enumerate(one.of.shape()(np.arange(begin, one.done(stop))).tolist(), begin))
        for one, begin in zip(here, begins, strict=True)
    ]
    pairs = list(zip(here, shapes, strict=True))
    later = sorted(pairs, key=lambda pair: pair[0].of.by_epoch)
    points: list[tuple[float, float]] = []
    for t in range(start, stop):
        for one, shape in later if t else pairs:
            elapsed = t - one.first
            if elapsed % one.each:
                continue
            k = elapsed // one.each
            fixed = one.of.sets(k, one.base)
            before = shape[k - 1] if k else 1.0
            if fixed is not None:
                rate = fixed
            elif before:
                rate = one.low + (rate - one.low) * shape[k] / before
            else:
                rate += (one.base - one.low) * shape[k]
        # A rounding error below 0 is none of MMEngine's making.
        if rate < -1e-12 * max(one.base for one in here):
            raise Refusal(
                f"MMEngine's rate at step {t} would be {rate:g}, as one scheduler undercuts eta_min"
            )
        if not points or points[-1][1] != rate:
            points.append((t - start, max(0.0, rate)))
    return Piecewise(points=tuple(points))


def _call(kind: type[Scheduler]) -> Callable[..., Schedule]:
    """The call that makes a scheduler: its own parameters after the optimizer."""

    def made(optimizer: Base, *, around: Context, **arguments: Any) -> Schedule:
        if "around" in inspect.signature(kind).parameters:
            arguments["around"] = around
        scheduler = kind(**arguments)
        curve = _curve([scheduler], optimizer, around)
        if "end" in arguments or not scheduler.spans_window:
            return curve
        return Noted(curve, (_ENDLESS,))  # type: ignore[return-value]

    first = inspect.Parameter("optimizer", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Base)
    last = inspect.Parameter("around", inspect.Parameter.KEYWORD_ONLY, annotation=Context)
    own = signatures.signature_of(kind).parameters.values()
    made.__name__ = kind.__name__
    made.__signature__ = inspect.Signature([first, *own, last])  # type: ignore[attr-defined]
    return made


CALLS: Final[Mapping[str, Callable[..., Any]]] = {name: _call(kind) for name, kind in KINDS.items()}
"""The calls by MMEngine's names."""
