"""MMEngine's ``mmengine.optim`` schedulers of the rate, as release 0.10.7 computes them.

A scheduler acts on the optimizer's current rate, inside its own window ``begin … end-1`` alone, so that
several in a list act one after another; :func:`combined` draws such a list.
"""

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final, Self

from lrplot.errors import LrplotError, StepError
from lrplot.python import binding, combine
from lrplot.python.binding import Choice, Rule
from lrplot.python.values import Base, Noted, Refusal
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.reacting import MOST_METRICS
from lrplot.schedules.step import Step

INF: Final = 10**9
"""MMEngine's word for a window without end."""

_SCANNED: Final = 10_000
_ENDLESS: Final = (
    "end is left out, which is 10^9 in MMEngine's call; for a dict of a config its Runner puts the length of "
    "training there"
)


class _Scheduler(ABC):
    """One scheduler, on its own clock ``k``, which starts with its window.

    All but two move the rate towards ``low`` (0 where they multiply it): the distance shrinks as ``shape``.
    """

    begin: float
    end: float
    last_step: int
    by_epoch: bool
    convert_to_iter_based: bool

    def __post_init__(self) -> None:
        if self.last_step != -1:
            raise Refusal(
                "last_step resumes a run from a checkpoint's rates; leave it out to see the whole curve",
                "last_step",
            )
        if self.end <= self.begin:
            raise Refusal(
                f"end should be larger than begin, but got begin={self.begin:g}, end={self.end:g}", "end"
            )
        if self.convert_to_iter_based and not self.by_epoch:
            raise Refusal(
                "Only epoch-based parameter scheduler can be converted to iter-based", "convert_to_iter_based"
            )

    @property
    def name(self) -> str:
        """What MMEngine calls it."""
        return type(self).__name__.removeprefix("_")

    @property
    def spans_window(self) -> bool:
        """Whether its shape is stretched over the window."""
        return False

    @property
    def span(self) -> float:
        """Steps of the window as it is written."""
        return self.end - self.begin

    @property
    def first(self) -> int:
        """First step of the window."""
        return max(0, math.ceil(self.begin))

    @property
    def stop(self) -> int:
        """First step after the window."""
        return max(0, math.ceil(self.end))

    def low(self, base: float) -> float:  # noqa: ARG002 (overridden where there is one)
        """What the rate moves towards."""
        return 0.0

    def multiplies(self, last: float, base: float) -> bool:  # noqa: ARG002 (overridden where it ends)
        """Whether it only multiplies the rate up to its step ``last``."""
        return self.low(base) == 0

    def sets(self, k: int, base: float) -> float | None:  # noqa: ARG002 (overridden where it does)
        """The rate it sets outright, whatever the rate was."""
        return None

    def after(self, base: float) -> float:
        """The initial rate that schedulers made later see."""
        return base

    @abstractmethod
    def curve(self, rate: float, base: float, low: float) -> Schedule:
        """The rates it makes alone, from its first step on, of a rate that was ``rate``."""

    def shape(self) -> Schedule:
        """Which share of the distance to ``low`` is left."""
        return self.curve(1.0, 1.0, 0.0)

    def by_step(self, each: int) -> Self:
        """The scheduler that counts steps instead of epochs (``convert_to_iter_based``)."""
        end = self.end if self.end == INF else int(self.end * each)
        changed = {"begin": int(self.begin * each), "end": end, **self.lengths(each)}
        return replace(self, by_epoch=False, convert_to_iter_based=False, **changed)  # type: ignore[type-var]

    def lengths(self, each: int) -> Mapping[str, Any]:  # noqa: ARG002 (overridden where there are more)
        """The parameters other than the window that count epochs, in steps."""
        return {}


@dataclass(frozen=True)
class _ConstantLR(_Scheduler):
    """A share of the rate; the last step of the window undoes it."""

    factor: float = 1.0 / 3
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.factor <= 1:
            raise Refusal("Constant multiplicative factor should between 0 and 1.", "factor")
        super().__post_init__()
        if self.factor == 0 and self.span > 1 and self.end < INF:
            raise Refusal(f"MMEngine divides by zero at step {self.end - 1:g}, where factor 0 ends", "factor")

    @property
    def spans_window(self) -> bool:
        return True

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        held = Constant(lr=rate * self.factor)
        undone = self.span - 1
        # A window of one step is over before it is undone; a fractional one never hits the step.
        if undone <= 0 or not float(undone).is_integer():
            return held
        return Piecewise(points=((0, rate * self.factor), (undone, rate)))


