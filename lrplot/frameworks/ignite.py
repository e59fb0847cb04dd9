"""pytorch-ignite's ``ignite.handlers.param_scheduler``, as release 0.5.5 computes them.

The curve is what the optimizer uses for each update when the scheduler is attached to
``Events.ITERATION_STARTED``, as its documentation has it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from lrplot.frameworks.ignite_attaching import ENGINES, check
from lrplot.frameworks.ignite_events import EVENTS
from lrplot.frameworks.ignite_spellings import SPELLINGS
from lrplot.frameworks.pytorch.plateau import ReduceLROnPlateau
from lrplot.python import combine
from lrplot.python.framework import Framework, Resuming
from lrplot.python.loop_words import Loop
from lrplot.python.parameters import Base, Noted, Refusal, Unused, Whole
from lrplot.python.signatures import handing_on
from lrplot.python.values import Made
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.cyclic import Cyclic
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.sequence import Sequence as Phases

_MOST_CYCLES: Final = 4096
"""Cycles of different lengths, each a part of its own; a cycle_mult from 1.01 on reaches step 2^53 in
fewer."""
_FARTHEST: Final = 2**53
"""The last step there is: beyond it float64 skips whole numbers."""


def LinearCyclicalScheduler(
    optimizer: Unused,  # noqa: ARG001 (its rate is not looked at)
    param_name: str,
    start_value: float,
    end_value: float,
    cycle_size: Whole,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: Whole = 0,
    save_history: bool = False,  # noqa: ARG001
    param_group_index: int | None = None,  # noqa: ARG001
    *,
    monotonic: bool = False,
    around: Context,
) -> Schedule:
    _rate(param_name)
    if warmup_duration > 0 and not monotonic:
        raise Refusal(
            "Invalid combination when warmup_duration > 0 and monotonic=False, please use either set "
            "warmup_duration=0 or monotonic=True",
            "warmup_duration",
        )
    cycle = _Cycle("saw" if monotonic else "triangle", start_value, end_value, cycle_size, warmup_duration)
    return _cycles(cycle, _Growth(cycle_mult, start_value_mult, end_value_mult), around)


def CosineAnnealingScheduler(
    optimizer: Unused,  # noqa: ARG001 (its rate is not looked at)
    param_name: str,
    start_value: float,
    end_value: float,
    cycle_size: Whole,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: Whole = 0,
    save_history: bool = False,  # noqa: ARG001
    param_group_index: int | None = None,  # noqa: ARG001
    *,
    around: Context,
) -> Schedule:
    _rate(param_name)
    cycle = _Cycle("cosine", start_value, end_value, cycle_size, warmup_duration)
    return _cycles(cycle, _Growth(cycle_mult, start_value_mult, end_value_mult), around)


def _rate(param_name: str) -> None:
    if param_name != "lr":
        raise Refusal(f"it changes '{param_name}', not the rate", "param_name")


@dataclass(frozen=True, slots=True)
class _Growth:
    """The factors of each cycle's length, start and end."""

    size: float
    start: float
    end: float

    @property
    def values(self) -> bool:
        """True where start or end change."""
        return self.start != 1 or self.end != 1


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One cycle: its shape from start to end (and back, for a triangle), and the way up to the next start."""

    shape: str
    start: float
    end: float
    size: int
    warmup: int

    def next(self, growth: _Growth) -> "_Cycle":
        size, warmup = int(self.size * growth.size), int(self.warmup * growth.size)
        return _Cycle(self.shape, self.start * growth.start, self.end * growth.end, size, warmup)

    def once(self, growth: _Growth) -> tuple[list[Schedule], list[int]]:
        """The parts and how long they last."""
        found = [self._main()]
        if self.warmup:
            found.append(Linear(lr=self.end, end_lr=self.start * growth.start, T_max=self.warmup))
        return found, [self.size, self.warmup][: len(found)]

    def _main(self) -> Schedule:
        if self.shape == "triangle":
            return Cyclic(
                base_lr=self.start, max_lr=self.end, step_size_up=self.size / 2, cycle_momentum=False
            )
        if self.shape == "saw":
            return Linear(lr=self.start, end_lr=self.end, T_max=self.size)
        return Cosine(lr=self.start, eta_min=self.end, T_max=self.size)

    def for_ever(self, growth: _Growth) -> Schedule:
        """The cycle again and again, its size staying."""
        if self.shape == "triangle" and not growth.values:
            return self._main()
        if self.shape == "cosine" and not self.warmup and growth.end == 1:
            return CosineRestarts(lr=self.start, T_0=self.size, eta_min=self.end, decay=growth.start)
        return self.written(growth)

    def written(self, growth: _Growth) -> Schedule:
        """The same as an expression, of any length."""
        period = self.size + self.warmup
        start = _grown(self.start, growth.start, f"floor(t / {period})")
        then = _grown(self.start, growth.start, f"(floor(t / {period}) + 1)")
        end = _grown(self.end, growth.end, f"floor(t / {period})")
        elapsed = f"(t % {period})"
        main = {
            "triangle": f"{end} + ({start} - {end}) * abs({elapsed} / {self.size} - 0.5) * 2",
            "saw": f"{start} + ({end} - {start}) * {elapsed} / {self.size}",
            "cosine": f"{start} + ({end} - {start}) / 2 * (1 - cos(pi * {elapsed} / {self.size}))",
        }[self.shape]
        if self.warmup:
            back = f"{end} + ({then} - {end}) * ({elapsed} - {self.size}) / {self.warmup}"
            main = f"{main} if {elapsed} < {self.size} else {back}"
        return Lambda(lr=1, factor=main)


def _grown(value: float, factor: float, power: str) -> str:
    return repr(value) if factor == 1 else f"{value!r} * {factor!r} ** {power}"


def _cycles(cycle: _Cycle, growth: _Growth, around: Context) -> Schedule:
    if cycle.size < 2:
        raise Refusal(
            f"Argument cycle_size should be positive and larger than 1, but given {cycle.size}", "cycle_size"
        )
    if cycle.warmup < 0:
        raise Refusal(f"warmup_duration must be >= 0, got {cycle.warmup}", "warmup_duration")
    if growth.size < 0:
        raise Refusal(f"cycle_mult must be >= 0, got {growth.size:g}", "cycle_mult")
    for name, factor in (("start_value_mult", growth.start), ("end_value_mult", growth.end)):
        if factor < 0:
            raise Refusal(f"{name} must be ≥ 0 to be drawn, got {factor:g}", name)
    found: list[Schedule] = []
    spans: list[int] = []
    while sum(spans) < _FARTHEST:
        following = cycle.next(growth)
        if (following.size, following.warmup) == (cycle.size, cycle.warmup):
            return combine.joined([*found, cycle.for_ever(growth)], spans)
        if len(found) > _MOST_CYCLES:
            raise Refusal(f"more than {_MOST_CYCLES} cycles, each of another length", "cycle_mult")
        if cycle.size + cycle.warmup > _FARTHEST:
            # Longer than any run: only its beginning is ever asked for.
            return combine.joined([*found, cycle.written(growth)], spans)
        pieces, lengths = cycle.once(growth)
        found += pieces
        spans += lengths
        cycle = following
        if cycle.size == 0:
            _refuse_end(sum(spans), around)
            break
    return combine.joined(found, spans[:-1])


def _refuse_end(last: int, around: Context) -> None:
    if around.length is None or around.length > last:
        raise Refusal(
            f"the cycles shrink to nothing, and ignite divides by zero at step {last}; draw at most {last} "
            "steps",
            "cycle_mult",
        )


def PiecewiseLinear(
    optimizer: Unused,  # noqa: ARG001 (its rate is not looked at)
    param_name: str,
    milestones_values: list[Any],
    save_history: bool = False,  # noqa: ARG001
    param_group_index: int | None = None,  # noqa: ARG001
) -> Schedule:
    _rate(param_name)
    if not milestones_values:
        raise Refusal(
            "Argument milestones_values should be with at least one value, but given []", "milestones_values"
        )
    points = [_milestone(pair) for pair in milestones_values]
    for (before, _), (after, _) in pairwise(points):
        if after < before:
            raise Refusal(
                f"Milestones should be increasing integers, but given {after} is smaller than the previous "
                f"milestone {before}",
                "milestones_values",
            )
    return _through(points)


def _milestone(pair: Any) -> tuple[int, float]:
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise Refusal(
            "Argument milestones_values should be a list of pairs (milestone, param_value)",
            "milestones_values",
        )
    step, value = pair
    if isinstance(step, bool) or not isinstance(step, int):
        raise Refusal(f"Value of a milestone should be integer, but given {step}", "milestones_values")
    if step < 0:
        raise Refusal(f"a milestone before the first step: {step}", "milestones_values")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal("the value at a milestone must be a number", "milestones_values")
    return step, float(value)


def _through(points: Sequence[tuple[int, float]]) -> Schedule:
    """Straight from point to point; where one step has several, the rate jumps to the last of them."""
    found: list[Schedule] = []
    starts: list[int] = []
    run: list[tuple[int, float]] = []
    start = 0
    for point in points:
        if run and point[0] == run[-1][0]:
            found.append(_run(run, start))
            starts.append(start)
            run, start = [], point[0]
        run.append(point)
    found.append(_run(run, start))
    starts.append(start)
    return combine.joined(found, [b - a for a, b in pairwise(starts)])


def _run(points: Sequence[tuple[int, float]], start: int) -> Schedule:
    if len(points) == 1:
        return Constant(lr=points[0][1])
    return Piecewise(points=tuple((step - start, value) for step, value in points), between="linear")


_OWN: Final = ("LinearCyclicalScheduler", "CosineAnnealingScheduler", "PiecewiseLinear")


def ConcatScheduler(
    schedulers: list[Made],
    durations: list[int],
    save_history: bool = False,  # noqa: ARG001
) -> Schedule:
    """One after another; after a duration that is not above 0 ignite never goes on to the next."""
    if len(schedulers) < 2:
        raise Refusal("Argument schedulers should be of more than one parameter schedulers", "schedulers")
    if len(schedulers) != len(durations) + 1:
        raise Refusal(
            f"Incorrect number schedulers or duration values, given {len(schedulers)} and {len(durations)}",
            "durations",
        )
    for i, made in enumerate(schedulers):
        if made.framework != "ignite":
            raise Refusal(
                f"Value at index {i} of schedulers should be a parameter scheduler, but given {made.call}; "
                "LRScheduler wraps PyTorch's",
                "schedulers",
            )
        if i and made.call not in _OWN:
            raise Refusal(
                f"{made.call} after the first of a ConcatScheduler goes on from the rate it finds; only "
                f"{', '.join(_OWN)} set it outright",
                "schedulers",
            )
    first = 1 if durations[0] == 0 else 0
    last = next((i for i in range(first, len(durations)) if durations[i] <= 0), len(durations))
    chosen = [made.schedule for made in schedulers[first : last + 1]]
    return combine.joined(chosen, durations[first:last])


def LRScheduler(
    lr_scheduler: Made,
    save_history: bool = False,  # noqa: ARG001
    use_legacy: bool = False,
    *,
    base: Base,
) -> Schedule:
    """PyTorch's scheduler, asked by ignite for its next rate before the first update already.

    Some answer as PyTorch's own training loop has it, others act once too often: ignite 0.5.5 with torch
    2.13 as measured.
    """
    schedule = _torch(lr_scheduler, "LRScheduler")
    if use_legacy:
        note = "use_legacy is drawn as ignite wants it: attached to Events.ITERATION_COMPLETED"
        return Noted(schedule, (note,))  # type: ignore[return-value]
    name = lr_scheduler.call
    if name in {"LambdaLR", "StepLR", "CyclicLR", "OneCycleLR"}:
        return schedule
    asked = _once_too_often(name, schedule, base)
    if asked is schedule:
        return schedule
    note = f"ignite's LRScheduler lets a {name} act before the first update; PyTorch's own loop does not"
    return Noted(asked, (note,))  # type: ignore[return-value]


def _once_too_often(name: str, schedule: Schedule, base: Base) -> Schedule:
    """The scheduler's rates when its first answer is asked for at step 0 instead of step 1."""
    if name in {"ExponentialLR", "CosineAnnealingWarmRestarts"}:
        return _a_step_ahead(schedule)
    if name == "MultiplicativeLR":
        return schedule.model_copy(update={"from_zero": True})
    if name == "CosineAnnealingLR" and isinstance(schedule, Cosine):
        return combine.joined([Constant(lr=_before(schedule)), combine.begun(schedule, 1)], [1])
    if name == "PolynomialLR" and isinstance(schedule, Polynomial):
        share = (schedule.T_max / (schedule.T_max + 1)) ** schedule.power
        return schedule.model_copy(update={"lr": schedule.lr * share})
    if name in {"LinearLR", "ConstantLR"}:
        return _times(schedule, _share(schedule, base.lr))
    if isinstance(schedule, MultiStep):
        return _times(schedule, _share(schedule, schedule.lr))
    raise Refusal(f"ignite's LRScheduler of a {name} is not drawn", "lr_scheduler")


