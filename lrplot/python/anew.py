"""Loops each turn of which is a training of its own, from a new optimizer on: runs, folds, seeds."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.functions import bind
from lrplot.python.lanes import NotAlike
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Refusal
from lrplot.python.syntax import Flow, last_part
from lrplot.python.values import Optimizer, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_COMPARED: Final = 3
"""Turns of many that are followed and compared: what a turn carries on shows in the second, a mean of two in
the third."""


@dataclass(slots=True)
class Anew:
    """The optimizers that the turns of a loop made, turn by turn, and whether all turns were followed."""

    statement: ast.AST
    turns: list[list[Optimizer]] = field(default_factory=list)
    complete: bool = True


class TrainsAnew:
    """Follows the turns of loops that train anew, the first of many for all."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self.found: dict[int, Anew] = {}
        self._making: frozenset[str] | None = None
        self._may: dict[int, bool] = {}
        self._kept: list[Any] = []
        """What was taken back, kept so that no later object takes over an identity."""

    def note(self, statement: ast.AST, before: int, mark: tuple[int, int]) -> None:
        """Take note of the optimizers that a turn has made, behind the first ``before``, and trained."""
        made = self._script.evaluator.optimizers[before:]
        if made and any(
            event.kind in {"update", "epoch"} and any(event.optimizer is each for each in made)
            for event in self._script.training.since(mark)
        ):
            self.found.setdefault(id(statement), Anew(statement)).turns.append(list(made))

    def is_one(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> bool:
        """True where a turn trains what it has made itself and nothing else: one is read, and taken back."""
        script, evaluator = self._script, self._script.evaluator
        if evaluator.lanes is not None or not self._may_make(statement):
            return False
        lists: list[list[Any]] = [
            evaluator.made, evaluator.optimizers, evaluator.instances, evaluator.unread, evaluator.closures,
            script.returned,
        ]  # fmt: skip
        lengths = [len(each) for each in lists]
        notes, outer = dict(evaluator.notes), len(evaluator.optimizers)
        with evaluator.journaled():
            mark, then = len(evaluator.journal), script.training.mark()
            try:
                self._turn(statement, scope)
                own = {id(each) for each in evaluator.optimizers[outer:]}
                happened = [e for e in script.training.since(then) if e.optimizer is not None]
                trains = any(event.kind in {"update", "epoch"} for event in happened)
                return trains and all(id(event.optimizer) in own for event in happened)
            except (NotationError, NotAlike, Refusal):
                return False
            finally:
                evaluator.rewind(mark)
                script.training.undo(then)
                evaluator.notes.clear()
                evaluator.notes.update(notes)
                for each, length in zip(lists, lengths, strict=True):
                    self._kept += each[length:]
                    del each[length:]

    def follow(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        """Follow some turns, whichever they are: they stand for all where all have one curve."""
        for _ in range(_COMPARED):
            before, mark = len(self._script.evaluator.optimizers), self._script.training.mark()
            flow = self._turn(statement, scope)
            self.note(statement, before, mark)
            if flow == "return":
                return flow
            if flow == "break":
                break
        self.found[id(statement)].complete = False
        return self._script.block(statement.orelse, scope) if flow != "break" else None

    def _turn(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        """A turn of which it is not said which it is."""
        for name in _names(statement.target):
            bind(self._script.evaluator, name, Unknown(name.id, name), scope)
        return self._script.block(statement.body, scope)

    def _may_make(self, statement: ast.AST) -> bool:
        """True where an optimizer may be made in it, by itself or by a function that it calls."""
        if self._making is None:
            self._making = _making(self._script.tree, self._script.evaluator.registry.optimizers)
        if id(statement) not in self._may:
            self._may[id(statement)] = any(
                isinstance(node, ast.Call) and last_part(node.func) in self._making
                for node in ast.walk(statement)
            )
        return self._may[id(statement)]


def _making(tree: ast.AST, optimizers: Collection[str]) -> frozenset[str]:
    """The names of the optimizers, and of the functions and classes of a text in which one is made."""
    bodies = [node for node in nodes_of(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    called = {
        id(body): {last_part(node.func) for node in ast.walk(body) if isinstance(node, ast.Call)}
        for body in bodies
    }
    found = set(optimizers)
    grown = True
    while grown:
        more = {body.name for body in bodies if called[id(body)] & found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def _names(target: ast.expr) -> Iterator[ast.Name]:
    return (node for node in ast.walk(target) if isinstance(node, ast.Name))
