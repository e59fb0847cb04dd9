"""Rates asked for one step at a time, of which many are evaluated together."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.clock import MOST_STEPS, is_whole
from lrplot.errors import LrplotError, StepError

Array = NDArray[np.float64]
Evaluate = Callable[[Array], Array]

_LONGEST: Final = 4096
"""Steps evaluated together, a power of two: 128 KiB of floats, and in longer blocks a step costs as much."""
_AROUND: Final = 256
"""A power of two; these take little longer than one step, as what takes time is NumPy's calls."""


def compiled(evaluate: Evaluate, name: str, steps: int | None) -> Callable[[int], float]:
    """A function of one whole step that evaluates the 4096 steps around it at once and remembers them.

    Parameters
    ----------
    evaluate
        The rates at steps, or an error where one of them has none.
    name
        What a message calls it.
    steps
        The last step it answers; None where there is none.

    Examples
    --------
    >>> halved = compiled(lambda t: 0.5**t, "halved", 3)
    >>> [halved(step) for step in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    known: tuple[int, list[float]] = 0, []

    # A function, and no object with a state: PyTorch's LambdaLR would write that into its checkpoints.
    def rate(step: int) -> float:
        nonlocal known
        first, rates = known
        try:
            i = step - first
            if 0 <= i < len(rates):
                return rates[i]
        except (TypeError, ValueError):
            # No number, a fraction or an array: told below.
            pass
        if not is_whole(step, least=0):
            raise StepError(
                f"a compiled schedule takes one whole step between 0 and 2^53, got {step!r}; "
                "call the schedule itself for anything else"
            )
        if steps is not None and step > steps:
            raise StepError(
                f"{name} was compiled for {steps} steps, asked for step {step}; "
                f"compile({step}) goes as far, compile() without end"
            )
        step = int(step)
        first, found = _block(evaluate, step, min(_LONGEST, 2 * len(rates) or _LONGEST), steps)
        known = first, found.tolist()
        return known[1][step - first]

    return rate


class Around:
    """The rates around the steps asked for last, for a schedule that is called step by step.

    The first step of a block is evaluated alone, as steps in no order are; the second with all its block.
    """

    def __init__(self) -> None:
        self._known: tuple[int, Array] = 0, np.empty(0)
        self._asked = -1

    def rate(self, evaluate: Evaluate, step: int) -> np.float64:
        """The rate at a whole step."""
        first, rates = self._known
        if not 0 <= step - first < len(rates):
            again, self._asked = self._asked == step // _AROUND, step // _AROUND
            first, rates = self._known = _block(evaluate, step, _AROUND if again else 1)
        found: np.float64 = rates[step - first]
        return found


def _block(evaluate: Evaluate, step: int, longest: int, last: int | None = None) -> tuple[int, Array]:
    """The first step of the longest block around one in which every step has a rate, and their rates."""
    length = longest
    while True:
        first = step - step % length
        stop = min(first + length, (MOST_STEPS if last is None else last) + 1)
        try:
            return first, evaluate(np.arange(first, stop, dtype=np.float64))
        except LrplotError:
            # Another step may be the one without a rate.
            if length == 1:
                raise
            length //= 2
