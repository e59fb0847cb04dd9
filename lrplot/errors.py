"""Every error lrplot raises on purpose. A user sees its text, never a traceback."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lrplot.text.nearest import did_you_mean
from lrplot.text.secrets import masked

_HEAD: Final = 240
"""Characters of a long line's start: what is wrong and where, in three lines of a terminal."""
_TAIL: Final = 160
"""Characters of its end, where the fix stands; a line less than twice as long as both is left whole."""


class LrplotError(Exception):
    """The base: ``except LrplotError`` catches all that a bad input can cause.

    A line of its text that would be longer than a paragraph, since it quotes what somebody wrote, is cut
    in the middle; tokens and passwords in it are masked.
    """

    def __init__(self, message: str) -> None:
        super().__init__("\n".join(map(_cut, masked(message).split("\n"))))


def _cut(line: str) -> str:
    return line if len(line) <= 2 * (_HEAD + _TAIL) else f"{line[:_HEAD]} … {line[-_TAIL:]}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one parameter (``None``: with several together).

    ``start`` and ``width`` point into the parameter's text, where it is one.
    """

    parameter: str | None
    message: str
    start: int | None = None
    width: int = 1


class ParameterError(LrplotError):
    """Something cannot have these parameters; ``problems`` lists everything wrong with them."""

    def __init__(self, type_name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{type_name}: {problem.message}" for problem in problems))
        self.problems = problems


class ScheduleError(ParameterError):
    """A schedule cannot have these parameters."""


class OptimizerError(ParameterError):
    """An optimizer or the quadratic model cannot have these parameters, or be given these numbers."""


class StepError(LrplotError):
    """A schedule has no rate at a step, or was asked for a step that does not exist."""


class DurationError(LrplotError):
    """A duration such as ``5 epochs`` or ``10%`` cannot be read, or has no meaning here."""


class ExpressionError(LrplotError):
    """An expression holds something that is not arithmetic; ``start`` and ``width`` say where."""

    def __init__(self, message: str, text: str, start: int = 0, width: int = 1) -> None:
        super().__init__(message)
        self.text = text
        self.start = start
        self.width = width


class SpecError(LrplotError):
    """A spec file is wrong; the text lists every mistake with file, line and column."""


class NotationError(LrplotError):
    """A framework's call, or a script around it, cannot be read as a schedule.

    ``message`` is the sentence alone; the text adds file, line and column, and the line itself. Lines
    and columns count from 0.
    """

    def __init__(self, message: str, text: str, line: int = 0, column: int = 0, width: int = 1) -> None:
        super().__init__(text)
        self.message = message
        self.line = line
        self.column = column
        self.width = width
        self.certain = False
        """Whether the place it names was judged to matter: no statement around it may pass over it."""
        self.caught = False
        """Whether it may come out once the members of iterators are counted: what is caught hangs on them."""


class NothingError(NotationError):
    """A text that could make a schedule makes none."""

    @classmethod
    def of(cls, error: NotationError) -> "NothingError":
        """The error at the same place."""
        return cls(error.message, str(error), error.line, error.column, error.width)


class OpenNameError(NotationError):
    """A text leaves a name open that decides the curve; ``name`` is what has to be bound."""

    name = ""

    @classmethod
    def of(cls, error: NotationError, name: str) -> "OpenNameError":
        """The error at the same place."""
        made = cls(error.message, str(error), error.line, error.column, error.width)
        made.name = name
        return made


class UnusedBindingError(LrplotError):
    """A ``--let`` names nothing in the text it is for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = list(known)
        hint = ": it says itself what that is" if name in names else did_you_mean(name, names)
        super().__init__(f"--let {name}: the text has no such name left open{hint}")
        self.name = name


class UnusedSettingError(LrplotError):
    """A setting on the command line (``lr``, ``metrics``) changes nothing."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class UsageError(LrplotError):
    """A command line asks for something that cannot be."""


class CommandError(LrplotError):
    """A script's own parser refuses the command line that it is given."""


class OutputError(LrplotError):
    """A result could not be written."""