@dataclass(frozen=True)
class _LinearLR(_Scheduler):
    """A share of the rate that goes straight to another, reached at the window's last step."""

    start_factor: float = 1.0 / 3
    end_factor: float = 1.0
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start_factor <= 1:
            raise Refusal("Starting multiplicative factor should between 0 and 1.", "start_factor")
        if not 0 <= self.end_factor <= 1:
            raise Refusal("Ending multiplicative factor should between 0 and 1.", "end_factor")
        super().__post_init__()
        if self.start_factor == 0 and self.span > 1:
            raise Refusal(
                "MMEngine divides by zero at its second step for a start_factor of 0; give a small one",
                "start_factor",
            )

    @property
    def spans_window(self) -> bool:
        return True

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        if self.span <= 1:
            return Constant(lr=rate * self.start_factor)
        return Linear(lr=rate * self.start_factor, end_lr=rate * self.end_factor, T_max=self.span - 1)


@dataclass(frozen=True)
class _StepLR(_Scheduler):
    """A drop every so often."""

    step_size: int
    gamma: float = 0.1
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step_size <= 0:
            raise Refusal(f"step_size must be > 0, got {self.step_size}", "step_size")

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return Step(lr=rate, step_size=self.step_size, gamma=self.gamma)

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"step_size": self.step_size * each}


@dataclass(frozen=True)
class _MultiStepLR(_Scheduler):
    """A drop at each milestone."""

    milestones: list[float]
    gamma: float = 0.1
    last_step: int = -1
    begin: float = 0
    end: float = INF
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        acting = tuple(at for at in self.milestones if at >= 0 and at.is_integer())
        return MultiStep(lr=rate, milestones=acting, gamma=self.gamma)

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"milestones": [at * each for at in self.milestones]}


@dataclass(frozen=True)
class _ExponentialLR(_Scheduler):
    """The same share every step."""

    gamma: float
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return Exponential(lr=rate, gamma=self.gamma)


@dataclass(frozen=True)
class _CosineAnnealingLR(_Scheduler):
    """Half a cosine down to ``low``, then up to the initial rate, and so on while the window lasts."""

    T_max: float | None = None
    eta_min: float | None = None
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    eta_min_ratio: float | None = None
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.eta_min is not None and self.eta_min_ratio is not None:
            raise Refusal("Either `eta_min` or `eta_min_ratio should be specified", "eta_min_ratio")
        if self.half <= 0:
            raise Refusal(f"T_max must be > 0, got {self.half:g}", "T_max")

    @property
    def spans_window(self) -> bool:
        return not self.T_max

    @property
    def half(self) -> float:
        """Steps from the highest rate to the lowest."""
        return self.T_max or self.span

    def low(self, base: float) -> float:
        return (self.eta_min or 0.0) if self.eta_min_ratio is None else base * self.eta_min_ratio

    def multiplies(self, last: float, base: float) -> bool:
        return self.low(base) == 0 and (last <= self.half or not float(self.half).is_integer())

    def curve(self, rate: float, base: float, low: float) -> Schedule:
        falls = Cosine(lr=rate, eta_min=low, T_max=self.half, after="rise")
        if rate == base or not float(self.half).is_integer():
            return falls
        # From its lowest point it rises to the initial rate, wherever it came from.
        half = int(self.half)
        swings = Cosine(lr=base, eta_min=low, T_max=half, after="rise")
        stays_inside = self.stop - self.first <= half
        return falls if stays_inside else combine.joined([falls, combine.begun(swings, half)], [half])

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"T_max": None if self.T_max is None else self.T_max * each}


@dataclass(frozen=True)
class _PolyLR(_Scheduler):
    """A power of the time that remains, over at the window's last step."""

    eta_min: float = 0
    power: float = 1.0
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.power < 0:
            raise Refusal(f"MMEngine divides by zero at step {self.span - 1:g} for a power below 0", "power")

    @property
    def spans_window(self) -> bool:
        return True

    def low(self, base: float) -> float:  # noqa: ARG002
        return self.eta_min

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        if self.span <= 1 or self.power == 0:
            return Constant(lr=rate)
        return Polynomial(lr=rate, end_lr=low, power=self.power, T_max=self.span - 1)


