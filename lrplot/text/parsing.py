"""Python's own parser, for text that somebody wrote and lrplot only reads."""

import ast
import re
import warnings
from typing import Final

_ASSIGNS: Final = re.compile(r"(?<![=<>!:])=(?!=)")
"""A sign that may bind a value: none that compares."""


def module_of(text: str) -> ast.Module:
    r"""The tree of a text, without Python's remarks on its manner.

    From 3.12 on Python warns of a ``"\d"`` whenever it compiles it; whoever asks for a script's curve did not
    ask for that, and a notebook would show it under ``<unknown>``.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        As :func:`ast.parse` does.

    Examples
    --------
    >>> ast.unparse(module_of(r"digits = '\d+'"))
    "digits = '\\\\d+'"
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def expression_of(text: str) -> ast.expr:
    """The tree of one expression, as :func:`module_of` reads a module.

    >>> ast.unparse(expression_of("0if t else 1"))
    '0 if t else 1'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body


def name_and_value(text: str) -> tuple[str, str | None]:
    """NAME and VALUE of ``NAME=VALUE``; the name is any expression, and may compare or call by keyword.

    The value is None where nothing is bound.

    >>> name_and_value("len(seen) % 3 == 0=True"), name_and_value("rate(t=1)=0.5"), name_and_value("n == 0")
    (('len(seen) % 3 == 0', 'True'), ('rate(t=1)', '0.5'), ('n == 0', None))
    """
    places = [match.start() for match in _ASSIGNS.finditer(text)]
    for at in places:
        try:
            expression_of(text[:at].strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return text[:at].strip(), text[at + 1 :]
    # What no expression stands before is told by who wants one.
    return (text[: places[0]].strip(), text[places[0] + 1 :]) if places else (text.strip(), None)
