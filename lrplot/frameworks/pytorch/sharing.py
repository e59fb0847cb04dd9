"""PyTorch's schedulers where several of them change one rate by turns."""

from dataclasses import replace

import numpy as np

from lrplot.frameworks.pytorch.leaf import Leaf
from lrplot.frameworks.pytorch.recurrence import Training
from lrplot.frameworks.pytorch.rules import RULES
from lrplot.python.framework import Array
from lrplot.python.sharing import not_beside_others
from lrplot.python.values import Made


class TorchSharing:
    """The schedulers that PyTorch builds on one optimizer, in the order of the text."""

    def __init__(self) -> None:
        self._training = Training()
        self._instead: dict[int, Made] = {}
        """What stands for a scheduler that is built where another rate is, by its identity."""

    def construct(self, made: Made, found: float | None = None) -> float | None:
        """The rate once ``made`` is built; a scheduler of schedulers is like any schedule."""
        if made.call not in RULES:
            return None
        if found is not None:
            self._training.group.lr = found
            self._instead[id(made)] = self._begun(made, found)
        self._training.construct(self._instead.get(id(made), made))
        return self._training.group.lr

    def _begun(self, made: Made, found: float) -> Made:
        """A scheduler with the base rate that PyTorch gives it: the group's initial, else what it finds."""
        base = self._training.group.values.get("initial_lr", found)
        if made.base is None or made.base == base or made.again is None:
            return made
        return replace(made, schedule=made.again(base), base=base)

    def knows(self, made: Made) -> bool:
        """True for its plain schedulers: one inside another goes on by the other's count."""
        return made.call in RULES

    def changes(self, made: Made, clock: Array) -> tuple[Array, Array] | None:
        """The factor and the addend of each call of ``step()``."""
        if made.call not in RULES:
            if made.call in {"SequentialLR", "ChainedScheduler"}:
                raise not_beside_others(made)
            return None
        node = self._training.node(self._instead.get(id(made), made))
        assert isinstance(node, Leaf)  # noqa: S101 (what has a rule is one)
        with np.errstate(all="ignore"):
            return node.update().update(clock)
