"""The rate at the moment when a condition asks for it: that of the training as far as it was followed."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.python.binding import NotKnown
from lrplot.python.lanes import free_names
from lrplot.python.parameter_groups import RATE, rate_name
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.values import Optimizer

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_READ: Final = 200_000
"""Most events that are gone through for all of them together; each may stand for many turns."""
_FOLLOWED: Final = 50_000_000
"""Most turns of theirs."""
_NEAR: Final = 1e-9
"""Rates that differ by so little may be one and the same in a training, whose last digits are its own."""


def asks_a_rate(value: Any) -> bool:
    """True where a value hangs on the rate that an optimizer has at this moment."""
    return any(name.startswith(RATE) for name in free_names(value))


class RatesSoFar:
    """Answers conditions on a rate while the events of one script are followed one by one."""

    def __init__(self, script: "Walk", next_rate: Callable[[Optimizer], float | None]) -> None:
        self._script = script
        self._next_rate = next_rate
        self.answered = 0
        """How many conditions were answered so far."""
        self._found: dict[str, float | None] = {}
        self._left = [_READ, _FOLLOWED]

    def truth(self, test: Symbol) -> bool | None:
        """Whether a condition on rates holds now, None where that cannot be told.

        The digits in which lrplot and a training may differ must not decide it.
        """
        names = free_names(test)
        if test.power or not names or not all(name.startswith(RATE) for name in names):
            return None
        if any(isinstance(node, ast.Name) and node.id == "t" for node in ast.walk(test.node)):
            return None
        rates = {name: self._rate(name) for name in names}
        if any(rate is None for rate in rates.values()):
            return None
        near = np.array([1 - _NEAR, 1, 1 + _NEAR])
        try:
            answers = Expression(test.text, tuple(names))(
                np.zeros(3), variables={name: near * rate for name, rate in rates.items() if rate is not None}
            )
        except LrplotError:
            return None
        held = np.broadcast_to(np.asarray(answers) != 0, (3,))
        if held.any() and not held.all():
            return None
        self.answered += 1
        return bool(held[0])

    def _rate(self, name: str) -> float | None:
        if name not in self._found:
            if min(self._left) < 0:
                return None
            self._found[name] = self._followed(name)
        return self._found[name]

    def _followed(self, name: str) -> float | None:
        """The rate that a name of :func:`rate_name` stands for, where nothing has changed it since."""
        groups = self._script.objects.groups
        for optimizer in groups.owners.values():
            for index in range(len(groups.of(optimizer))):
                if rate_name(optimizer, index, groups.changes(optimizer)) == name:
                    blocks = self._script.training.blocks
                    self._left[0] -= sum(len(block.events) for block in blocks)
                    self._left[1] -= sum(len(block.events) * block.turns for block in blocks)
                    return self._at_the_next_update(optimizer, index)
        return None

    def _at_the_next_update(self, optimizer: Optimizer, index: int) -> float | None:
        evaluator = self._script.evaluator
        outer = evaluator.group, evaluator.base, evaluator.asked_base_rate
        evaluator.group = index
        try:
            return self._next_rate(optimizer)
        except (LrplotError, NotKnown, Refusal):
            return None
        finally:
            evaluator.group, evaluator.base, evaluator.asked_base_rate = outer
