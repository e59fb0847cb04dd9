"""Ways out of a loop or a function under a condition that is not known; drawn is the run that takes none."""

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lrplot.python.comparing import alike, openable
from lrplot.python.lanes import NotAlike
from lrplot.python.parameters import Path
from lrplot.python.syntax import Flow
from lrplot.python.training import Event
from lrplot.python.values import Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_CHANGES: Final = frozenset({"step", "set", "scale", "map", "dampen", "clock"})
_UPDATES: Final = frozenset({"update", "epoch"})


@dataclass(slots=True, eq=False)
class _Return:
    """A ``return`` of which it is not known whether it is taken."""

    statement: ast.If
    test: Unknown | Path
    before: list[Event]
    """What happens on the way that returns."""
    behind: list[Event] = field(default_factory=list)
    """What happens in the function where it does not return."""
    looping: bool = False


class WaysOut:
    """Judges the ways out of the loops and functions of one script that may be taken, and may not."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._loops: list[bool] = []
        """The loops being read inside each other, and whether each may touch a rate."""
        self._outside = 0
        """How many of them stand around the function that is read."""
        self._returns: list[_Return] = []

    @contextmanager
    def of_loop(self) -> Iterator[None]:
        """While a loop is read."""
        self._loops.append(True)
        try:
            yield
        finally:
            self._loops.pop()

    def touches_nothing(self) -> None:
        """The innermost loop touches no rate: nobody asks when it is left."""
        self._loops[-1] = False

    @contextmanager
    def of_function(self) -> Iterator[None]:
        """While a function is read; at its end what its ways out may leave out is judged."""
        outside, mark = self._outside, len(self._returns)
        self._outside = len(self._loops)
        try:
            yield
            for each in self._returns[mark:]:
                self._judge(each)
        finally:
            self._outside = outside
            del self._returns[mark:]

    def may_leave(
        self, statement: ast.stmt | None, test: Unknown | Path | None, flow: Flow, happened: list[Event]
    ) -> None:
        """A way that leaves its loop or its function, beside one that goes on."""
        if not isinstance(statement, ast.If) or test is None:
            return
        inside = self._loops[self._outside :] if flow == "return" else self._loops[-1:]
        if any(inside):
            note = f"line {statement.lineno} may end its loop early; drawn as if it never did"
            self._script.evaluator.notes[note] = None
        elif flow == "return" and self._script.active:
            looping = bool(self._script.objects.looping)
            self._returns.append(_Return(statement, test, _telling(happened), looping=looping))

    def mark(self) -> int:
        """How many ``return`` statements may have been taken so far."""
        return len(self._returns)

    def behind(self, mark: int, rest: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read what stands behind those since a mark, which they may leave out."""
        own, then = self._returns[mark:], self._script.training.mark()
        flow = self._script.block(rest, scope)
        for each in own:
            each.behind += _telling(self._script.training.since(then))
        return flow

    def _judge(self, left: _Return) -> None:
        """Refuse what changes the rate on one way alone; an update that may be left out is told."""
        if alike(left.before, left.behind):
            return
        kinds = {event.kind for event in left.behind}
        updates, changes = bool(kinds & _UPDATES), bool(kinds & _CHANGES)
        script = self._script
        if isinstance(left.test, Unknown) and left.test.changed and script.evaluator.lanes is not None:
            raise NotAlike
        if left.before or (changes and not updates and left.looping):
            touched = [*left.before, *left.behind][0]
            error = script.evaluator.not_known(
                openable(left.test, left.statement.test),
                f"and what happens to the rate (line {getattr(touched.node, 'lineno', '?')}) depends on it",
            )
            error.certain = True
            raise error
        if updates:
            what = "skip an update" if left.looping else "leave out the training"
            note = f"line {left.statement.lineno} may {what}; drawn as if it never did"
            script.evaluator.notes[note] = None


def _telling(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind in _CHANGES | _UPDATES]
