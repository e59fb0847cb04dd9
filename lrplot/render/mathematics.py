"""Texts with mathematics between dollars, as matplotlib's mathtext sets them; other dollars stay."""

import logging
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from unicodedata import east_asian_width

from lrplot.errors import LrplotError
from lrplot.render.fonts import CJK
from lrplot.text.caret import brief

# Pandoc's rule: nothing but the formula touches the dollars, and no digit follows, so "$5 and $6" are prices.
_FORMULA: Final = re.compile(r"(?<!\\)\$(?=[^\s$])([^$]*[^\s$\\])\$(?![0-9])")
_COMMAND: Final = re.compile(r"\\[A-Za-z]+|[{}^_$]")


def is_mathematical(text: str) -> bool:
    r"""True where a text has a formula.

    >>> is_mathematical(r"$\eta_t$"), is_mathematical("$5 and $6"), is_mathematical("a $ alone")
    (True, False, False)
    """
    return _FORMULA.search(text) is not None


def put(artist: Any, text: str) -> None:
    """Make an artist show a text, its formulas set, and all its other dollars as they stand."""
    formulas = is_mathematical(text)
    artist.set_parse_math(formulas)
    artist.set_text(_escaped(text) if formulas else text)
    if formulas and any(east_asian_width(sign) in "WF" for sign in text):
        # mathtext sets the words beside a formula in the first font alone, and does not look into the others.
        artist.set_fontfamily(sorted(artist.get_fontfamily(), key=lambda family: family not in CJK))
        # The dot between labels is in few of those.
        artist.set_text(artist.get_text().replace(" · ", r" $\cdot$ "))


def _escaped(text: str) -> str:
    """The text with a backslash before the dollars that open and close no formula."""
    parts, end = [], 0
    for formula in _FORMULA.finditer(text):
        parts += [text[end : formula.start()].replace("$", r"\$"), formula[0]]
        end = formula.end()
    return "".join([*parts, text[end:].replace("$", r"\$")])


def check(texts: Iterable[tuple[str, str]]) -> None:
    """Refuse formulas that cannot be set.

    Raises
    ------
    LrplotError
        Naming the text (the first of each pair), and what in it is not understood.
    """
    for place, text in texts:
        for formula in _FORMULA.finditer(text):
            wrong = _wrong(formula[0])
            if wrong:
                shown = brief(formula[0], 60)
                raise LrplotError(
                    f"{place}: {shown} is no mathematics that matplotlib can set: {wrong}; "
                    "write a text without dollars, or $\\eta_t$"
                )


@cache
def _wrong(formula: str) -> str:
    """What is not understood in a formula, empty where all is."""
    from matplotlib.mathtext import MathTextParser

    told = _Told()
    log = logging.getLogger("matplotlib.mathtext")
    level = log.level
    log.addHandler(told)
    log.setLevel(logging.WARNING)
    propagate, log.propagate = log.propagate, False
    try:
        MathTextParser("path").parse(formula)
    except ValueError as error:
        at = re.search(r"\(at char (\d+)\)", str(error))
        place = int(at[1]) if at else 0
        return f"'{brief(formula[place:].removesuffix('$') or formula, 24)}' is not understood"
    finally:
        log.removeHandler(told)
        log.setLevel(level)
        log.propagate = propagate
    return f"no font for mathematics has '{told.lacking}'" if told.lacking else ""


class _Told(logging.Handler):
    """Keeps the characters that matplotlib says it draws as a box."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lacking = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the character."""
        found = re.search(r"\[U\+([0-9A-Fa-f]+)\]", record.getMessage())
        if found:
            self.lacking += chr(int(found[1], 16))


def ems(text: str) -> float:
    r"""About how wide a text is, in ems.

    >>> round(ems("abc"), 2), round(ems(r"$\eta_t$"), 2), round(ems("余弦"), 2)
    (1.98, 1.32, 2.1)
    """
    plain = _COMMAND.sub(lambda m: "x" if len(m[0]) > 1 else "", text) if is_mathematical(text) else text
    return sum(1.05 if east_asian_width(c) in "WF" else 0.66 for c in plain)
