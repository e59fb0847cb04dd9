"""Plateau rules that cannot act."""

from collections.abc import Iterator
from typing import Final

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.schedules.plateau import Plateau

_TRIED: Final = 2
"""The longest patience that is tried: a metric that brings a drop at any patience brings it at this one."""
_ENOUGH: Final = 8
"""Equal metrics that are shown to the rule: with a patience of 2 every framework's has dropped by the
fifth."""


class PlateauNeverFires(Rule):
    """ReduceLROnPlateau can never lower the rate in this run.

    Its patience outlasts the run; or the rate is at ``min_lr`` already; or every drop is smaller than
    ``eps`` (1e-8 in PyTorch), which is then not made. Told of the rule itself, tried on a metric that
    never improves: whether yours will is not asked.

    Way out: less ``patience``, a lower ``min_lr``, a smaller ``eps``.

    Seen in: joeynmt/joeynmt#163 (eps), nitrain/nitrain#110 (min_lr 1e-4 with Adam at 1e-4).
    """

    code = "LR015"
    name = "plateau-never-fires"
    example = '"ReduceLROnPlateau(optimizer, min_lr=1e-4)" --lr 1e-4 --steps 100 --metrics "exp(-t / 9)"'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            if isinstance(place.schedule, Plateau):
                yield from self._of(place.schedule, place.own.stop, place.start)

    def _of(self, plateau: Plateau, steps: int, start: int) -> Iterator[Finding]:
        # Patience only delays: what a short one does at step n, one longer by k does at step n + k.
        short = min(plateau.patience, _TRIED)
        flat = {"metrics": (1.0,) * _ENOUGH, "formula": None, "patience": short}
        tried = plateau.model_copy(update=flat)
        changes = [change for change in tried.changes(_ENOUGH) if change.lr < change.before]
        if not changes:
            causes = [seen.cause for seen in tried.trace(_ENOUGH) if seen.cause]
            why = causes[0].partition("but ")[2] if causes else "its patience is never met"
            yield self.found(
                f"the plateau rule can never lower the rate: {why}",
                start,
                "min_lr" if "min_lr" in why else "eps",
                lr=plateau.lr,
                min_lr=plateau.min_lr,
                factor=plateau.factor,
            )
            return
        first = changes[0].step + plateau.patience - short
        if first >= steps:
            yield self.found(
                f"the plateau rule can lower the rate at step {first} at the earliest; the run has {steps}",
                None,
                "patience",
                patience=plateau.patience,
                run=steps,
            )