@dataclass(frozen=True)
class _OneCycleLR(_Scheduler):
    """PyTorch's one-cycle, whatever the rate was."""

    eta_max: float | list[float] = 0
    total_steps: int | None = None
    pct_start: Any = 0.3
    anneal_strategy: str = "cos"
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    three_phase: bool = False
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.eta_max, list):
            raise Refusal(f"eta_max: {len(self.eta_max)} parameter groups; draw them one by one", "eta_max")
        if self.total_steps is not None and self.total_steps <= 0:
            raise Refusal(f"Expected positive integer total_steps, but got {self.total_steps}", "total_steps")
        if not isinstance(self.pct_start, float) or not 0 <= self.pct_start <= 1:
            raise Refusal(f"Expected float between 0 and 1 pct_start, but got {self.pct_start}", "pct_start")
        if self.anneal_strategy not in {"cos", "linear"}:
            raise Refusal(
                f'anneal_strategy must by one of "cos" or "linear", instead got {self.anneal_strategy}',
                "anneal_strategy",
            )

    @property
    def spans_window(self) -> bool:
        return self.total_steps is None

    def multiplies(self, last: float, base: float) -> bool:  # noqa: ARG002
        return False

    def sets(self, k: int, base: float) -> float | None:
        return float(self.curve(1.0, base, 0.0)(k))

    def after(self, base: float) -> float:  # noqa: ARG002
        return self._top / self.div_factor

    @property
    def _top(self) -> float:
        return self.eta_max[0] if isinstance(self.eta_max, list) else self.eta_max

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return OneCycle(
            max_lr=self._top,
            total_steps=self.total_steps or combine.whole("end", self.span),
            pct_start=self.pct_start,
            anneal_strategy="cos" if self.anneal_strategy == "cos" else "linear",
            div_factor=self.div_factor,
            final_div_factor=self.final_div_factor,
            three_phase=self.three_phase,
            cycle_momentum=False,
            after="overshoot",
        )

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"total_steps": None if self.total_steps is None else self.total_steps * each}


@dataclass(frozen=True)
class _CosineRestartLR(_Scheduler):
    """A cosine a period, each begun at a share of the initial rate."""

    periods: list[int]
    restart_weights: list[float] = (1,)  # type: ignore[assignment]
    eta_min: float | None = None
    eta_min_ratio: float | None = None
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.eta_min is None) == (self.eta_min_ratio is None):
            raise Refusal("CosineRestartLR takes exactly one of 'eta_min' and 'eta_min_ratio'", "eta_min")
        if len(self.periods) != len(self.restart_weights):
            raise Refusal("periods and restart_weights should have the same length.", "restart_weights")
        if not self.periods or min(self.periods) <= 0:
            raise Refusal(f"periods must each be > 0, got {self.periods}", "periods")

    def low(self, base: float) -> float:
        return (self.eta_min or 0.0) if self.eta_min_ratio is None else base * self.eta_min_ratio

    def multiplies(self, last: float, base: float) -> bool:  # noqa: ARG002
        return False

    def sets(self, k: int, base: float) -> float | None:
        starts = [sum(self.periods[:i]) for i in range(len(self.periods))]
        return base * self.restart_weights[starts.index(k)] if k in starts else None

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        cycles = [
            Cosine(lr=base * weight, eta_min=low, T_max=period)
            for period, weight in zip(self.periods, self.restart_weights, strict=True)
        ]
        return Excerpt(schedule=combine.joined(cycles, self.periods[:-1]), end=sum(self.periods) - 1)

    def shape(self) -> Schedule:
        cycles = [Cosine(lr=1, T_max=period) for period in self.periods]
        return Excerpt(schedule=combine.joined(cycles, self.periods[:-1]), end=sum(self.periods) - 1)

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"periods": [period * each for period in self.periods]}


_MODES: Final[Mapping[str, Any]] = {"less": "min", "greater": "max"}


