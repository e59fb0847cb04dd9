"""What a scheduler's ``step()`` does to a rate that others change too."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.notations.values import Made, Refusal

Array = NDArray[np.float64]

_SETTING: Final = frozenset(
    {"LambdaLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "CyclicLR"}
)


def acting(made: Made, clock: Array, told: NDArray[np.bool_], base: float) -> tuple[Array, Array]:
    """The factor and the addend of each call: the rate becomes ``factor · rate + addend``.

    Parameters
    ----------
    made
        The scheduler.
    clock
        Its time after each call; 0 first, where it is built.
    told
        Which calls were told their time, and so set the rate outright.
    base
        The rate the optimizer began with.
    """
    if made.framework != "pytorch" or made.call in _SETTING:
        return np.zeros(len(clock)), np.asarray(made.schedule(clock), dtype=np.float64)
    raise Refusal(f"{made.call} acts on a rate that is changed elsewhere too")
