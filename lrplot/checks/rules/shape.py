"""Curves that miss what they aim at, or leave it again."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from lrplot.checks.rules.base import Finding, Rule, Severity, Subject
from lrplot.curve.summary import highest, lowest
from lrplot.schedules.base import Nested, Schedule, whole
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.cyclic import Cyclic
from lrplot.schedules.linear import Linear
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.warmup import Warmup
from lrplot.text.numbers import short

_PEAK_SHARE: Final = 0.005
"""The share of the peak by which it may be missed: a choice, smaller than any two rates that people
compare."""


class RisesAfterMinimum(Rule):
    """The rate rises again after its minimum.

    PyTorch's CosineAnnealingLR and the plain cosine of Transformers do not stop at the end of their half
    wave: past ``T_max`` they climb back, to the full rate at twice ``T_max``. A run that is longer than
    ``T_max``, or a schedule that is updated more often than was thought, ends at a rate nobody chose. A
    cosine that is to swing (``num_cycles``) is told too: say in a comment that it is meant.

    Way out: make ``T_max`` the number of updates of the whole run; in a spec leave it out, or write
    ``after: hold``.

    Seen in: pytorch/pytorch#40971, kohya-ss/sd-scripts#601, konstmish/prodigy#10, ivadomed/ivadomed#57.
    """

    code = "LR001"
    name = "rises-after-minimum"
    example = '"CosineAnnealingLR(optimizer, T_max=50)" --lr 0.1 --steps 76'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            cosine, own = place.schedule, place.own
            if not isinstance(cosine, Cosine) or cosine.after != "rise" or cosine.eta_min >= cosine.lr:
                continue
            turn, last = whole(cosine.T_max), own[-1]
            if turn not in own or turn == last:
                continue
            low, high = (float(cosine(step)) for step in (turn, min(last, whole(2 * cosine.T_max))))
            if subject.matters(high - low):
                parameter, length = subject.length(place, "T_max", cosine.T_max)
                yield self.found(
                    f"the rate rises again after its minimum, back to {short(high)}",
                    place.step(turn + 1),
                    parameter,
                    **{
                        parameter or "length": length,
                        "run": len(own),
                        "minimum": low,
                        "risen_to": high,
                    },
                )


class PeakMissed(Rule):
    """The highest rate is never reached.

    A peak can fall between two steps (OneCycleLR peaks at ``pct_start · total_steps - 1``, a real number;
    CyclicLR at a fractional ``step_size_up``). A warm-up over a schedule that runs underneath, as timm's
    without ``warmup_prefix``, hands over to a curve that has fallen meanwhile. And a warm-up multiplied
    onto a decay peaks below the base rate. Told when more than half a percent of the peak is missing.

    Way out: choose lengths that put the peak on a step; start the schedule after the warm-up
    (``warmup_prefix=True``, ``prefix: true``), or one after the other instead of at the same time.

    Seen in: huggingface/pytorch-image-models#1242, microsoft/Swin-Transformer#277.
    """

    code = "LR002"
    name = "peak-missed"
    example = (
        '"timm.scheduler.CosineLRScheduler(optimizer, t_initial=100, warmup_t=30, t_in_epochs=False)" '
        "--lr 0.1 --steps 100"
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            aim = _PEAKS.get(type(place.schedule), _no_peak)(place)
            if aim is None:
                continue
            parameter, rate = aim
            top = highest(place.schedule, place.own.stop)
            if rate - top.value > _PEAK_SHARE * rate:
                yield self.found(
                    f"the peak {short(rate)} is never reached; the highest rate is {short(top.value)}",
                    place.step(top.step or 0),
                    parameter if not subject.run.written.call else "",
                    peak=rate,
                    reached=top.value,
                    share=top.value / rate,
                )


Aim = tuple[str, float] | None


def _no_peak(_place: Nested) -> Aim:
    return None


def _onecycle_peak(place: Nested) -> Aim:
    cycle: Any = place.schedule
    return ("pct_start", cycle.max_lr) if place.own.stop > max(0, whole(cycle.ends()[0])) else None


def _cyclic_peak(place: Nested) -> Aim:
    cycle: Any = place.schedule
    # exp_range has shrunk before its first top.
    whole_top = cycle.mode != "exp_range" and place.own.stop > whole(cycle.step_size_up)
    return ("step_size_up", cycle.max_lr) if whole_top else None


def _warmup_peak(place: Nested) -> Aim:
    warmup: Any = place.schedule
    underneath = not warmup.prefix and warmup.target == "first"
    return ("prefix", warmup.ends()[1]) if underneath and place.own.stop > warmup.steps else None


def _product_peak(place: Nested) -> Aim:
    """The base rate, where every factor reaches it and one of them rises to it."""
    product: Any = place.schedule
    peaks = [highest(factor, place.own.stop) for factor in product.factors]
    reach = all(peak.value >= product.lr * (1 - _PEAK_SHARE) for peak in peaks)
    return ("factors", product.lr) if reach and any(peak.step for peak in peaks) else None


_PEAKS: Final[Mapping[type[Schedule], Callable[[Nested], Aim]]] = MappingProxyType(
    {OneCycle: _onecycle_peak, Cyclic: _cyclic_peak, Warmup: _warmup_peak, Product: _product_peak}
)


class MinimumMissed(Rule):
    """The lowest rate is never reached.

    An anneal of n steps arrives at its end after n steps, when a run of n is over; one with warm restarts
    jumps back up just there, and MMEngine freezes the rate one step before. In thousands of steps the
    difference is nothing; where a step is an epoch it shows. Told when more than 1 % of the peak is left.

    Way out: nothing, where the last value will do; else one step more, or a schedule of one step less.

    Seen in: pytorch/pytorch#47560, goodfire-ai/spd#642.
    """

    code = "LR003"
    name = "minimum-missed"
    severity = Severity.NOTE
    example = (
        '"CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=0.001)" --lr 0.1 --steps 50 --select LR003'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            ends = _ENDS.get(type(place.schedule))
            if ends is None:
                continue
            low, length = (float(getattr(place.schedule, name)) for name in ends)
            if place.own.stop < length or low >= float(place.schedule(0)):
                continue
            least = lowest(place.schedule, place.own.stop)
            if subject.matters(least.value - low):
                parameter = subject.parameter(ends[1], length)
                yield self.found(
                    f"the minimum {short(low)} is never reached; the lowest rate is {short(least.value)}",
                    place.step(least.step or 0),
                    parameter,
                    aim=low,
                    reached=least.value,
                    **{parameter or "length": length},
                )


# Where an anneal ends, and after how many steps.
_ENDS: Final[Mapping[type[Schedule], tuple[str, str]]] = MappingProxyType(
    {
        Cosine: ("eta_min", "T_max"),
        CosineRestarts: ("eta_min", "T_0"),
        Linear: ("end_lr", "T_max"),
        Polynomial: ("end_lr", "T_max"),
    }
)
