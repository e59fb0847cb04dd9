"""The ways from one rate to another, each written once.

A shape answers, ``elapsed`` of ``length`` steps gone, with two weights: of the start and of the end.
They add to one, and each is computed on its own, so that neither end of a ramp loses digits: near the
end of an anneal from 0.1 to 0 over 10^9 steps the naive ``1 + cos`` is wrong in its third digit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.formula import Equation

Array = NDArray[np.float64]
Length = Array | float
Weight = Callable[[Array, Length], Array]


@dataclass(frozen=True, slots=True)
class Shape:
    """A way from a start to an end: what each weighs, ``elapsed`` of ``length`` steps gone."""

    of_start: Weight
    of_end: Weight


linear: Final = Shape(
    lambda elapsed, length: (length - elapsed) / length, lambda elapsed, length: elapsed / length
)
"""Straight: ``z = elapsed / length``."""


def polynomial(power: float) -> Shape:
    """``(1 - z) ** power`` of the start."""

    def of_start(elapsed: Array, length: Length) -> Array:
        return np.asarray(((length - elapsed) / length) ** power)

    def of_end(elapsed: Array, length: Length) -> Array:
        with np.errstate(divide="ignore"):
            return -np.expm1(power * np.log1p(-elapsed / length))

    return linear if power == 1 else Shape(of_start, of_end)


def _sine_squared(elapsed: Array, length: Length) -> Array:
    """``½ (1 - cos πz)``."""
    angle = elapsed / (2 * length)
    angle *= np.pi
    return np.square(np.sin(angle, out=angle), out=angle)


half_cosine: Final = Shape(lambda elapsed, length: _sine_squared(length - elapsed, length), _sine_squared)
"""``½ (1 + cos πz)`` of the start, as a squared sine."""


def cosine(exponent: float = 1.0) -> Shape:
    """``(½ (1 + cos πz)) ** exponent`` of the start."""

    def of_start(elapsed: Array, length: Length) -> Array:
        return np.asarray(half_cosine.of_start(elapsed, length) ** exponent)

    def of_end(elapsed: Array, length: Length) -> Array:
        with np.errstate(divide="ignore"):
            return -np.expm1(exponent * np.log1p(-half_cosine.of_end(elapsed, length)))

    return half_cosine if exponent == 1 else Shape(of_start, of_end)


one_minus_sqrt: Final = Shape(
    lambda elapsed, length: (length - elapsed) / length / (1 + np.sqrt(elapsed / length)),
    lambda elapsed, length: np.sqrt(elapsed / length),
)
"""``1 - √z`` of the start."""

halving: Final = Shape(
    lambda elapsed, length: np.expm1(np.log(2) * ((length - elapsed) / length)),
    lambda elapsed, length: -2 * np.expm1(-np.log(2) * (elapsed / length)),
)
"""``2 · ½ᶻ - 1`` of the start: exponential, yet it reaches the end (Megatron-LM)."""

logarithmic: Final = Shape(
    lambda elapsed, length: np.log1p((length - elapsed) / (1 + elapsed)) / np.log1p(length),
    lambda elapsed, length: np.log1p(elapsed) / np.log1p(length),
)
"""``log(1 + elapsed) / log(1 + length)`` of the end (DeepSpeed)."""

held: Final = Shape(
    lambda elapsed, _length: np.ones_like(elapsed), lambda elapsed, _length: np.zeros_like(elapsed)
)
"""The start, all the way."""


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


def between(
    shape: Shape,
    start: Array | float,
    end: Array | float,
    elapsed: Array,
    length: Length,
    *,
    past_end: bool = False,
) -> Array:
    """Go from ``start`` to ``end``; ``elapsed`` runs from 0 to ``length``, or ``past_end``."""
    falls = _falls(start, end)
    low, high = (end, start) if falls is True else (start, end)
    if isinstance(falls, bool):
        share = (shape.of_start if falls else shape.of_end)(elapsed, length)
    else:
        share = np.where(falls, shape.of_start(elapsed, length), shape.of_end(elapsed, length))
        low, high = np.minimum(start, end), np.maximum(start, end)
    value = bounded = np.asarray(share * high)
    if np.ndim(low) or low:
        # Of the lower end a rounded share loses no digits.
        value = value + (1 - share) * low
        bounded = np.maximum(value, low)
    # Rounding never leaves the ramp; only one-cycle's overshoot, past its end, does.
    bounded = np.minimum(bounded, high)
    return np.where(elapsed <= length, bounded, value) if past_end else bounded


def _falls(start: Array | float, end: Array | float) -> Array | bool:
    """Where the start is the higher end; one answer where it is the same everywhere."""
    if isinstance(start, float | int) and isinstance(end, float | int):
        return start >= end
    falls = np.greater_equal(start, end)
    return bool(falls.all()) if falls.all() or not falls.any() else falls


def geometric(start: Array | float, end: Array | float, elapsed: Array, length: Length) -> Array:
    """Go from ``start`` to ``end``, both > 0, by equal factors: ``start · (end/start) ** z``."""
    ratio = np.divide(end, start)
    return np.asarray(start * ratio ** (elapsed / length), dtype=np.float64)


def interpolate(name: str, start: Array | float, end: Array | float, elapsed: Array, length: Length) -> Array:
    """Go from ``start`` to ``end`` by the way called ``name``."""
    if name == "exponential":
        return geometric(start, end, elapsed, length)
    return between(SHAPES[name], start, end, elapsed, length)
