"""A picture in one sentence, for those who do not see it."""

from collections.abc import Sequence
from typing import Final

from lrplot.curve import Curve
from lrplot.render.steps import spelled
from lrplot.render.titles import label_of
from lrplot.render.words import Words, table_words
from lrplot.run import Run
from lrplot.text.numbers import short

_FEW: Final = 4
"""Curves that a sentence describes."""
_DIGITS: Final = 3
"""Digits of a rate that is read aloud."""


def alternative(runs: Sequence[Run]) -> str:
    """Where the rates of a picture begin, peak and end.

    >>> from lrplot.sources.reference import load
    >>> alternative(load("onecycle"))
    'onecycle: learning rate 0.004 at step 0, 0.1 at step 299, 4e-7 at step 999'
    """
    words = table_words(runs[0].style.lang)
    told = [words["described"].format(label_of(run), _path(run, words)) for run in runs[:_FEW]]
    more = len(runs) - _FEW
    return "; ".join([*told, *([words["more curves"].format(more)] if more > 0 else [])])


def _path(run: Run, words: Words) -> str:
    summary = Curve(run).summary()
    first, peak, last = summary.first, summary.peak, summary.final
    ends = {0: first.value, peak.step or 0: peak.value, run.steps - 1: last.value}
    if len(set(ends.values())) == 1:
        return words["throughout"].format(short(first.value, _DIGITS), run.steps)
    where = words["rate where of the run" if run.relative else "rate where"]
    return ", ".join(where.format(short(ends[step], _DIGITS), spelled(run, step)) for step in sorted(ends))
