"""The places of a text that were read, those passed over, and those that are never reached."""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from lrplot.python.nodes import nodes_of
from lrplot.python.state import State
from lrplot.python.syntax import is_hook, last_part, outside_lambdas

_OF_METHODS: Final = frozenset(
    {"property", "cached_property", "staticmethod", "classmethod", "abstractmethod", "setter", "no_grad",
     "override", "overload"}
)  # fmt: skip
"""Decorators that keep no function anywhere."""


class Coverage:
    """The statements of one text that were read or passed over, and the functions walked through."""

    def __init__(self, evaluator: State) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.source.tree
        self.walked: list[ast.FunctionDef] = []
        """Functions that the text calls, in the order in which they were read."""
        self._read: set[int] = set()
        self._run: set[int] = set()
        self._passed: set[int] = set()

    def note(self, statement: ast.stmt) -> None:
        """Take note of a statement that is read."""
        self._read.add(id(statement))
        self._run.add(id(statement))
        self._passed.discard(id(statement))

    def followed_past(self, statement: ast.stmt) -> bool:
        """True where a statement was reached, or never is: its condition fails, or nothing calls it."""
        if id(statement) in self._read:
            return True
        around = [
            node
            for node in nodes_of(self._tree)
            if isinstance(node, ast.FunctionDef) and any(inner is statement for inner in ast.walk(node))
        ]
        if not around:
            return False
        named = {node.id for node in nodes_of(self._tree) if isinstance(node, ast.Name)}
        named |= {node.attr for node in nodes_of(self._tree) if isinstance(node, ast.Attribute)}
        return all(each.name not in named and not is_hook(each.name) for each in around)

    def passed(self, node: ast.AST) -> bool:
        """True where a place stands where the text is known not to come."""
        statement, _ = self._around(node)
        return id(statement) in self._passed

    def may_run(self, node: ast.AST) -> bool:
        """True where a place that was not followed may be run all the same, as a hook's function is."""
        statement, functions = self._around(node)
        if id(statement) in self._passed:
            return False
        if id(statement) in self._read:
            return True
        if not functions or functions[-1] in self.walked:
            return False
        if self._evaluator.decorators.instead_of(functions[-1]) in self.walked:
            return False
        named = self._named()
        return all(each.name in named or is_hook(each.name) or _is_handed(each) for each in functions)

    def _around(self, node: ast.AST) -> tuple[ast.AST, list[ast.FunctionDef]]:
        """The statement in which a place stands, and the functions around it, the outermost first."""
        parent = {id(child): outer for outer in nodes_of(self._tree) for child in ast.iter_child_nodes(outer)}
        functions: list[ast.FunctionDef] = []
        statement: ast.AST | None = None
        at: ast.AST | None = node
        while at is not None:
            if statement is None and isinstance(at, ast.stmt):
                statement = at
            if isinstance(at, ast.FunctionDef):
                functions.insert(0, at)
            at = parent.get(id(at))
        return statement or node, functions

    def _named(self) -> set[str]:
        """The functions that the text names where it may come."""
        nodes = [node for node in nodes_of(self._tree) if not isinstance(node, ast.stmt)]
        passed = {
            id(inner)
            for statement in nodes_of(self._tree)
            if id(statement) in self._passed
            for inner in ast.walk(statement)
        }
        kept = [node for node in nodes if id(node) not in passed]
        names = {node.id for node in kept if isinstance(node, ast.Name)}
        return names | {node.attr for node in kept if isinstance(node, ast.Attribute)}

    def pass_by(self, statements: Sequence[ast.stmt]) -> None:
        """Take note of statements whose condition is known not to hold, in this turn of a loop at least."""
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.stmt):
                    self._read.add(id(node))
                    if id(node) not in self._run:
                        self._passed.add(id(node))

    def pass_unread(self, statements: Sequence[ast.stmt]) -> None:
        """Take note of statements that are known not to be reached this time, where none was read before."""
        self.pass_by([each for each in statements if id(each) not in self._read])

    def reached(self, node: ast.AST) -> bool:
        """True where a place of the text stands in a statement that was read."""
        return id(node) in self._inside_read()

    def _inside_read(self) -> set[int]:
        return {id(inner) for statement in self._plain_read() for inner in outside_lambdas(statement)}

    def _plain_read(self) -> Iterator[ast.stmt]:
        """The statements that were read and hold no others."""
        read = self._read - self._passed
        kinds = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return | ast.Delete
        for statement in nodes_of(self._tree):
            if isinstance(statement, kinds) and id(statement) in read:
                yield statement

    def not_called(self) -> ast.Call | None:
        """The first call that may touch a rate and was never evaluated, in what was read.

        It stands in a comprehension over a loader, in an expression one of whose ways is open.
        """
        for statement in self._plain_read():
            for node in outside_lambdas(statement):
                if (
                    isinstance(node, ast.Call)
                    and id(node) not in self._evaluator.settled
                    and last_part(node.func) in self._evaluator.touching
                    and ast.unparse(node) not in self._evaluator.bindings
                ):
                    return node
        return None


def _is_handed(function: ast.FunctionDef) -> bool:
    """True where a decorator is given a function, and may keep it to call it: ``@engine.on("epoch")``."""
    called = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return any(last_part(each) not in _OF_METHODS for each in called)
