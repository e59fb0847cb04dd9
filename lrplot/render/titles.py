"""What a picture of several curves is called where nobody says it."""

from collections.abc import Sequence
from typing import Final

from lrplot.curve import Curve
from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.text.plain import printable

_TITLED: Final = 4
"""Labels that make a title; of more curves it says how many there are."""
_LABEL: Final = 48
"""Characters of a label: longer than names are, and a legend stays one beside a picture. A choice."""


def title_of(curves: Sequence[Curve]) -> str:
    """The sweep and what is swept, else the labels, else how many there are.

    >>> from lrplot.run import Run
    >>> from lrplot.schedules.constant import Constant
    >>> runs = [Run(label, Constant(lr=1), 9) for label in ("low", "high")]
    >>> title_of([Curve(run) for run in runs])
    'low · high'
    """
    language = curves[0].run.style.lang if curves else "en"
    origins = {called(curve.run.origin, language) for curve in curves}
    sweeps = {curve.run.family for curve in curves}
    if len(origins) == 1 and len(sweeps) == 1 and (family := sweeps.pop()):
        return table_words(language)["swept"].format(origins.pop(), family)
    if len(curves) <= _TITLED:
        return " · ".join(cut(printable(label_of(curve.run))) for curve in curves)
    return table_words(language)["schedules"].format(len(curves))


def label_of(run: Run) -> str:
    """The label of a run as a picture or a table in the run's language shows it."""
    return called(run.label, run.style.lang)


def called(label: str, language: str) -> str:
    """A label whose first word is a name of the catalogue, that name as the language has it.

    Data, names of files and what Python answers keep the name itself.

    >>> called("cosine", "zh"), called("cosine, lr=0.2", "zh-Hant"), called("StepLR", "zh")
    ('余弦退火', '餘弦退火, lr=0.2', 'StepLR')
    """
    name, comma, rest = label.partition(",")
    entry = CATALOGUE.get(name)
    if language == "en" or entry is None or not entry.chinese:
        return label
    # Simplified names come first, and as many traditional ones, or one, behind them.
    names = entry.chinese
    return (names[0] if language == "zh" else names[(len(names) + 1) // 2]) + comma + rest


def cut(label: str) -> str:
    """A label no longer than a legend shows; one with dollars may be a formula, which is not cut."""
    return label if len(label) <= _LABEL or "$" in label else label[: _LABEL - 1] + "…"
