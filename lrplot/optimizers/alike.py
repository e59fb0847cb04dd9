"""How far the updates of two optimizers lie apart."""

from typing import Final

import numpy as np

from lrplot.optimizers.base import Optimizer

_STEPS: Final = 100
"""Updates that are compared. A choice."""
_ROUNDED: Final = 1e-12
"""A share that rounding alone makes of some hundred updates."""
NEARLY: Final = 1e-4
"""Share within which updates are nearly the same: where Adam's eps of 1e-8 stands parts them by some 1e-6,
other rules by more."""


def apart(one: Optimizer, other: Optimizer) -> float:
    """The greatest difference of their updates, as a share of the greatest update; 0 where they are the same.

    The rate falls, gradients turn and weights do not start at 0: what hides under a rate that stays is seen.

    Examples
    --------
    >>> from lrplot.optimizers.sgd import SGD
    >>> apart(SGD(), SGD(rule="keras"))
    0.0
    >>> round(apart(SGD(momentum=0.9), SGD(momentum=0.9, rule="keras")), 2)
    0.09
    """
    t = np.arange(_STEPS)
    rates, gradients = 0.1 * 0.95**t, np.cos(t)
    first, second = (each.updates(rates, gradients, weights=1.0).change for each in (one, other))
    share = float(np.abs(first - second).max() / np.abs(first).max())
    return 0.0 if share < _ROUNDED else share
