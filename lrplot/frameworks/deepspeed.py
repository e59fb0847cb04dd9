"""DeepSpeed's ``deepspeed.runtime.lr_schedules``, as release 0.19.8 computes them.

The engine calls ``step()`` after each update, and a scheduler counts from -1: what its constructor sets is
the rate of update 0, and update t has the value of the scheduler's step t - 1.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.deepspeed_spellings import SPELLINGS
from lrplot.python.combine import begun, joined, straight
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Noted, Refusal, Unused
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.inverse_time import InverseTime
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.warmup import Warmup

_MOST_STAIRS: Final = 10_000
"""Stairs of one way, each a point of the curve; more than five a column of the finest picture are a line."""


_TRAINER: Final[Mapping[str, str]] = {
    "total_num_steps": "the steps of training",
    "warmup_num_steps": "its warmup_steps",
}
"""The values that Transformers' Trainer puts in place of an ``"auto"``, in words: they are not known here."""


def _filled(optimizer: Base, around: Context, **given: Any) -> dict[str, Any]:
    """The arguments, those that are ``"auto"`` as Transformers' Trainer fills them.

    Raises
    ------
    Refusal
        Naming all that have to be given.
    """
    found = {key: value for key, value in given.items() if value != "auto"}
    for key in given.keys() - found.keys():
        if key == "warmup_min_lr":
            found[key] = 0.0
        elif key == "warmup_max_lr":
            found[key] = optimizer.lr
        elif key == "total_num_steps" and around.length is not None:
            found[key] = around.length
    missing = [key for key in given if key not in found]
    if missing:
        told = " and ".join(f"{key} with {_TRAINER.get(key, 'an argument of its own')}" for key in missing)
        options = " ".join(
            "--steps N" if key == "total_num_steps" else f"--set schedule.params.{key}=N" for key in missing
        )
        raise Refusal(f"'auto' is for Transformers' Trainer, which fills {told}; give {options}", missing[0])
    wrong = next((key for key, value in found.items() if isinstance(value, str)), None)
    if wrong is not None:
        raise Refusal(f"{wrong} must be a number, got {found[wrong]!r}", wrong)
    return found


def _first(last_batch_iteration: int) -> None:
    if last_batch_iteration != -1:
        raise Refusal(
            "last_batch_iteration resumes a run from a checkpoint; leave it out to see the whole curve",
            "last_batch_iteration",
        )


def _group(rates: float | list[float], name: str) -> float:
    """The one rate of all parameter groups."""
    if isinstance(rates, float):
        return rates
    if len(set(rates)) != 1:
        raise Refusal(f"{name}: {len(rates)} parameter groups; draw them one by one", name)
    return rates[0]


def _check_rate(rate: float, name: str) -> float:
    if rate < 0:
        raise Refusal(f"{name} makes a rate of {rate:g}, below 0", name)
    return rate


def LRRangeTest(
    optimizer: Unused,  # noqa: ARG001 (its rate is not looked at)
    lr_range_test_min_lr: float | list[float] = 1e-3,
    lr_range_test_step_size: int = 2000,
    lr_range_test_step_rate: float = 1.0,
    lr_range_test_staircase: bool = False,
    last_batch_iteration: int = -1,
) -> Schedule:
    _first(last_batch_iteration)
    least = _check_rate(_group(lr_range_test_min_lr, "lr_range_test_min_lr"), "lr_range_test_min_lr")
    if lr_range_test_step_size <= 0:
        raise Refusal(
            f"lr_range_test_step_size must be a positive integer, got {lr_range_test_step_size}",
            "lr_range_test_step_size",
        )
    if lr_range_test_step_rate == 0:
        return Constant(lr=least)
    divide = "//" if lr_range_test_staircase else "/"
    return Lambda(
        lr=least, factor=f"1 + ({lr_range_test_step_rate!r}) * (t {divide} {lr_range_test_step_size})"
    )


def OneCycle(
    optimizer: Unused,  # noqa: ARG001 (its rate is not looked at)
    cycle_min_lr: float | list[float],
    cycle_max_lr: float | list[float],
    decay_lr_rate: float = 0.0,
    cycle_first_step_size: float = 2000,
    cycle_second_step_size: float | None = None,
    cycle_first_stair_count: int = 0,
    cycle_second_stair_count: int | None = None,
    decay_step_size: float = 0,
    cycle_momentum: bool = True,
    cycle_min_mom: float | list[float] = 0.8,  # noqa: ARG001 (momentum is not drawn)
    cycle_max_mom: float | list[float] = 0.9,  # noqa: ARG001
    decay_mom_rate: float = 0.0,  # noqa: ARG001
    last_batch_iteration: int = -1,
) -> Schedule | Noted:
    _first(last_batch_iteration)
    low = _check_rate(_group(cycle_min_lr, "cycle_min_lr"), "cycle_min_lr")
    high = _check_rate(_group(cycle_max_lr, "cycle_max_lr"), "cycle_max_lr")
    up = cycle_first_step_size
    down = up if cycle_second_step_size is None else cycle_second_step_size
    if up <= 0:
        raise Refusal(f"cycle_first_step_size must be positive, got {up:g}", "cycle_first_step_size")
    if down < 0:
        raise Refusal(f"cycle_second_step_size must be non-negative, got {down:g}", "cycle_second_step_size")
    if up + down < 1:
        raise Refusal(f"a cycle shorter than a step, {up + down:g}, is not drawn", "cycle_first_step_size")
    stairs = (
        cycle_first_stair_count,
        cycle_first_stair_count if cycle_second_stair_count is None else cycle_second_stair_count,
    )
    cycle = _Cycle(low, high, up, down, stairs)
    after = _decay(low, decay_lr_rate if decay_step_size else 0, decay_step_size, cycle.late)
    made = joined([*cycle.parts(), after], cycle.spans())
    if not cycle_momentum:
        return made
    return Noted(made, ("DeepSpeed's OneCycle moves the first of Adam's betas too, which is not drawn",))


