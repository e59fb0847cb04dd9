"""The walk through a script, as the parts see it that read its loops and conditions."""

import ast
from collections.abc import Sequence
from typing import Any, Protocol

from lrplot.errors import NotationError
from lrplot.python.coverage import Coverage
from lrplot.python.parameters import Path
from lrplot.python.source import Source
from lrplot.python.state import State
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import Flow
from lrplot.python.training import Training
from lrplot.python.values import Instance, Scope, Unknown


class Walk(Protocol):
    """A walk through a script; :class:`lrplot.python.script.Script` is the one there is."""

    depth: int
    """Loops around the place that is read."""
    breaks: list[Symbol | None] | None
    """Conditions of the ``break`` statements of the loop that is read, None outside a loop."""
    returned: list[Any]
    """Results of the function that is read."""
    labels: dict[int, str]
    """Variables of schedulers, by identity."""
    open_condition: Unknown | Path | None
    """The open condition that decides the way that is read, None on a way that is certain."""

    open_depth: int
    """How many open conditions stand around the place that is read."""
    open_ways_out: dict[int, Unknown | Path]
    """Open conditions under which a loop or a function would be left, by the identity of their ``if``."""

    by_hand: list[ast.FunctionDef]
    """Functions that write a rate and that nothing calls."""
    fitted: list[tuple[Instance, dict[str, Any]]]
    """Objects of the text that trainers elsewhere are told to fit, and what each was made with."""
    active: list[ast.FunctionDef]
    """Functions that are being read, the outermost first."""
    scope: Scope
    """The names of the text itself."""

    @property
    def evaluator(self) -> State:
        """The evaluator of the text."""

    @property
    def objects(self) -> Any:
        """Optimizers, parameter groups and schedulers."""

    @property
    def training(self) -> Training:
        """The events of the training."""

    @property
    def lengths(self) -> Any:
        """Lengths of loops that the text does not say."""

    @property
    def conditions(self) -> Any:
        """Conditions, and both ways of an open one."""

    @property
    def loops(self) -> Any:
        """Loops, and what their turns do."""

    skipped: list[tuple[ast.If | ast.ExceptHandler, Any]]
    """Where the turn of a loop may be left, and the open condition of it."""

    @property
    def tries(self) -> Any:
        """Exceptions, and what catches them."""

    @property
    def generators(self) -> Any:
        """Generators of the text, and what is done with their members."""

    @property
    def ways_out(self) -> Any:
        """Ways out of loops and functions that may be taken, and may not."""

    @property
    def iterators(self) -> Any:
        """Iterators whose members are counted."""

    @property
    def coverage(self) -> Coverage:
        """The places that were read and passed over."""

    @property
    def source(self) -> Source:
        """The text, which errors point into."""

    @property
    def tree(self) -> ast.Module:
        """The text."""

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> Flow:
        """Read statements; the way they are left by."""

    def touching(self, name: str) -> bool:
        """True where a function of the script, by its name, may touch a rate."""

    def forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """Forget the names that statements which are not run could have changed."""

    def found(self) -> bool:
        """True where a schedule was made, or a rate written."""

    def certainly(self, message: str, node: ast.AST) -> NotationError:
        """An error that no statement around it passes over, as it may change the curve."""

    def result_of(self, function: ast.FunctionDef, *, certain: bool = True) -> Any:
        """The result of a function: unknown where it is not known which of several ways was taken."""
