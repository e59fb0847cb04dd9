"""The turns a loop of unsaid length must be followed until all that hangs on its turn has come out."""

import ast
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.python.lanes import NotAlike, evaluated, free_names
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Block, Event

_WINDOW: Final = 1 << 18
"""Turns among which changes are looked for: what begins later is asked for by its length."""
_FEW: Final = 8
"""Most changes that are taken for thresholds; more are taken to go on for ever, as ``it % 100`` does."""
_SEEN: Final = 3
"""Changes without end that are followed: a period and the beginning of the next."""


def reach_of(blocks: Iterable[Block]) -> int:
    """The turn by which each condition and value of loops of unsaid length has changed.

    What goes on changing is followed until it has changed some times.

    Parameters
    ----------
    blocks
        The turns of a training's loops.
    """
    told = {
        (text, event.kind)
        for block in blocks
        if block.stands_in
        for event in block.events
        for text in _texts(event)
    }
    return max((_last_change(text, clock=kind == "step") for text, kind in told), default=0)


def numbers_in(value: Symbol) -> list[float]:
    """The numbers beside the turn in an expression, but for those where a counter began.

    >>> numbers_in(Symbol(ast.parse("200 + t >= 30", mode="eval").body))
    [30]
    """
    begun: set[int] = set()
    for node in ast.walk(value.node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            begun |= {id(node.left), id(node.right)}
    found = (n for n in ast.walk(value.node) if isinstance(n, ast.Constant) and id(n) not in begun)
    return [node.value for node in found if isinstance(node.value, int | float)]


def _texts(event: Event) -> list[str]:
    """A condition is a text of its own; only a scheduler's time is judged as a clock."""
    conditions = event.test.node if isinstance(event.test, Symbol) else None
    found = [] if conditions is None or not _extends(event.test) else [f"({event.test.text}) != 0"]
    return found + ([event.formula.text] if _extends(event.formula) else [])


def _extends(value: Any) -> bool:
    """True where an expression holds for turns that were not followed."""
    return isinstance(value, Symbol) and not value.power and not free_names(value)


def _last_change(text: str, *, clock: bool) -> int:
    with suppress(NotAlike):
        values = evaluated(Symbol(ast.parse(text, mode="eval").body), _WINDOW, {})
        changes = _bends(values) if clock and "!=" not in text else np.flatnonzero(np.diff(values)) + 1
        if len(changes):
            return int(changes[-1] if len(changes) <= _FEW else changes[_SEEN])
    return 0


def _bends(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The turns at which a clock goes faster or slower than before."""
    speed = np.diff(values)
    noise = 1e-9 * max(1.0, float(np.abs(values).max()))
    return np.flatnonzero(np.abs(np.diff(speed)) > noise) + 1
