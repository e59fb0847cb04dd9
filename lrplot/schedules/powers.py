"""A product of factors as powers, where the factor is the same for long or comes again and again."""

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from lrplot.clock import MOST_STEPS
from lrplot.expression import Expression, divided
from lrplot.schedules.dense import pieces
from lrplot.schedules.expression_pieces import expression_knots
from lrplot.schedules.knots import Knots
from lrplot.schedules.ramps import power
from lrplot.schedules.repeats import scaled_repeats

Array = NDArray[np.float64]

_LONGEST: Final = 4096
"""Steps in the longest period looked for."""
_MOST: Final = 4096
"""Stretches of one factor, of which the product is kept for each."""


class Powers(Protocol):
    """The product of the factors at steps 1 … t."""

    def product(self, t: Array) -> Array:
        """The products at whole steps."""

    def fill(self, out: Array, first: int, start: float) -> None:
        """Write the products times ``start`` at steps ``first``, ``first + 1``, …."""

    def knots(self, until: int) -> Knots:
        """The first steps of the stretches in which each step multiplies by the same."""


def powers(text: str, steps_per_epoch: int) -> Powers | None:
    """The products of a factor; None where only multiplying step by step tells them.

    >>> halved = powers("0.5 if t % 10 == 0 else 1", 1)
    >>> halved.product(np.array([9.0, 10.0, 35.0])).tolist()
    [1.0, 0.5, 0.125]
    >>> powers("1 - 1 / (t + 2)", 1) is None
    True
    """
    factor = Expression(text)
    period = _period(ast.parse(text.strip(), mode="eval").body, counts=steps_per_epoch == 1)
    if period is not None:
        found: Powers | None = _Repeating.of(factor(np.arange(1.0, period + 1)))
    else:
        found = _stretches(factor, text, steps_per_epoch)
    return found


def _are_factors(values: Array) -> bool:
    """What has no such factor at some step is told by who multiplies step by step."""
    return bool(((values >= 0) & np.isfinite(values)).all())


@dataclass(frozen=True, slots=True)
class _Repeating:
    """Factors that come again: a power of all of them, and the product of those since."""

    whole: float
    inside: Array
    changes: tuple[int, ...]
    """Steps of the first period at which a stretch begins."""

    @classmethod
    def of(cls, factors: Array) -> "_Repeating | None":
        """Of the factors at steps 1 … period."""
        if not _are_factors(factors):
            return None
        with np.errstate(over="ignore", under="ignore"):
            products = np.multiply.accumulate(factors)
        if factors.min() > 0 and not np.finfo(float).tiny < products.min() <= products.max() < np.inf:
            return None
        inside = np.append(1.0, products[:-1])
        return cls(float(products[-1]), inside, tuple(_changes(np.append(factors, factors).tolist())))

    def product(self, t: Array) -> Array:
        if len(self.inside) == 1:
            return np.asarray(self.whole**t)
        times, since = divided(t, len(self.inside))
        return np.asarray(self.whole**times * self.inside[since.astype(np.int64)])

    def fill(self, out: Array, first: int, start: float) -> None:
        if len(self.inside) == 1:
            power(out, first, start, partial(np.power, self.whole))
            return
        shape = start * self.inside
        scaled_repeats(
            out,
            first,
            len(self.inside),
            lambda x: shape[x.astype(np.int64)],
            partial(np.power, self.whole),
        )

    def knots(self, until: int) -> Knots:
        period = len(self.inside)
        ranges = (range(step, until, period) for step in self.changes)
        return Knots(every=tuple(each for each in ranges if each))


def _changes(factors: list[float]) -> Iterator[int]:
    """Steps 1 … period at which a stretch begins, of the factors of two periods.

    The stretch multiplies by its own factor from the step after on.
    """
    period = len(factors) // 2
    current = factors[0]
    # Once to find the factor that a period ends with, as the next begins with it.
    for told in (False, True):
        for step in range(1, period + 1):
            if factors[step - 1] != current:
                current = factors[step]
                if told:
                    yield step


@dataclass(frozen=True, slots=True)
class _Stretched:
    """Stretches with a factor each: what they begin with, times a power."""

    starts: Array
    """Each begins with the product at this step."""
    factors: Array
    begins: Array

    def product(self, t: Array) -> Array:
        if len(self.starts) == 1:
            return np.asarray(self.begins[0] * self.factors[0] ** t)
        at = np.searchsorted(self.starts, t, side="right") - 1
        return np.asarray(self.begins[at] * self.factors[at] ** (t - self.starts[at]))

    def fill(self, out: Array, first: int, start: float) -> None:
        steps = [0, *(int(step) for step in self.starts[1:])]
        for i, piece, step in pieces(out, first, steps):
            factor = float(self.factors[i])
            begin = start * float(self.begins[i])
            power(piece, step - steps[i], begin, partial(np.power, factor))

    def knots(self, until: int) -> Knots:
        # The first step multiplied by another factor: a drop is drawn there, not on the way to it.
        return Knots.at((self.starts + 1)[1:].tolist(), until)


def _stretches(factor: Expression, text: str, steps_per_epoch: int) -> _Stretched | None:
    found = expression_knots(text, steps_per_epoch, MOST_STEPS)
    if found.unknown or found.every or len(found.few) > _MOST:
        return None
    firsts = np.array([0.0, *(each for each in found.few if each > 1)])
    lasts = np.append(firsts[1:] - 1, float(MOST_STEPS))
    # The factor of step 0 is of no step, where none multiplies by it.
    factors, at_last = factor(np.maximum(firsts, 1.0), steps_per_epoch), factor(lasts, steps_per_epoch)
    if not (factors == at_last).all() or not _are_factors(factors):
        return None
    # A stretch's first step is multiplied by its factor, so its product begins one step before.
    starts = np.maximum(firsts - 1, 0.0)
    begins = np.ones(len(starts))
    with np.errstate(over="ignore", under="ignore"):
        for i in range(1, len(starts)):
            begins[i] = begins[i - 1] * factors[i - 1] ** (starts[i] - starts[i - 1])
    return _Stretched(starts, factors, begins)


def _period(node: ast.expr, *, counts: bool) -> int | None:
    """After how many steps an expression is the same again; None where it is not, or after too many."""
    if isinstance(node, ast.Constant):
        return 1
    if isinstance(node, ast.Name | ast.Attribute):
        return 1 if (node.id if isinstance(node, ast.Name) else node.attr) == "pi" else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        own = _cycle(node, counts=counts)
        if own is not None:
            return own if own <= _LONGEST else None
    inner = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    if isinstance(node, ast.Call):
        inner = list(node.args)
    periods = [_period(each, counts=counts) for each in inner]
    known = [each for each in periods if each is not None]
    if len(known) < len(periods):
        return None
    joined = math.lcm(*known)
    return joined if joined <= _LONGEST else None


def _cycle(node: ast.BinOp, *, counts: bool) -> int | None:
    """The period of ``t % m``, ``(t + a) % m`` or ``(t // k) % m``."""
    modulus, left, times = _whole(node.right), node.left, 1
    if modulus is None:
        return None
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.FloorDiv):
        each = _whole(left.right)
        if each is None:
            return None
        left, times = left.left, each
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub) and _whole(left.right):
        left = left.left
    steps = {"t", "step"} | ({"epoch"} if counts else set())
    return modulus * times if isinstance(left, ast.Name) and left.id in steps else None


def _whole(node: ast.expr) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    whole = isinstance(value, int | float) and float(value).is_integer() and value > 0
    return int(value) if whole and isinstance(value, int | float) else None
