"""The epoch loop that Ultralytics and YOLOv5 share: a warm-up by batch under a curve by epoch."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.product import Product
from lrplot.schedules.warmup import Warmup
from lrplot.trainers.curves import straight, switched
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero
from lrplot.trainers.training import Training, refuse, switch, whole

_LARGEST_BATCH: Final = 65_536
"""Images of a nominal batch that are taken for one."""


@dataclass(frozen=True, slots=True)
class Loop:
    """One run of the loop.

    Parameters
    ----------
    lr, last
        The rate, and its share at the end: ``lr0`` and ``lrf``.
    cosine
        Whether the curve is half a cosine instead of a straight line.
    epochs, batches, warmup
        Epochs, batches of one, and batches of the warm-up.
    bias
        Where the biases' warm-up starts.
    momenta
        The momentum at the start and the end of the warm-up.
    accumulated
        Batches of an update after the warm-up.
    """

    lr: float
    last: float
    cosine: bool
    epochs: int
    batches: int
    warmup: int
    bias: float
    momenta: tuple[float, float]
    accumulated: int

    def trained(self, told: tuple[str, ...], notes: tuple[str, ...]) -> Training:
        """The training that it is; its clock counts batches."""
        length = self.epochs * self.batches
        updates = self._updates(length)
        lines = (
            *told,
            f"{self.batches} batches × {self.epochs} epochs = {length} batches",
            f"{updates} optimizer updates, one in {self.accumulated} batches after the warm-up",
        )
        weights = self._weights()
        return Training(
            weights,
            length,
            self.batches,
            lines,
            (*notes, *self._traps(length)),
            "one_cycle" if self.cosine else "linear",
            groups=(Group("weights", weights), Group("bias", self._biases())),
            momentum=straight(0, self.momenta[0], self.warmup, self.momenta[1]),
        )

    def _curve(self) -> Schedule:
        """The rate of each epoch."""
        end = self.lr * self.last
        curve: Schedule = Linear(lr=self.lr, end_lr=end, T_max=self.epochs)
        if self.cosine:
            curve = Cosine(lr=self.lr, eta_min=end, T_max=self.epochs)
        return Epochwise(schedule=curve, steps_per_epoch=self.batches)

    def _weights(self) -> Schedule:
        """Batch i of the warm-up has i / nw of its epoch's rate."""
        if self.warmup <= 0:
            return self._curve()
        if not self.lr:
            return Constant(lr=0)
        ramp = Warmup(schedule=Constant(lr=self.lr), steps=self.warmup)
        return Product(lr=self.lr, factors=(self._curve(), ramp))

    def _biases(self) -> Schedule:
        if self.warmup <= 0:
            return self._curve()
        share = f"(t / {self.warmup})"
        factor = f"{self.bias!r} * (1 - {share}) + {share} * {self._of_epoch()}"
        return switched(Lambda(lr=1, factor=factor), (self.warmup + 1, self._curve()))

    def _of_epoch(self) -> str:
        """The rate of the epoch as an expression in the batch."""
        share = f"min(floor(t / {self.batches}) / {self.epochs}, 1)"
        if self.cosine:
            width = f"(1 - cos(pi * {share})) / 2"
            return f"({self.lr!r} * ({width} * {self.last - 1!r} + 1))"
        return f"({self.lr!r} * ((1 - {share}) * {1 - self.last!r} + {self.last!r}))"

    def _updates(self, length: int) -> int:
        """Updates of the run: accumulation grows over the warm-up."""
        last, count, begin = -1, 0, 0
        end = min(length, self.warmup + 1)
        while begin < end:
            each = self._together(begin)
            # The first batch of the warm-up from which on more batches make an update.
            stop = bisect_right(range(end), each, lo=begin, key=self._together)
            first = max(begin, last + each)
            if first < stop:
                more = (stop - 1 - first) // each
                count, last = count + 1 + more, first + more * each
            begin = stop
        return count + max(0, length - 1 - last) // self.accumulated

    def _together(self, batch: int) -> int:
        """Batches of an update at a batch of the warm-up."""
        share = min(1.0, batch / self.warmup) if self.warmup else 1.0
        return max(1, round(1 + share * (self.accumulated - 1)))

    def _traps(self, length: int) -> tuple[str, ...]:
        found = ["the axis counts batches: in the warm-up the batches of an update grow too"]
        if self.warmup >= length:
            found.append(f"the warm-up of {self.warmup} batches outlasts the run of {length}")
        elif self.warmup > 0 and self.last != 1:
            found.append("the curve falls under the warm-up, so that lr0 itself is never reached")
        return tuple(found)


def loop_of(form: Form, **given: object) -> Loop:
    """The loop of a configuration, with what the trainer has worked out itself."""
    values: dict[str, object] = {
        "lr": float(least_zero(form, "lr0", 0.01)),
        "last": float(least_zero(form, "lrf", 0.01)),
        "cosine": switch(form, "cos_lr"),
        "epochs": whole(form, "epochs", 100),
        "bias": float(least_zero(form, "warmup_bias_lr", 0.1)),
        "momenta": (
            float(least_zero(form, "warmup_momentum", 0.8)),
            float(least_zero(form, "momentum", 0.937)),
        ),
    }
    return Loop(**{**values, **given})  # type: ignore[arg-type]


def accumulated_batches(form: Form, batch: int) -> int:
    """Batches of one update, for a nominal batch of ``nbs``."""
    nominal = whole(form, "nbs", 64)
    if nominal > _LARGEST_BATCH:
        raise refuse(form, "nbs", f"nbs must be at most {_LARGEST_BATCH}, got {nominal}")
    return max(1, round(float(nominal) / batch))


def batches_of_warmup(epochs: float, batches: int) -> int:
    """The warm-up of at least 100 batches."""
    return max(round(epochs * batches), 100)


def batches_of(examples: int, devices: int, batch: int) -> int:
    """Batches of an epoch, ``batch`` being that of all devices."""
    return math.ceil(math.ceil(examples / devices) / max(1, batch // devices))
