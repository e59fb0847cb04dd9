"""A class' docstring taken apart: what a schedule is, its equations, and what is said about it."""

import inspect
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_LABELS: Final = {"Knots": "knots", "Not to be confused with": "confused", "Source": "source"}
_LABEL: Final = re.compile(rf"({'|'.join(_LABELS)}): *(.*)")


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a docstring.

    Parameters
    ----------
    summary
        Its first sentence.
    formula
        The lines of its equations, for a reader of the code; pages print them from the class.
    text
        The paragraphs that explain the formula; one that begins with ``- `` is an item of a list.
    knots, confused, source
        What stands behind these words: where the curve breaks, what it is not, where it comes from.
    """

    summary: str
    formula: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    knots: str = ""
    confused: str = ""
    source: str = ""


@cache
def page_of(model: type) -> Page:
    """The page a class' docstring is.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> page = page_of(Step)
    >>> page.formula, page.source
    (('lr(t) = lr · gamma ** floor(t / step_size)',), 'PyTorch StepLR')
    """
    lines = inspect.cleandoc(model.__doc__ or "").splitlines()
    end = next((i for i, line in enumerate(lines) if _is_over(line)), len(lines))
    summary, *rest = lines[:end] or [""]
    formula = tuple(line[4:].rstrip() for line in rest if line.startswith("    "))
    text: list[str] = []
    named: dict[str, str] = {}
    into = ""
    for line in (line for line in rest if not line.startswith("    ")):
        label = _LABEL.match(line)
        if label is not None:
            into = _LABELS[label[1]]
            named[into] = label[2]
        elif not line.strip():
            into = ""
            text.append("")
        elif into:
            named[into] += f" {line.strip()}"
        elif line.startswith("- ") or not text or not text[-1]:
            text.append(line)
        else:
            text[-1] += f" {line.strip()}"
    return Page(
        plain(summary),
        tuple(line.replace("``", "") for line in formula),
        tuple(plain(paragraph) for paragraph in text if paragraph),
        **{name: plain(value).removesuffix(".") for name, value in named.items()},
    )


def plain(text: str) -> str:
    """Text without the marks of reStructuredText."""
    return re.sub(r":\w+:`([^`]*)`", r"\1", text).replace("``", "").strip()


def _is_over(line: str) -> bool:
    """True where what follows is for programmers: an example, or numpy's sections."""
    return line.startswith((">>>", "Raises", "Parameters", "Examples"))
