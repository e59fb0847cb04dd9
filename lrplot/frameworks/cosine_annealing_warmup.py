"""``CosineAnnealingWarmupRestarts`` of pytorch-cosine-annealing-with-warmup (katsura), as 2.0 computes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.frameworks.last_parameters import with_last_epoch
from lrplot.python.combine import begun, joined, straight
from lrplot.python.framework import Framework
from lrplot.python.parameters import Noted, Refusal, Unused
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.lambda_ import Lambda

_CYCLES: Final = 4
"""Cycles laid out where no length is known; the formula of the rest tells the same."""
_MOST_CYCLES: Final = 2_000
"""Cycles that are laid out one by one, each two parts; those of equal length go on as one formula."""


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One cycle: its steps, the rate it begins and ends at, and its highest."""

    steps: int
    warmup: int
    low: float
    top: float

    def parts(self) -> tuple[list[Schedule], list[int]]:
        """The way up and the way down, each with its steps."""
        ways: list[Schedule] = []
        spans: list[int] = []
        if self.warmup:
            ways.append(straight(self.low, self.top, self.warmup))
            spans.append(self.warmup)
        left = self.steps - self.warmup
        if left > 0:
            ways.append(Cosine(lr=self.top, eta_min=self.low, T_max=left))
            spans.append(left)
        return ways, spans


@with_last_epoch
def CosineAnnealingWarmupRestarts(
    optimizer: Unused,  # noqa: ARG001 (its rate is overwritten)
    first_cycle_steps: int,
    cycle_mult: float = 1.0,
    max_lr: float = 0.1,
    min_lr: float = 0.001,
    warmup_steps: int = 0,
    gamma: float = 1.0,
    *,
    around: Context,
) -> Noted:
    """A linear warm-up and a cosine in each cycle, with tops that shrink by ``gamma``, also below ``min_lr``.

    The first rate is ``min_lr`` even without a warm-up; only the part after the warm-up grows by
    ``cycle_mult``, rounded down.
    """
    if not warmup_steps < first_cycle_steps:
        raise Refusal(
            f"warmup_steps must be below first_cycle_steps ({first_cycle_steps}), got {warmup_steps}",
            "warmup_steps",
        )
    if first_cycle_steps <= 0 or warmup_steps < 0:
        raise Refusal("first_cycle_steps must be > 0, and warmup_steps ≥ 0", "first_cycle_steps")
    if min(max_lr, min_lr, gamma, cycle_mult) < 0:
        raise Refusal("max_lr, min_lr, gamma and cycle_mult must be ≥ 0")
    warm = Constant(lr=min_lr)
    parts: list[Schedule] = []
    lengths: list[int] = []
    steps, begins = first_cycle_steps, 0
    for cycle in range(_MOST_CYCLES):
        if steps == 0 or (cycle >= _CYCLES if around.length is None else begins >= around.length):
            break
        ways, spans = _Cycle(steps, warmup_steps, min_lr, max_lr * gamma**cycle).parts()
        parts += ways
        lengths += spans
        begins += steps
        steps = int((steps - warmup_steps) * cycle_mult) + warmup_steps
    else:
        cycle = _MOST_CYCLES
    same = cycle_mult == 1 or steps == warmup_steps
    rest = _repeated(steps, warmup_steps, min_lr, max_lr, gamma, cycle) if same and steps else "0 / 0"
    parts.append(Lambda(lr=1, factor=rest))

    def told() -> Schedule:
        if cycle_mult != 1:
            raise Refusal("step(epoch) of a CosineAnnealingWarmupRestarts with a cycle_mult is not read")
        return joined(parts, lengths)

    shown = begins if around.length is None else None
    if warmup_steps:
        return Noted(joined(parts, lengths), told=told, horizon=shown)
    # The constructor sets the first rate, whatever the formula says.
    later = joined([warm, begun(parts[0], 1), *parts[1:]], [1, lengths[0] - 1, *lengths[1:]])
    return Noted(later, told=told, horizon=shown)


def _repeated(steps: int, warmup: int, low: float, top: float, gamma: float, before: int) -> str:
    """The rate in cycles of equal length, ``before`` of which are over, as an expression in t."""
    k, height = f"(t % {steps})", f"({top!r} * {gamma!r} ** ({before} + t // {steps}) - {low!r})"
    up = f"{low!r} + {height} * {k} / {max(1, warmup)}"
    if steps <= warmup:
        return up
    down = f"{low!r} + {height} * (1 + cos(pi * ({k} - {warmup}) / {steps - warmup})) / 2"
    return f"where({k} < {warmup}, {up}, {down})"


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    "CosineAnnealingWarmupRestarts": CosineAnnealingWarmupRestarts
}
"""The calls by the package's names."""


FRAMEWORK: Final = Framework(
    name="cosine_annealing_warmup",
    title="cosine_annealing_warmup",
    roots=("cosine_annealing_warmup",),
    calls=CALLS,
)
