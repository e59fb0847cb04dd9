"""Steps as tables, charts and figures name them: by their number, by epochs, or by their share of the run."""

from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.text.numbers import short

_TICKS = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
_ROOMY = 6
"""Ticks from which on every tenth of a run has one."""


def _shown(run: Run, step: int) -> str:
    """The share of a run that lies before a step, in percent, to the hundredth."""
    return short(round(100 * step / run.steps, 2))


def spelled(run: Run, step: int) -> str:
    """A step by its number, or ``3.5%`` where the run's length is not known."""
    return f"{_shown(run, step)}%" if run.relative else str(step)


def how_many(run: Run, count: float) -> str:
    """A number of steps, or the share of the run that they are."""
    return f"{_shown(run, round(count))}%" if run.relative else f"{count:.0f}"


def step_columns(run: Run) -> list[str]:
    """The headings of the columns that say which step a row is of."""
    words = table_words(run.style.lang)
    if run.relative:
        return [words["% of run"]]
    if run.steps_per_epoch == 1:
        return [words["epoch"]]
    return [words["step"], *([words["epoch"]] if run.steps_per_epoch else [])]


def share_ticks(run: Run, count: int) -> list[tuple[float, str]]:
    """Tenths of a run, or quarters where there is little room, with their labels."""
    wanted = _TICKS if count >= _ROOMY else (0, 25, 50, 75, 100)
    return [(run.steps * each / 100, f"{each}%") for each in wanted]
