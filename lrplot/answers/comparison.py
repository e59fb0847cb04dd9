"""The key figures of several schedules, as the command ``compare`` tells them."""

from typing import Any

from lrplot.curve import Curve, Summary
from lrplot.errors import UsageError
from lrplot.run import spread
from lrplot.sources.things import Things, runs_of


def compare(*things: Things, lr: float | None = None, steps: int | None = None) -> dict[str, Summary]:
    """The key figures of several, by label.

    Parameters
    ----------
    things
        Two or more; or one list, or one dict by labels.
    lr
        Base rate of the REFs.
    steps
        Horizon of the REFs and schedules; names alone have that of the longest run beside them.

    Returns
    -------
    dict[str, Summary]
        Each with ``steps`` and the measures ``first``, ``peak``, ``minimum``, ``final``, ``mean`` (rates),
        ``warmup`` and ``above_half`` (steps).

    Raises
    ------
    LrplotError
        When there are fewer than two, or a REF is wrong.

    Examples
    --------
    >>> import lrplot
    >>> found = lrplot.compare("cosine", "onecycle")
    >>> {label: (each.peak.value, each.peak.step) for label, each in found.items()}
    {'cosine': (0.1, 0), 'onecycle': (0.1, 299)}
    """
    given: Any = things[0] if len(things) == 1 else things
    runs = spread(runs_of(given, lr=lr, steps=steps, together=True))
    if len(runs) == 1:
        raise UsageError("one schedule is no comparison; give another, or ask its Curve for a summary()")
    return {run.label: Curve(run).summary() for run in runs}
