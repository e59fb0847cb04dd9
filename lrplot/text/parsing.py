"""Python's own parser, for text that somebody wrote and lrplot only reads."""

import ast
import warnings


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