class _Cycle:
    """The way up and down, with or without stairs.

    Step ``whole`` is the first at or after its end; where the end falls between steps, DeepSpeed begins a
    second cycle for that one step.
    """

    def __init__(self, low: float, high: float, up: float, down: float, stairs: tuple[int, int]) -> None:
        self.low, self.high, self.up, self.down = low, high, up, down
        self.stairs = stairs
        self.total = up + down
        self.whole = math.ceil(self.total)
        self.late = self.whole - self.total
        # The top still belongs to the way up, unless there is no way down.
        self.turn = min(math.floor(up) + 1, self.whole)

    def spans(self) -> list[int]:
        """Steps of the parts, but for what comes after them."""
        steps = [self.turn, self.whole - self.turn] if max(self.stairs) > 0 else [self.whole]
        return [*steps, 1] if self.late else steps

    def parts(self) -> list[Schedule]:
        """The way up, the way down and, where there is one, the step too far."""
        if max(self.stairs) > 0:
            ways = [self._climb(), self._descent()]
        elif self.down:
            turns = ((0, self.low), (self.up, self.high), (self.total, self.low))
            ways = [Piecewise(points=turns, between="linear")]
        else:
            ways = [straight(self.low, self.high, self.up)]
        return [*ways, Constant(lr=self._at(self._beyond()))] if self.late else ways

    def _at(self, height: float) -> float:
        return self.low + (self.high - self.low) * height

    def _climb(self) -> Schedule:
        count = _checked(self.stairs[0])
        if count <= 0:
            return straight(self.low, self.high, self.up)

        def risen(step: int) -> int:
            return math.floor(step * count / self.up)

        near = [math.ceil(j * self.up / count) for j in range(count + 1)]
        return self._stairs({_reached(risen, j, at): j for j, at in enumerate(near)}, count)

    def _descent(self) -> Schedule:
        count, turn = _checked(self.stairs[1]), self.turn
        if turn == self.whole:
            return Constant(lr=self.low)
        if count <= 0:
            left = self.total - turn
            return straight(self._at(left / self.down), self.low, left)

        def fallen(step: int) -> int:
            return count - math.floor((self.total - turn - step) * count / self.down)

        near = [math.floor(j * self.down / count - (turn - self.up)) for j in range(count + 1)]
        return self._stairs({_reached(fallen, j, at): count - j for j, at in enumerate(near)}, count)

    def _stairs(self, starts: Mapping[int, int], count: int) -> Schedule:
        return Piecewise(points=tuple((at, self._at(j / count)) for at, j in starts.items()))

    def _beyond(self) -> float:
        """The rate of the one step of a second cycle."""
        into = math.fmod(self.late, self.total)
        rises = into <= self.up
        count = self.stairs[0 if rises else 1]
        height = into / self.up if rises else (self.total - into) / self.down
        return math.floor(height * count) / count if count > 0 else height


def _reached(height: Callable[[int], int], level: int, near: int) -> int:
    """The first step at which stairs are that high; rounding decides at the edge, as it does in DeepSpeed."""
    high = max(1, near)
    while height(high) < level:
        high *= 2
    return bisect_left(range(high + 1), level, key=height)


def _checked(count: int) -> int:
    if count > _MOST_STAIRS:
        raise Refusal(f"{count} stairs; at most {_MOST_STAIRS} are drawn", "cycle_first_stair_count")
    return count


def _decay(low: float, rate: float, size: float, late: float) -> Schedule:
    """The fall after the cycle: from its end on, or from the step after the one too far."""
    if rate == 0:
        return Constant(lr=low)
    slope = rate / size
    start = late + 1 if late else 0.0
    if slope < 0:
        return Lambda(lr=low, factor=f"1 / (1 - {-slope!r} * (t + {start!r}))")
    begins = 1 + slope * start
    return InverseTime(lr=low / begins, rate=slope / begins)


