"""Series of gradients: checked ones, and a reproducible one."""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from lrplot.clock import is_whole
from lrplot.errors import OptimizerError, Problem
from lrplot.optimizers.model import Floats, numbers_of

MOST_NUMBERS: Final = 10**7
"""The longest series, steps times parameters: its updates then fill about 0.3 GB."""


def check_gradients(given: ArrayLike) -> Floats:
    """A series of gradients as float64, shape ``(steps,)`` or ``(steps, parameters)``.

    Raises
    ------
    OptimizerError
        When it holds anything but finite numbers, has another shape, is empty or longer than 10^7 numbers.

    Examples
    --------
    >>> check_gradients([[0.5, -1], [0.25, 2]]).shape
    (2, 2)
    """
    gradients = numbers_of(given)
    if gradients is None:
        raise _error("gradients must be numbers, as many in every step")
    if gradients.ndim not in {1, 2}:
        raise _error(f"gradients must have the shape (steps) or (steps, parameters), got {gradients.shape}")
    if not gradients.size:
        raise _error("gradients must be at least one")
    _check_size(gradients.size)
    wrong = np.argwhere(~np.isfinite(gradients))
    if len(wrong):
        parameter = f" of parameter {wrong[0][1]}" if gradients.ndim > 1 else ""
        value = gradients[tuple(wrong[0])]
        raise _error(f"gradients must be finite, got {value:g} at step {wrong[0][0]}{parameter}")
    return gradients


def noise(
    steps: int, parameters: int = 1, seed: int = 0, scale: float = 1.0, mean: float = 0.0, decay: float = 1.0
) -> Floats:
    """Normal noise around a mean, shrinking over the run: a stand-in for the gradients of a training.

        g(t, i) = (mean + scale · z(t, i)) · decay ** (t / steps),    z(t, i) standard normal

    The z come from numpy's PCG64 under this seed, step by step: the same seed gives the same gradients, and
    a longer series starts as a shorter one does (where ``decay`` is 1).

    Parameters
    ----------
    steps, parameters
        The shape, at most 10^7 numbers in all.
    seed
        A whole number ≥ 0.
    scale
        Standard deviation at the start, ≥ 0.
    mean
        What all gradients at the start share.
    decay
        What is left of them after the last step, > 0.

    Returns
    -------
    The gradients, shape ``(steps, parameters)``.

    Raises
    ------
    OptimizerError
        When a number is out of its range.

    Examples
    --------
    >>> noise(3, parameters=2, seed=7).round(3).tolist()
    [[0.001, 0.299], [-0.274, -0.891], [-0.455, -0.992]]
    """
    for name, value, least in (("steps", steps, 1), ("parameters", parameters, 1), ("seed", seed, 0)):
        if not is_whole(value, least=least):
            raise _error(f"{name} must be a whole number ≥ {least}, got {value!r}")
    if not (math.isfinite(scale) and scale >= 0):
        raise _error(f"scale must be a finite number ≥ 0, got {scale:g}")
    if not math.isfinite(mean):
        raise _error(f"mean must be a finite number, got {mean:g}")
    if not (math.isfinite(decay) and decay > 0):
        raise _error(f"decay must be a finite number > 0, got {decay:g}")
    _check_size(steps * parameters)
    normal = np.random.Generator(np.random.PCG64(seed)).standard_normal((steps, parameters))
    shrinking = decay ** (np.arange(steps) / steps)
    with np.errstate(over="ignore", invalid="ignore"):
        return check_gradients((mean + scale * normal) * shrinking[:, None])


def _check_size(size: int) -> None:
    if size > MOST_NUMBERS:
        raise _error(f"gradients are at most 10^7 numbers, steps times parameters; these are {size:,}")


def _error(message: str) -> OptimizerError:
    return OptimizerError("gradients", (Problem(None, message),))
