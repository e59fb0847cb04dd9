"""PyTorch's schedulers where several of them change one rate by turns."""

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

    def construct(self, made: Made, found: float | None = None) -> float | None:
        """The rate once ``made`` is built; a scheduler of schedulers is like any schedule."""
        if made.call not in RULES:
            return None
        if found is not None:
            self._training.group.lr = found
        self._training.construct(made)
        return self._training.group.lr

    def changes(self, made: Made, clock: Array) -> tuple[Array, Array] | None:
        """The factor and the addend of each call of ``step()``."""
        if made.call not in RULES:
            if made.call in {"SequentialLR", "ChainedScheduler"}:
                raise not_beside_others(made)
            return None
        node = self._training.node(made)
        assert isinstance(node, Leaf)  # noqa: S101 (what has a rule is one)
        with np.errstate(all="ignore"):
            return node.update().update(clock)
