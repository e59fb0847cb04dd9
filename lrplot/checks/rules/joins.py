"""Schedules that do not meet where one follows the other."""

from collections.abc import Iterator

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.schedules.base import Nested


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
            for previous, join, following in zip(
                [0, *joins], joins, [*joins[1:], place.own.stop], strict=False
            ):
                if join in place.own and join - 2 >= max(previous, place.own.start):
                    yield from self._at(subject, place, previous, join, following)

    def _at(
        self, subject: Subject, place: Nested, previous: int, join: int, following: int
    ) -> Iterator[Finding]:
        schedule = place.schedule
        began, earlier, before, after = (float(schedule(t)) for t in (previous, join - 2, join - 1, join))
        slope = float(schedule(join + 1)) - after if join + 1 < min(following, place.own.stop) else 0.0
        slopes, jump = (before - earlier, slope), after - before
        against = all(jump * slope < 0 for slope in slopes)
        moved = before not in {began, earlier} or began != earlier
        if moved and subject.matters(jump) and (against or abs(jump) > 3 * max(map(abs, slopes))):
            share = round(abs(jump) / subject.peak, 4)
            yield self.found(
                f"the rate jumps {'up' if jump > 0 else 'down'} by {share:.1%} of the peak at a join",
                place.step(join),
                before=before,
                after=after,
            )
