"""Words of a command line as parsers convert them: to numbers, texts, truths, or by a function."""

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lrplot.errors import LrplotError
from lrplot.python.binding import NotKnown
from lrplot.python.parameters import Path, Refusal
from lrplot.python.syntax import last_part
from lrplot.python.values import Function, Scope, Unknown
from lrplot.text.parsing import expression_of

if TYPE_CHECKING:
    from lrplot.python.state import State


class Conversion(NamedTuple):
    """The maker of a value from a word, and what it wants, as messages say it."""

    convert: Callable[[str], Any]
    kind: str


_TRUE: Final = frozenset({"yes", "true", "t", "y", "1", "on"})
_FALSE: Final = frozenset({"no", "false", "f", "n", "0", "off"})


def truth(word: str) -> bool:
    """A yes or no, as ``HfArgumentParser`` and ``click`` read one.

    >>> truth("True"), truth("no")
    (True, False)
    """
    if word.lower() in _TRUE | _FALSE:
        return word.lower() in _TRUE
    raise ValueError


def literal(word: str) -> Any:
    """A word as Python's own literal where it is one, else the text itself, as ``fire`` reads it.

    >>> literal("1e-3"), literal("cosine")
    (0.001, 'cosine')
    """
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return word


FLOAT: Final = Conversion(float, "a number")
INT: Final = Conversion(int, "a whole number")
TEXT: Final = Conversion(str, "a text")
TRUTH: Final = Conversion(truth, "true or false")
LITERAL: Final = Conversion(literal, "a value")

_NAMED: Final[Mapping[str, Conversion]] = {
    "float": FLOAT,
    "FLOAT": FLOAT,
    "FloatRange": FLOAT,
    "int": INT,
    "INT": INT,
    "IntRange": INT,
    "str": TEXT,
    "STRING": TEXT,
    "Path": TEXT,
    "FileType": TEXT,
    "BOOL": TRUTH,
    "BOOLEAN": TRUTH,
    "Any": TEXT,
}
"""Types by the last part of how a text spells them."""


def of_default(value: Any) -> Conversion:
    """The conversion that a default's own type asks for.

    >>> of_default(0.1).kind, of_default(3).kind
    ('a number', 'a whole number')
    """
    known = {bool: TRUTH, int: INT, float: FLOAT}
    return known.get(type(value), TEXT)


def of_type(evaluator: "State", node: ast.expr | None, destination: str) -> Conversion:
    """The conversion of ``type=…``: a builtin, or a function of the script, read and not run."""
    if node is None:
        return TEXT
    name = last_part(node.func if isinstance(node, ast.Call) else node)
    if name == "bool":
        return Conversion(lambda word: _any_word(evaluator, destination, word), "a text")
    if name in {"eval", "literal_eval"}:
        return Conversion(lambda word: _evaluated(evaluator, word, destination, node), "an expression")
    # A function of the text may have the name of a type.
    own = _own(evaluator, node)
    if own is None and name in _NAMED:
        return _NAMED[name]
    return Conversion(lambda word: _by_function(evaluator, own, word, destination, node), "what it reads")


def _any_word(evaluator: "State", destination: str, word: str) -> bool:
    if word.lower() in _FALSE:
        evaluator.notes[f"--{destination} {word} is True: type=bool takes any word for True"] = None
    return bool(word)


def _own(evaluator: "State", node: ast.expr) -> Function | None:
    """The function of the script that ``type=…`` names."""
    if isinstance(node, ast.Lambda):
        found = evaluator.value(node, evaluator.home)
        return found if isinstance(found, Function) else None
    if isinstance(node, ast.Name):
        for each in evaluator.source.tree.body:
            if isinstance(each, ast.FunctionDef) and each.name == node.id:
                return Function(each, evaluator.home)
    return None


def _evaluated(evaluator: "State", word: str, destination: str, node: ast.expr) -> Any:
    try:
        value = evaluator.value(expression_of(word), Scope())
    except (SyntaxError, RecursionError, MemoryError, LrplotError, Refusal):
        raise ValueError from None
    return Unknown(f"args.{destination}", node) if isinstance(value, Path) else value


def _by_function(
    evaluator: "State", own: Function | None, word: str, destination: str, node: ast.expr
) -> Any:
    """The value that a function of the script makes of a word; left open where it would have to be run."""
    if own is not None:
        try:
            value = evaluator.apply(own, [word], {}, node)
        except (LrplotError, Refusal, NotKnown):
            value = None
        if value is not None and not isinstance(value, Unknown | Path):
            return value
    return Unknown(f"args.{destination}", node)
