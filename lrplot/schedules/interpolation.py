"""The ways from one rate to another, each written once.

A shape answers, ``elapsed`` of ``length`` steps gone, with two weights: of the start and of the end.
They add to one, and each is computed on its own, so that neither end of a ramp loses digits: near the
end of an anneal from 0.1 to 0 over 10^9 steps the naive ``1 + cos`` is wrong in its third digit.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.formula import Equation

Array = NDArray[np.float64]
Weights = tuple[Array, Array]
Length = Array | float
Shape = Callable[[Array, Length], Weights]


def linear(elapsed: Array, length: Length) -> Weights:
    """Straight: ``z = elapsed / length``."""
    return (length - elapsed) / length, elapsed / length


def polynomial(power: float) -> Shape:
    """``(1 - z) ** power`` of the start."""

    def shape(elapsed: Array, length: Length) -> Weights:
        return ((length - elapsed) / length) ** power, -np.expm1(power * np.log1p(-elapsed / length))

    return linear if power == 1 else shape


def half_cosine(elapsed: Array, length: Length) -> Weights:
    """``½ (1 + cos πz)`` of the start, as a squared sine."""
    start = np.sin(np.pi * ((length - elapsed) / (2 * length))) ** 2
    return start, np.sin(np.pi * (elapsed / (2 * length))) ** 2


def cosine(exponent: float = 1.0) -> Shape:
    """``(½ (1 + cos πz)) ** exponent`` of the start."""

    def shape(elapsed: Array, length: Length) -> Weights:
        start, end = half_cosine(elapsed, length)
        return start**exponent, -np.expm1(exponent * np.log1p(-end))

    return half_cosine if exponent == 1 else shape


def one_minus_sqrt(elapsed: Array, length: Length) -> Weights:
    """``1 - √z`` of the start."""
    root = np.sqrt(elapsed / length)
    return (length - elapsed) / length / (1 + root), root


def halving(elapsed: Array, length: Length) -> Weights:
    """``2 · ½ᶻ - 1`` of the start: exponential, yet it reaches the end (Megatron-LM)."""
    start = np.expm1(np.log(2) * ((length - elapsed) / length))
    return start, -2 * np.expm1(-np.log(2) * (elapsed / length))


def logarithmic(elapsed: Array, length: Length) -> Weights:
    """``log(1 + elapsed) / log(1 + length)`` of the end (DeepSpeed)."""
    whole = np.log1p(length)
    return np.log1p((length - elapsed) / (1 + elapsed)) / whole, np.log1p(elapsed) / whole


def held(elapsed: Array, _length: Length) -> Weights:
    """The start, all the way."""
    return np.ones_like(elapsed), np.zeros_like(elapsed)


Interpolation = Literal["linear", "cosine", "exponential"]

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "linear": linear,
        "cosine": half_cosine,
        "cos": half_cosine,
        "1-sqrt": one_minus_sqrt,
        "halving": halving,
        "log": logarithmic,
        "constant": held,
    }
)


WAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "linear": "b + (a - b) * (1 - z)",
        "cosine": "b + (a - b) * (0.5 * (1 + cos(pi * z)))",
        "1-sqrt": "b + (a - b) * (1 - sqrt(z))",
        "halving": "b + (a - b) * (2 ** (1 - z) - 1)",
        "exponential": "a * (b / a) ** z",
        "constant": "a",
    }
)
"""The same ways from a to b as text, z from 0 to 1."""


def ways(parameter: str, **choices: str) -> tuple[Equation, ...]:
    """The equations of ``ramp(a, b, z)`` for a parameter that chooses among them."""
    return tuple(
        Equation("ramp(a, b, z)", WAYS[way], f"{parameter} == {choice!r}") for choice, way in choices.items()
    )


def between(shape: Shape, start: Array | float, end: Array | float, elapsed: Array, length: Length) -> Array:
    """Go from ``start`` to ``end``; ``elapsed`` runs from 0 to ``length``."""
    with np.errstate(divide="ignore"):
        of_start, of_end = shape(elapsed, length)
    value = np.asarray(of_start * start + of_end * end)
    # Rounding never leaves the ramp; only one-cycle's overshoot, past its end, does.
    bounded = np.minimum(np.maximum(value, np.minimum(start, end)), np.maximum(start, end))
    return np.where(elapsed <= length, bounded, value)


def geometric(start: Array | float, end: Array | float, elapsed: Array, length: Length) -> Array:
    """Go from ``start`` to ``end``, both > 0, by equal factors: ``start · (end/start) ** z``."""
    ratio = np.divide(end, start)
    return np.asarray(start * ratio ** (elapsed / length), dtype=np.float64)


def interpolate(name: str, start: Array | float, end: Array | float, elapsed: Array, length: Length) -> Array:
    """Go from ``start`` to ``end`` by the way called ``name``."""
    if name == "exponential":
        return geometric(start, end, elapsed, length)
    return between(SHAPES[name], start, end, elapsed, length)