@dataclass(frozen=True)
class _ReduceOnPlateauLR(_Scheduler):
    """A rate lowered where a metric does not improve.

    The Runner hands over the metric after each epoch, once the epoch is counted: the rate of epoch
    ``begin`` is the first that may be lowered, by the metric of the epoch before.
    """

    monitor: str = "loss"
    rule: Choice = "less"
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_rule: Choice = "rel"
    cooldown: int = 0
    min_value: float | list[float] = 0.0
    eps: float = 1e-8
    begin: float = 0
    end: float = INF
    last_step: int = -1
    by_epoch: bool = True
    verbose: bool = False
    convert_to_iter_based: bool = False
    around: Surroundings = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.by_epoch or self.convert_to_iter_based:
            raise Refusal("Now ReduceOnPlateauLR only support by_epoch=True", "by_epoch")
        if self.factor >= 1:
            raise Refusal("Factor should be < 1.0.", "factor")
        if self.threshold < 0:
            raise Refusal(f"threshold {self.threshold:g} should be >= 0.", "threshold")
        if self.rule not in _MODES:
            raise Refusal(f"mode {self.rule} is unknown!", "rule")
        if self.threshold_rule not in {"rel", "abs"}:
            raise Refusal(f"threshold mode {self.threshold_rule} is unknown!", "threshold_rule")

    def multiplies(self, last: float, base: float) -> bool:
        """Whether it leaves the rate alone: what it would lower is not its own while another moves it."""
        known = math.inf if self.around.length is None else self.around.length
        until = min(last, known, MOST_METRICS) + 1
        return not any(seen.cause for seen in self._plateau(base).trace(int(until)))

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return combine.begun(self._plateau(rate), min(self.first, 1))

    def _plateau(self, rate: float) -> Plateau:
        """From the epoch on whose metric is the first that counts."""
        return Plateau(
            lr=rate,
            rule="mmengine",
            mode=_MODES[self.rule],
            factor=self.factor,
            patience=self.patience,
            threshold=self.threshold,
            threshold_mode=self.threshold_rule,
            cooldown=self.cooldown,
            min_lr=combine.of_groups(self.min_value, "min_value"),
            eps=self.eps,
            **combine.metrics_of("ReduceOnPlateauLR", self.around, max(0, self.first - 1)),
        )


@dataclass(frozen=True, slots=True)
class _Acting:
    """A scheduler on the run's clock: what it counts, and the initial rate it saw when it was made."""

    of: _Scheduler
    each: int
    base: float
    endless: bool
    """Whether the run is over before MMEngine's 10^9."""

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
        """How often it has acted before step ``at``."""
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
        """Its rates from step ``at`` on, of a curve that comes from ``rate``."""
        curve = self.of.curve(rate, self.base, low)
        if self.each > 1:
            curve = Epochwise(schedule=curve, steps_per_epoch=self.each)
        return combine.begun(curve, at - self.first)