def _before(cosine: Cosine) -> float:
    """The recursion taken at step 0: it divides by what the cosine has lost a step before it begins."""
    if cosine.T_max == 1:
        return 2 * cosine.lr - cosine.eta_min
    return cosine.eta_min + (cosine.lr - cosine.eta_min) * 2 / (1 + math.cos(math.pi / cosine.T_max))


def _share(schedule: Schedule, base: float) -> float:
    """The scheduler's rate at step 0, which it makes twice, of the base rate."""
    return float(schedule(0)) / base if base else 1.0


def _times(schedule: Schedule, factor: float) -> Schedule:
    return schedule if factor == 1 else Product(lr=1, factors=(Constant(lr=factor), schedule))


def _a_step_ahead(schedule: Schedule) -> Schedule:
    if isinstance(schedule, Exponential):
        return schedule.model_copy(update={"lr": float(schedule(1))})
    return combine.begun(schedule, 1)


def _torch(made: Made, outer: str) -> Schedule:
    if made.framework != "pytorch":
        raise Refusal(
            "Argument lr_scheduler should be a subclass of torch.optim.lr_scheduler.LRScheduler, but given "
            f"{made.call}",
            "lr_scheduler",
        )
    if made.call in {"SequentialLR", "ChainedScheduler"}:
        raise Refusal(f"{outer} asks a {made.call} for its next rate, which it does not tell", "lr_scheduler")
    return made.schedule


