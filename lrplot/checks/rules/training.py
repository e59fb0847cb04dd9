"""Schedules that do not fit what trains with them."""

from collections.abc import Iterator
from typing import Final

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.curve.summary import highest
from lrplot.schedules.base import Nested, whole
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.lambda_ import Lambda
from lrplot.text.numbers import short

_SAME: Final = 1e-6
"""Two rates that differ by no more are one number, computed two ways."""


class FactorIsTheRate(Rule):
    """The factor of a LambdaLR is already the rate, so the rate is multiplied twice.

    LambdaLR multiplies the optimizer's rate by what its function returns. A function that returns the
    rate itself (0.1, falling) trains at 0.1 · 0.1 = 0.01: ten times too low, and the higher the power of
    ten the worse. Told where the factor at its highest is the very base rate.

    Way out: divide by the base rate (return ``rate(step) / base``), or give the optimizer ``lr=1``.

    Seen in: pytorch/pytorch#78917 (``lambda epoch: lr``), lhoyer/MIC#60 (in SDAT's code too).
    """

    code = "LR020"
    name = "factor-is-the-rate"
    example = '"LambdaLR(optimizer, lambda epoch: 0.01 * 0.95 ** epoch)" --lr 0.01 --steps 100'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            lr = self._base(subject, place)
            if lr is None or not 0 < lr < 1:
                continue
            # Not the first: a factor of 0.1 that goes on to 1 is a warm-up.
            top, squared = highest(place.schedule, place.own.stop), lr**2
            if abs(top.value - squared) <= _SAME * squared:
                yield self.found(
                    f"the factor is the rate itself: {subject.called(place)} trains at "
                    f"{short(lr)} * {short(lr)} = {short(squared)}",
                    place.step(top.step or 0),
                    "factor" if not subject.run.written.call else "",
                    lr=lr,
                    trained=squared,
                )

    @staticmethod
    def _base(subject: Subject, place: Nested) -> float | None:
        """The rate a factor multiplies; that of a constant one is the optimizer's."""
        if isinstance(place.schedule, Lambda):
            return place.schedule.lr
        return subject.run.written.base if isinstance(place.schedule, Constant) else None


class NeverStepped(Rule):
    """A scheduler is made and never stepped: the rate stays what it is.

    The training steps its optimizer, and nothing calls the scheduler's ``step()`` or hands the scheduler
    to what would. PyTorch says nothing. In a script the update was forgotten, or lost when code moved.

    Way out: ``scheduler.step()`` after each epoch, or after each ``optimizer.step()``, as its numbers count.

    Seen in: tumurzakov/AnimateDiff#11.
    """

    code = "LR021"
    name = "never-stepped"
    example = (
        '"scheduler = CosineAnnealingLR(optimizer, T_max=100)\nfor epoch in range(100):\n'
        '    optimizer.step()" --lr 0.1'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        if "never stepped" in subject.run.written.facts:
            yield self.found(
                f"{subject.run.written.call} is never stepped: the rate stays what it is",
                None,
                scheduler=subject.run.written.call,
                rate=float(subject.schedule(0)),
            )


class AdaptiveTooHigh(Rule):
    """An adaptive optimizer at a rate that is one of plain SGD.

    Adam divides each gradient by its size, so an update is about as large as the rate: at 0.2 every
    weight moves by 0.2 a step. Its usual rate is 0.001, and 1e-4 or less where a model is fine-tuned.
    Told above 0.1, which some have used. Adagrad, Adadelta, Adafactor, LAMB and optimizers that find
    their own rate have other scales and are never told.

    Way out: a hundredth of it, or SGD.

    Seen in: rajveermalviya/language-modeling#3 (Adam at 1, the loss did not go down).
    """

    code = "LR022"
    name = "adaptive-too-high"
    example = (
        '"optimizer = Adam(model.parameters(), lr=0.2)\n'
        'scheduler = CosineAnnealingLR(optimizer, T_max=100)" --steps 100'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        optimization = subject.run.optimization
        own = "" if optimization is None else type(optimization.optimizer).__name__
        name = subject.run.written.optimizer or own
        peak = subject.summary.peak
        if name.casefold() in _ADAPTIVE and peak.value > _TOO_HIGH:
            yield self.found(
                f"{name} at {short(peak.value)}: its updates are about as large as the rate; usual is 0.001",
                peak.step,
                "lr",
                optimizer=name,
                peak=peak.value,
            )


_TOO_HIGH: Final = 0.1
"""A hundred times what Adam and its kin are called with by default."""
_ADAPTIVE: Final = frozenset(
    {
        *("adam", "adamw", "adamax", "nadam", "nadamw", "radam", "rmsprop", "sparseadam", "adamoptimizer"),
        *("adabelief", "lion", "fusedadam", "adamw8bit", "adam8bit", "deepspeedcpuadam", "amsgrad"),
    }
)


class EndsAfterRestart(Rule):
    """The run ends just after a warm restart.

    Its last steps train at the full rate again, and the weights that are kept are the noisiest there are:
    one step too many, or cycles that do not fill the run. Told where the run ends within the first tenth
    of a cycle that is not the first. SGDR's authors stop at the end of a cycle (arXiv:1608.03983).

    Way out: a run that is as long as whole cycles, or keep the weights of the end of the last one.
    """

    code = "LR023"
    name = "ends-after-restart"
    example = '"CosineAnnealingWarmRestarts(optimizer, T_0=10)" --lr 0.1 --steps 51'

    def check(self, subject: Subject) -> Iterator[Finding]:
        if "no horizon" in subject.run.written.facts:
            return
        for place in subject.last:
            schedule = place.schedule
            if not isinstance(schedule, CosineRestarts):
                continue
            last = place.own[-1]
            began, length = schedule.cycle_at(last)
            start = whole(began)
            if start <= 0 or last - began >= _BEGUN * length:
                continue
            before, now = float(schedule(start - 1)), float(schedule(last))
            if subject.matters(now - before):
                left = last - start + 1
                yield self.found(
                    f"the run ends {left} step{'s' * (left > 1)} after a restart, at {short(now)} again",
                    place.step(last),
                    "",
                    restart=place.step(start),
                    run=subject.until,
                    final=now,
                    before=before,
                )


_BEGUN: Final = 0.1
"""The share of a cycle below which a run ends just after a restart: a cosine is at 98 % of its peak still."""
