"""MMEngine's ``mmengine.optim`` schedulers of the rate, one by one, as release 0.10.7 computes them."""

# ruff: noqa: D102 (Scheduler says what the methods do)

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lrplot.frameworks.mmengine.window import INF, WINDOW, Scheduler, windowed
from lrplot.python import combine
from lrplot.python.parameters import Choice, Refusal, Whole
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.linear import Linear
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.reacting import MOST_METRICS
from lrplot.schedules.step import Step


@windowed()
@dataclass(frozen=True)
class ConstantLR(Scheduler):
    """A share of the rate; the last step of the window undoes it."""

    factor: float = 1.0 / 3

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


@windowed()
@dataclass(frozen=True)
class LinearLR(Scheduler):
    """A share of the rate that goes straight to another, reached at the window's last step."""

    start_factor: float = 1.0 / 3
    end_factor: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.start_factor <= 1:
            raise Refusal("Starting multiplicative factor should between 0 and 1.", "start_factor")
        if not 0 <= self.end_factor <= 1:
            raise Refusal("Ending multiplicative factor should between 0 and 1.", "end_factor")
        super().__post_init__()
        self.check_whole_window()
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


@windowed()
@dataclass(frozen=True)
class StepLR(Scheduler):
    """A drop every so often."""

    step_size: Whole
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step_size <= 0:
            raise Refusal(f"step_size must be > 0, got {self.step_size}", "step_size")

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return Step(lr=rate, step_size=self.step_size, gamma=self.gamma)

    def sets(self, k: int, base: float) -> float | None:  # noqa: ARG002
        return 0.0 if k and k % self.step_size == 0 and self.gamma == 0 else None

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"step_size": self.step_size * each}


@windowed(("last_step", "begin", "end", "by_epoch", "verbose", "convert_to_iter_based"))
@dataclass(frozen=True)
class MultiStepLR(Scheduler):
    """A drop at each milestone."""

    milestones: list[float]
    gamma: float = 0.1

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        acting = tuple(at for at in self.milestones if at >= 0 and at.is_integer())
        return MultiStep(lr=rate, milestones=acting, gamma=self.gamma)

    def sets(self, k: int, base: float) -> float | None:  # noqa: ARG002
        return 0.0 if k in self.milestones and self.gamma == 0 else None

    def lengths(self, each: int) -> Mapping[str, Any]:
        return {"milestones": [at * each for at in self.milestones]}


@windowed()
@dataclass(frozen=True)
class ExponentialLR(Scheduler):
    """The same share every step."""

    gamma: float

    def curve(self, rate: float, base: float, low: float) -> Schedule:  # noqa: ARG002
        return Exponential(lr=rate, gamma=self.gamma)

    def sets(self, k: int, base: float) -> float | None:  # noqa: ARG002
        return 0.0 if k and self.gamma == 0 else None


@windowed((*WINDOW[:-1], "eta_min_ratio", WINDOW[-1]))
@dataclass(frozen=True)
class CosineAnnealingLR(Scheduler):
    """Half a cosine down to ``low``, then up to the initial rate, and so on while the window lasts."""

    T_max: float | None = None
    eta_min: float | None = None
    eta_min_ratio: float | None = None

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


@windowed()
@dataclass(frozen=True)
class PolyLR(Scheduler):
    """A power of the time that remains, over at the window's last step."""

    eta_min: float = 0
    power: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_whole_window()
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


@windowed()
@dataclass(frozen=True)
class OneCycleLR(Scheduler):
    """PyTorch's one-cycle, whatever the rate was."""

    eta_max: float | list[float] = 0
    total_steps: int | None = None
    pct_start: Any = 0.3
    anneal_strategy: str = "cos"
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    three_phase: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("div_factor", "final_div_factor"):
            if getattr(self, name) == 0:
                raise Refusal(f"MMEngine divides by {name}, which is 0", name)
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


@windowed()
@dataclass(frozen=True)
class CosineRestartLR(Scheduler):
    """A cosine a period, each begun at a share of the initial rate."""

    periods: list[Whole]
    restart_weights: list[float] = (1,)  # type: ignore[assignment]
    eta_min: float | None = None
    eta_min_ratio: float | None = None

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


@windowed()
@dataclass(frozen=True)
class ReduceOnPlateauLR(Scheduler):
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
    around: Context = field(kw_only=True)

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
        """True where it leaves the rate alone: what it would lower is not its own while another moves it."""
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


KINDS: Final[Mapping[str, type[Scheduler]]] = {
    "ConstantLR": ConstantLR,
    "CosineAnnealingLR": CosineAnnealingLR,
    "ExponentialLR": ExponentialLR,
    "LinearLR": LinearLR,
    "MultiStepLR": MultiStepLR,
    "StepLR": StepLR,
    "PolyLR": PolyLR,
    "OneCycleLR": OneCycleLR,
    "CosineRestartLR": CosineRestartLR,
    "ReduceOnPlateauLR": ReduceOnPlateauLR,
}
"""By MMEngine's names."""
