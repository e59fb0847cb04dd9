"""Kinds of parameters of a framework's functions, and what such a function gives back or refuses.

They stand apart from the interpreter, so that a function can be called without it.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule


class Refusal(LrplotError):  # noqa: N818 (what a framework does, not what goes wrong here)
    """The words of a framework that does not take its arguments; ``parameter`` is the one to blame."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True, eq=False)
class Noted:
    """A schedule with what the reader of its curve should know, and more of what :class:`Made` holds."""

    schedule: Schedule
    notes: tuple[str, ...] = ()
    told: Callable[[], Schedule] | None = None
    horizon: int | None = None
    beside: Any = None
    """What the call gives beside the scheduler: the second of a pair."""
    needs: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The optimizer as a framework's scheduler sees it: its base rate, which is looked for when asked."""

    find: Callable[[], float]

    @property
    def lr(self) -> float:
        """The base rate."""
        return self.find()


class Unused:
    """The optimizer of a scheduler that does not look at its rate."""


class Ignored:
    """An argument that changes no rate, such as the ``verbose`` of PyTorch before 2.7; anything fits it."""


class Span(list[float]):
    """Numbers that belong together, as a start and a stop do: a list that has none for each group."""


Whole: TypeAlias = Annotated[int, float]
"""A whole number that may be written as 7, as 7.0 or as 1e3."""


Choice: TypeAlias = Annotated[Any, str]
"""Text of which a framework knows a few, and says itself what it does not know."""


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted name that is bound to nothing here: a module, or something in one.

    ``imported`` says that an import of the text binds its first part, so that the whole name is known.
    """

    name: str
    node: ast.AST
    imported: bool = False
    star: bool = False
    """True where ``import *`` may bind it."""
