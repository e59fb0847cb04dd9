"""Rates too small to move a weight.

An Adam update is about as large as the rate. Added to a weight w it changes nothing when it is less than
half the gap between w and its neighbour. Weights of 0.02, the initial spread of BERT and GPT-2, stand
2^-29 apart in float32 and 2^-13 in bfloat16.
"""

from collections.abc import Iterator
from typing import Final

from lrplot.checks.rules.base import Finding, Rule, Severity, Subject
from lrplot.curve import steps_above
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant

LEAST_FLOAT32: Final = 2.0**-30
"""Half the gap at 0.02 in float32, 9.3e-10."""
LEAST_BFLOAT16: Final = 2.0**-14
"""Half the gap at 0.02 in bfloat16, 6.1e-5."""
_MUCH: Final = 0.5
"""The share of a run from which on such rates are told: the last steps of any decay to 0 are too small."""


class VanishesInFloat32(Rule):
    """For half of the run or more the rate is too small to change a weight, even in float32.

    A rule of thumb: an Adam update is about as large as the rate, and a weight of 0.02 in float32 is
    not changed by less than 2^-30, about 9e-10. Whoever gets there has multiplied once too often: a
    decay meant for an epoch, made every batch, or a factor of the current rate where one of the base rate
    was meant. A schedule that ends at exactly 0, as a cosine does, is not told for that.

    Way out: a larger ``gamma``, a longer ``step_size`` or ``period``, or an update once an epoch.

    Seen in: Lornatang/SRGAN-PyTorch#1 (StepLR, stepped every batch).
    """

    code = "LR012"
    name = "vanishes-in-float32"
    example = '"ExponentialLR(optimizer, gamma=0.95)" --lr 0.1 --epochs 90 --steps-per-epoch 391'

    def check(self, subject: Subject) -> Iterator[Finding]:
        below = subject.until - int(steps_above(subject.schedule, subject.until, LEAST_FLOAT32).value)
        if not below or not subject.peak:
            return
        zeros = subject.until - int(steps_above(subject.schedule, subject.until, 0.0).value)
        lost = below - zeros if any(_ends_at_zero(place.schedule) for place in subject.last) else below
        if lost >= _MUCH * subject.until:
            first = subject.until - below
            yield self.found(
                f"in {lost / subject.until:.0%} of the run the rate is below {LEAST_FLOAT32:.1e}, "
                "where float32 weights hardly move",
                first if subject.schedule(first) <= LEAST_FLOAT32 else None,
                steps_below=lost,
                run=subject.until,
                final=float(subject.schedule(subject.until - 1)),
            )


def _ends_at_zero(schedule: Schedule) -> bool:
    """True where a schedule comes to 0 because it is told to, not by multiplying."""
    return schedule.length is not None or isinstance(schedule, Constant)


class VanishesInBfloat16(Rule):
    """Even the highest rate is too small to change most weights that are kept in bfloat16.

    A rule of thumb: an Adam update is about as large as the rate, and a weight of 0.02 in bfloat16 is
    not changed by less than 2^-14, about 6e-5; one of 1, as in a normalization, by less than 2^-9. This
    concerns only who keeps no float32 copy of the weights; mixed precision does.

    Way out: float32 master weights, stochastic rounding, or nothing where you have them.

    Seen in: NVIDIA-NeMo/Automodel#3444 (6e-6), vllm-project/speculators#765 (normalization weights).
    """

    code = "LR013"
    name = "vanishes-in-bfloat16"
    severity = Severity.NOTE
    example = '"get_cosine_schedule_with_warmup(optimizer, 100, 1000)" --lr 6e-6 --select LR013'

    def check(self, subject: Subject) -> Iterator[Finding]:
        peak = subject.summary.peak
        if 0 < peak.value < LEAST_BFLOAT16:
            yield self.found(
                "even the peak is small for weights kept in bfloat16 without a float32 copy",
                peak.step,
                peak=peak.value,
                least=LEAST_BFLOAT16,
            )