def combined(
    schedulers: Sequence[tuple[str, Mapping[str, Any]]],
    base: Base,
    around: Surroundings,
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
    >>> around = Surroundings(0.1, 7, Clock(7))
    >>> combined(both, Base(lambda: 0.1), around).table(7).round(4).tolist()
    [0.05, 0.075, 0.1, 0.1, 0.0854, 0.05, 0.0146]
    """
    made = []
    for name, given in schedulers:
        kind = _KINDS.get(name)
        if kind is None:
            raise Refusal(
                f"MMEngine has no scheduler of the rate '{name}'; it has {', '.join(_KINDS)}", "type"
            )
        arguments = {key: value for key, value in given.items() if key not in {"type", "_scope_"}}
        bound = binding.bind(name, kind, [], _with_end(arguments, around))
        made.append(binding.call(name, kind, bound, _Reader(around)))
    return _curve(made, base, around, epoch_length)


def _with_end(arguments: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    if "end" in arguments or around.length is None:
        return dict(arguments)
    each = (around.steps_per_epoch or 1) if arguments.get("by_epoch", True) else 1
    return {**arguments, "end": math.ceil(around.length / each)}


@dataclass(slots=True)
class _Reader:
    """What reading plain values needs of an interpreter: where they stand."""

    around: Surroundings
    group: int = 0
    groups: int = 1

    def base_rate(self, lr: Any) -> float:
        raise NotImplementedError

    def rate_of(self, optimizer: Any) -> Any:
        raise NotImplementedError

    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        raise NotImplementedError

    def schedule(self, value: Any) -> Schedule:
        raise NotImplementedError


def _curve(
    schedulers: Sequence[_Scheduler], optimizer: Base, around: Surroundings, epoch_length: int | None = None
) -> Schedule:
    each = around.steps_per_epoch
    if each is None and len({scheduler.by_epoch for scheduler in schedulers}) > 1:
        raise Refusal("some schedulers count epochs and some steps; give the steps of an epoch", "by_epoch")
    if sum(isinstance(scheduler, _OneCycleLR) for scheduler in schedulers) > 1:
        raise Refusal("a second OneCycleLR changes the rates of the first; draw them one by one", "eta_max")
    until = math.inf if around.length is None else around.length
    endless = until <= INF or around.length is None
    acting: list[_Acting] = []
    alone = len(schedulers) == 1 and isinstance(schedulers[0], _OneCycleLR) and not schedulers[0].first
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
"""What stands beyond the run where MMEngine's rates are not known."""


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
    """What these schedulers make together of a rate that was ``rate``, from ``start`` to ``stop``."""
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
    if any(isinstance(one.of, _ReduceOnPlateauLR) for one in here):
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
    if not one.done(start) or isinstance(one.of, _OneCycleLR):
        return one.curve(rate, start, one.low)
    if isinstance(one.of, _CosineRestartLR):
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
    """Whether it is a cosine that goes beyond its lowest point."""
    half = one.of.half if isinstance(one.of, _CosineAnnealingLR) else math.inf
    return half < math.inf and (stop is None or one.done(stop) - 1 > half)


def _scanned(here: Sequence[_Acting], rate: float, start: int, stop: int) -> Schedule:
    """Every step of a short stretch; where an epoch begins, those that count steps act first."""
    shapes = [one.of.shape().table(one.done(stop)) for one in here]
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
            before = float(shape[k - 1]) if k else 1.0
            if fixed is not None:
                rate = fixed
            elif before:
                rate = one.low + (rate - one.low) * float(shape[k]) / before
            else:
                rate += (one.base - one.low) * float(shape[k])
        # A rounding error below 0 is none of MMEngine's making.
        if rate < -1e-12 * max(one.base for one in here):
            raise Refusal(
                f"MMEngine's rate at step {t} would be {rate:g}, as one scheduler undercuts eta_min"
            )
        if not points or points[-1][1] != rate:
            points.append((t - start, max(0.0, rate)))
    return Piecewise(points=tuple(points))


_KINDS: Final[Mapping[str, type[_Scheduler]]] = {
    "ConstantLR": _ConstantLR,
    "CosineAnnealingLR": _CosineAnnealingLR,
    "ExponentialLR": _ExponentialLR,
    "LinearLR": _LinearLR,
    "MultiStepLR": _MultiStepLR,
    "StepLR": _StepLR,
    "PolyLR": _PolyLR,
    "OneCycleLR": _OneCycleLR,
    "CosineRestartLR": _CosineRestartLR,
    "ReduceOnPlateauLR": _ReduceOnPlateauLR,
}


def _call(kind: type[_Scheduler]) -> Callable[..., Schedule]:
    """The call that makes a scheduler: its own parameters after the optimizer."""

    def made(optimizer: Base, *, around: Surroundings, **arguments: Any) -> Schedule:
        reacts = "around" in inspect.signature(kind).parameters
        scheduler = kind(**arguments, **({"around": around} if reacts else {}))
        curve = _curve([scheduler], optimizer, around)
        if "end" in arguments or not scheduler.spans_window:
            return curve
        return Noted(curve, (_ENDLESS,))  # type: ignore[return-value]

    first = inspect.Parameter("optimizer", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Base)
    last = inspect.Parameter("around", inspect.Parameter.KEYWORD_ONLY, annotation=Surroundings)
    own = binding.signature_of(kind).parameters.values()
    made.__name__ = kind.__name__.removeprefix("_")
    made.__signature__ = inspect.Signature([first, *own, last])  # type: ignore[attr-defined]
    return made


CALLS: Final[Mapping[str, Callable[..., Any]]] = {name: _call(kind) for name, kind in _KINDS.items()}
"""The calls by MMEngine's names."""