def create_lr_scheduler_with_warmup(
    lr_scheduler: Made,
    warmup_start_value: float,
    warmup_duration: int,
    warmup_end_value: float | None = None,
    save_history: bool = False,  # noqa: ARG001
    output_simulated_values: Any = None,  # noqa: ARG001
    *,
    base: Base,
) -> Schedule:
    """A linear warm-up whose last value is the scheduler's first, unless another one is given."""
    if warmup_duration <= 1:
        raise Refusal(
            f"Argument warmup_duration should be at least 2 events, but given {warmup_duration}",
            "warmup_duration",
        )
    if lr_scheduler.framework == "ignite":
        if lr_scheduler.call not in _OWN:
            raise Refusal(f"a {lr_scheduler.call} behind a warm-up is not drawn", "lr_scheduler")
        curve = lr_scheduler.schedule
        end = base.lr if warmup_end_value is None else warmup_end_value
        meets = _first(curve) == end
        length = warmup_duration - 1 if meets else warmup_duration
        ramp = Linear(lr=warmup_start_value, end_lr=end, T_max=warmup_duration - 1)
        return combine.joined([ramp, curve], [length])
    curve = _torch(lr_scheduler, "create_lr_scheduler_with_warmup")
    if lr_scheduler.call == "SWALR":
        raise Refusal(
            "ignite asks a SWALR for its next rate without a step(), which it counts: it never anneals;"
            " this is not drawn",
            "lr_scheduler",
        )
    first = float(curve(0))
    end = first if warmup_end_value is None else warmup_end_value
    points = [(0, warmup_start_value), (warmup_duration - 1, end)]
    if first != end:
        points.append((warmup_duration, first))
    return combine.joined([_through(points), combine.begun(curve, 1)], [points[-1][0] + 1])


