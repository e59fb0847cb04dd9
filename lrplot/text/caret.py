"""Pointing at a place in a text: the line, and a caret under what is meant."""

from lrplot.text.plain import printable

_SHOWN = 100
"""Characters of a long line that are shown."""
_BEFORE = 60
"""Characters of it before the caret."""
_QUOTED = 60
"""Characters of a text in a sentence."""
_KEPT = "\t"
"""Tabs stay: the caret's line begins with the same ones."""


def brief(text: str, most: int = _QUOTED) -> str:
    r"""A text as a sentence quotes it: its first line, and no more than ``most`` characters of that.

    >>> brief("cosine"), brief("one\ntwo"), brief("x" * 1000, 8)
    ('cosine', 'one…', 'xxxxxxx…')
    """
    first, newline, _ = text.lstrip("\r\n").partition("\n")
    cut = len(first) > most
    return f"{first[: most - 1] if cut else first.rstrip()}…" if cut or newline.strip(" ") else first


def with_caret(line: str, column: int, width: int = 1) -> str:
    """A source line and a caret under ``width`` characters from ``column``, as wide as they look.

    >>> print(with_caret("eta_mim: 1e-5", 0, 7))
    eta_mim: 1e-5
    ^^^^^^^
    """
    start = max(0, column - _BEFORE) if len(line) > _SHOWN else 0
    shown = line[start : start + _SHOWN]
    wide = max(1, min(width, len(shown) - (column - start)))
    indent = "".join("\t" if c == "\t" else " " * _columns(c) for c in shown[: column - start])
    caret = "^" * sum(map(_columns, shown[column - start :][:wide]))
    return f"{printable(shown, _KEPT)}\n{indent}{caret or '^'}"


def _columns(character: str) -> int:
    from rich.cells import cell_len

    return cell_len(character) if character.isprintable() else 1