def WarmupLR(
    optimizer: Base,
    warmup_min_lr: float | list[float] | str = 0.0,
    warmup_max_lr: float | list[float] | str | None = None,
    warmup_num_steps: int | str = 1000,
    warmup_type: str = "log",
    last_batch_iteration: int = -1,
    *,
    around: Context,
) -> Schedule | Noted:
    _first(last_batch_iteration)
    given = _filled(
        optimizer,
        around,
        warmup_min_lr=warmup_min_lr,
        warmup_max_lr=warmup_max_lr,
        warmup_num_steps=warmup_num_steps,
    )
    steps = _warmup_steps(given["warmup_num_steps"])
    low = _check_rate(_group(given["warmup_min_lr"], "warmup_min_lr"), "warmup_min_lr")
    top_lr = given["warmup_max_lr"]
    high = optimizer.lr if top_lr is None else _group(top_lr, "warmup_max_lr")
    top = Constant(lr=_check_rate(high, "warmup_max_lr"))
    return _warmed(low, _rise(low, high, steps, warmup_type), top, steps, warmup_type)


def WarmupDecayLR(
    optimizer: Base,
    total_num_steps: float | str,
    warmup_min_lr: float | list[float] | str = 0.0,
    warmup_max_lr: float | list[float] | str = 0.001,
    warmup_num_steps: int | str = 1000,
    warmup_type: str = "log",
    last_batch_iteration: int = -1,
    *,
    around: Context,
) -> Schedule | Noted:
    _first(last_batch_iteration)
    given = _filled(
        optimizer,
        around,
        total_num_steps=total_num_steps,
        warmup_min_lr=warmup_min_lr,
        warmup_max_lr=warmup_max_lr,
        warmup_num_steps=warmup_num_steps,
    )
    steps = _warmup_steps(given["warmup_num_steps"])
    low = _check_rate(_group(given["warmup_min_lr"], "warmup_min_lr"), "warmup_min_lr")
    high = _check_rate(_group(given["warmup_max_lr"], "warmup_max_lr"), "warmup_max_lr")
    left = given["total_num_steps"] - steps
    fall: Schedule
    if left >= 1:
        fall = straight(high, low, left)
    elif left > 0:
        fall = Piecewise(points=((0, low + (high - low) * left), (1, low)))
    else:
        fall = Constant(lr=low)
    return _warmed(low, _rise(low, high, steps, warmup_type), fall, steps, warmup_type)


def WarmupCosineLR(
    optimizer: Base,
    total_num_steps: float | str,
    warmup_min_ratio: float = 0.0,
    warmup_num_steps: int | str = 1000,
    cos_min_ratio: float = 0.0001,
    warmup_type: str = "log",
    last_batch_iteration: int = -1,
    *,
    around: Context,
) -> Schedule | Noted:
    _first(last_batch_iteration)
    given = _filled(optimizer, around, total_num_steps=total_num_steps, warmup_num_steps=warmup_num_steps)
    steps = _warmup_steps(given["warmup_num_steps"])
    high = optimizer.lr
    low = _check_rate(high * warmup_min_ratio, "warmup_min_ratio")
    left = max(1.0, given["total_num_steps"] - steps)
    fall: Schedule
    if cos_min_ratio < 0:
        falling = f"(1 + cos(pi * min(1, (t + 1) / {left!r}))) / 2"
        fall = Lambda(lr=high, factor=f"max(0, {cos_min_ratio!r} + {1 - cos_min_ratio!r} * {falling})")
    else:
        # The step after the warm-up is already one down the cosine.
        fall = begun(Cosine(lr=high, eta_min=high * cos_min_ratio, T_max=left), 1)
    return _warmed(0, _rise(low, high, steps, warmup_type), fall, steps, warmup_type)


def _warmup_steps(steps: int) -> int:
    if steps <= 0:
        raise Refusal(f"warmup_num_steps must be a positive integer, got {steps}", "warmup_num_steps")
    return max(2, steps)


def _rise(low: float, high: float, steps: int, shape: str) -> Schedule:
    """The warm-up: linear, or logarithmic, which arrives one step earlier."""
    if shape == "linear":
        return straight(low, high, steps)
    return Warmup(schedule=Constant(lr=high), steps=steps - 1, start_lr=low, shape="log")


def _warmed(first: float, rise: Schedule, after: Schedule, steps: int, shape: str) -> Schedule | Noted:
    """The rate of the constructor, the warm-up, and the curve after it."""
    made = joined([Constant(lr=first), rise, after], [1, steps])
    if shape in {"log", "linear"}:
        return made
    return Noted(made, (f"DeepSpeed knows no warmup_type '{shape}' and takes 'log'",))


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (LRRangeTest, OneCycle, WarmupLR, WarmupDecayLR, WarmupCosineLR)
}
"""The calls by DeepSpeed's names."""


def _spelled(mapping: Mapping[Any, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """``{"type": "WarmupLR", "params": {…}}`` of a DeepSpeed configuration."""
    kind, given = mapping.get("type"), mapping.get("params")
    return (kind, given) if isinstance(kind, str) and kind in CALLS and isinstance(given, Mapping) else None


FRAMEWORK: Final = Framework(
    name="deepspeed",
    title="DeepSpeed",
    roots=("deepspeed",),
    calls=CALLS,
    spelled=_spelled,
    spellings=SPELLINGS,
)
