"""Schedules that do not meet where one follows the other."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.schedules.base import Nested

_STEEPER: Final = 3
"""Times the slopes on its sides from which on a change of the rate is a jump; two are a bend's."""


class JumpAtJoin(Rule):
    """The rate jumps where one schedule hands over to the next.

    PyTorch's SequentialLR starts each scheduler at the base rate, whatever the last value was, so a
    warm-up cut short by its milestone jumps up, and a decay is followed by the full rate again. A warm-up
    over a schedule that runs underneath lands beside it. A constant warm-up and a staircase of constants
    jump by design and are not told.

    Way out: let each part end where the next begins: the warm-up's length and the milestone the same, or
    the next part's own ``lr`` the last value.

    Seen in: huggingface/pytorch-image-models#1242, PaddlePaddle/PaddleDetection#4611, kibok90/imix#1.
    """

    code = "LR006"
    name = "jump-at-join"
    example = (
        '"SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=10), '
        'CosineAnnealingLR(optimizer, T_max=95)], milestones=[5])" --lr 0.1 --steps 100'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            joins = sorted({inner.start for inner in place.schedule.inside()} - {0})
            found = [
                (previous, join, join + 1 < min(following, place.own.stop))
                for previous, join, following in zip(
                    [0, *joins], joins, [*joins[1:], place.own.stop], strict=False
                )
                if join in place.own and join - 2 >= max(previous, place.own.start)
            ]
            # All together: a sequence of a thousand parts is asked once.
            around = [(began, join - 2, join - 1, join, join + goes_on) for began, join, goes_on in found]
            rates = place.schedule(np.array(around).reshape(-1, 5)).tolist() if found else []
            for (_, join, _), there in zip(found, rates, strict=True):
                yield from self._at(subject, place, join, there)

    def _at(self, subject: Subject, place: Nested, join: int, rates: Sequence[float]) -> Iterator[Finding]:
        began, earlier, before, after, later = rates
        slope = later - after
        slopes, jump = (before - earlier, slope), after - before
        against = all(jump * slope < 0 for slope in slopes)
        moved = before not in {began, earlier} or began != earlier
        if moved and subject.matters(jump) and (against or abs(jump) > _STEEPER * max(map(abs, slopes))):
            share = round(abs(jump) / subject.peak, 4)
            yield self.found(
                f"the rate jumps {'up' if jump > 0 else 'down'} by {share:.1%} of the peak at a join",
                place.step(join),
                before=before,
                after=after,
            )