def _first(curve: Schedule) -> float:
    """The scheduler's first value, with the rounding ignite gives it."""
    if isinstance(curve, Phases):
        return _first(curve.parts[0])
    if isinstance(curve, Cyclic):
        return curve.max_lr + (curve.base_lr - curve.max_lr) * 0.5 * 2
    return float(curve(0))


@handing_on(ReduceLROnPlateau)
def ReduceLROnPlateauScheduler(
    optimizer: Base,
    metric_name: str,  # noqa: ARG001 (a label)
    trainer: Unused | None = None,  # noqa: ARG001 (it is attached to)
    save_history: bool = False,  # noqa: ARG001 (a record)
    param_group_index: int | None = None,
    *,
    around: Context,
    **scheduler_kwargs: Any,
) -> Schedule:
    """PyTorch's, whose ``min_lr`` ignite sets to 0 unless a parameter group is named."""
    least = scheduler_kwargs.pop("min_lr", 0.0) if param_group_index is None else 0.0
    made = ReduceLROnPlateau(optimizer, around=around, **scheduler_kwargs)
    if not least:
        return made
    return Noted(made, ("ignite takes a min_lr of 0 where no param_group_index is given",))  # type: ignore[return-value]


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        LinearCyclicalScheduler,
        CosineAnnealingScheduler,
        PiecewiseLinear,
        ConcatScheduler,
        LRScheduler,
        create_lr_scheduler_with_warmup,
        ReduceLROnPlateauScheduler,
    )
}
"""The calls by ignite's names."""


FRAMEWORK: Final = Framework(
    name="ignite",
    title="ignite",
    roots=("ignite",),
    plateau="pytorch",
    calls=CALLS,
    combinators=ENGINES,
    constants=EVENTS,
    check=check,
    loop=Loop(
        passed_on=frozenset({"auto_model", "auto_optim"}),
        shows=frozenset({"OptimizerParamsHandler", "attach_opt_params_handler"}),
    ),
    resuming=Resuming(
        numbers=True,
        notes={
            "loaded": "ignite: load_state_dict() overwrites the values and lengths a scheduler was made with:"
            " new ones are without effect",
            "outright": "ignite: a scheduler that is not loaded counts its events from 0",
        },
    ),
    spellings=SPELLINGS,
)
