"""What the ``step()`` of schedulers does to a rate that others change too: each acts on what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.notations import pytorch_recurrence
from lrplot.notations.values import Made, Refusal

Array = NDArray[np.float64]

WITHOUT_CLOSED_FORM: Final = frozenset({"MultiplicativeLR"})
"""Schedulers that go on from the rate they find even where ``step(epoch)`` tells them their time."""
_STEPPED: Final = 200_000
"""Most calls of a scheduler of schedulers that are followed one by one."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Schedulers of one optimizer.

    Parameters
    ----------
    first
        The rate once all are built.
    base
        The rate the optimizer began with.
    """

    first: float
    torch: "pytorch_recurrence.Training"

    def changes(self, made: Made, clock: Array, told: NDArray[np.bool_]) -> tuple[Array, Array]:
        """The factor and the addend of each call: the rate becomes ``factor · rate + addend``.

        Parameters
        ----------
        made
            The scheduler.
        clock
            Its time after each call.
        told
            Which calls were told their time, and so set the rate outright.

        Raises
        ------
        Refusal
            When what it does is not known.
        """
        if not len(clock):
            return np.empty(0), np.empty(0)
        if made.call not in pytorch_recurrence.RULES or made.framework != "pytorch":
            if made.call in {"SequentialLR", "ChainedScheduler"} or made.schedule.reacts:
                raise Refusal(
                    f"{made.call} is stepped beside others that change its optimizer's rate; this is not read"
                )
            return made.schedule.update(clock)
        node = self.torch.node(made)
        assert isinstance(node, pytorch_recurrence.Leaf)  # noqa: S101 (what has a rule is one)
        with np.errstate(all="ignore"):
            factor, more = node.update().update(clock)
        if told.any() and made.call not in WITHOUT_CLOSED_FORM:
            sets = np.asarray(made.schedule(clock[told]), dtype=np.float64)
            factor, more = factor.copy(), more.copy()
            factor[told], more[told] = 0.0, sets
        return factor, more


def acting(schedulers: Sequence[Made], base: float) -> Acting:
    """The schedulers of one optimizer, built in the order of the text."""
    torch = pytorch_recurrence.Training()
    rate = base
    for made in sorted(schedulers, key=lambda each: each.order):
        if made.framework == "pytorch" and made.call in pytorch_recurrence.RULES:
            torch.construct(made)
            rate = torch.group.lr
        elif made.schedule.type != "multiplicative":
            rate = float(made.schedule(0))
    return Acting(rate, torch)
