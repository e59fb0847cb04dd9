"""The events that count as updates of an optimizer, and the epoch that each is in."""

import ast
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lrplot.python.state import State
from lrplot.python.syntax import counts_epochs
from lrplot.python.training import Event, Kind, Timeline, Training
from lrplot.python.values import Optimizer

Array = NDArray[np.float64]


class UpdateMarks:
    """Finds the events of a training that are updates of an optimizer."""

    def __init__(self, evaluator: State, training: Training) -> None:
        self._evaluator = evaluator
        self._training = training

    def marks(self, optimizer: Optimizer) -> tuple[Kind, ast.AST | None] | None:
        """The updates of this optimizer: its own steps, calls that train, or a loop's turns."""
        events = list(self._training.events())
        if any(event.kind == "update" and event.optimizer is optimizer for event in events):
            also = next(
                (e for e in events if e.kind == "epoch" and e.surely and e.optimizer is optimizer), None
            )
            if also is not None:
                raise self._evaluator.source.refuse(
                    "the optimizer is stepped in this text and also trains elsewhere: paste that code too",
                    also.node,
                )
            return "update", None
        elsewhere = [event for event in events if event.kind == "epoch" and event.looped]
        if any(event.optimizer is optimizer for event in elsewhere):
            return "epoch", None
        nobodys = next((event for event in elsewhere if event.optimizer is None), None)
        if nobodys is not None:
            # Which of several calls trains is not known; a turn has one of each.
            return "epoch", nobodys.node
        loop: ast.AST | None = None
        stepped: dict[str, ast.AST] = {}
        for event in events:
            if event.kind == "turn":
                loop = event.loop
            elif event.optimizer is optimizer and loop is not None:
                stepped.setdefault(event.kind, loop)
        by_hand = stepped.get("set", stepped.get("scale", stepped.get("map")))
        if "step" in stepped and by_hand is stepped["step"]:
            raise self._evaluator.source.refuse(
                "the rate is written and a scheduler is stepped in this loop, and where between them the "
                "optimizer trains is not in the text; add the call that trains",
                by_hand,
            )
        # A scheduler is stepped behind the training of its turn; a rate is written for it.
        if "step" in stepped:
            return "turn", stepped["step"]
        return None if by_hand is None else ("turned", by_hand)

    def surely(self, optimizer: Optimizer) -> bool:
        """True where a call elsewhere that is given the optimizer trains by its name: no other does then."""
        return any(
            event.kind == "epoch" and event.looped and event.surely and event.optimizer is optimizer
            for event in self._training.events()
        )

    def are_epochs(self, kind: Kind, line: Timeline, updates: NDArray[np.int64]) -> bool:
        """True where each update stands for an epoch."""
        first = line.events[line.which[updates[0]]]
        if kind in {"update", "turn", "turned"}:
            loop = first.loop or self._loop_of(first)
            return counts_epochs(loop) and not self._is_loaders(loop)
        loop = self._loop_of(first)
        return not self._is_loaders(loop)

    def epochs(self, line: Timeline, updates: NDArray[np.int64]) -> Array:
        """The epoch of each update: how often a loop over batches has begun."""
        begun_at = line.where("loader")
        epoch = np.searchsorted(begun_at, updates, side="left").astype(np.float64)
        # Only the loops that hold updates count.
        return np.unique(epoch, return_inverse=True)[1].astype(np.float64)

    def _loop_of(self, wanted: Event) -> ast.AST | None:
        loop: ast.AST | None = None
        for event in self._training.events():
            if event.kind == "turn":
                loop = event.loop
            if event is wanted or event.node is wanted.node:
                return loop
        return loop

    def _is_loaders(self, loop: ast.AST | None) -> bool:
        return any(
            event.kind in {"loader", "repeat"} and event.loop is loop for event in self._training.events()
        )


def concerning(
    optimizer: Optimizer, group: int, kind: Kind, loop: ast.AST | None, *, surely: bool = False
) -> Callable[[Event], bool]:
    """True where an event concerns a parameter group's rate, or marks its updates and epochs.

    ``surely`` says that of the calls elsewhere only those train that are called so.
    """

    def wanted(event: Event) -> bool:
        if event.kind == "loader":
            return True
        if event.kind == kind and kind in {"turn", "turned"}:
            return event.loop is loop
        if event.kind == kind == "epoch" and loop is not None:
            return event.node is loop
        if event.kind == kind == "epoch":
            # It has calls of its own: pbar.update(1), which is nobody's, is none of them.
            return event.optimizer is optimizer and (event.surely or not surely)
        if event.kind == kind:
            return event.optimizer in (optimizer, None)
        changes = event.kind in {"step", "set", "scale", "map", "made", "dampen", "clock"}
        return changes and event.optimizer is optimizer and event.group in (None, group)

    return wanted
