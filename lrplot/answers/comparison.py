"""The key figures of several schedules, as the command ``compare`` tells them."""

from typing import Any, Unpack

from lrplot.curve import Curve, Summary
from lrplot.errors import UsageError
from lrplot.run import spread
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of


def compare(*things: Things, **said: Unpack[Keywords]) -> dict[str, Summary]:
    """The key figures of several, by label.

    Parameters
    ----------
    things
        Two or more; or one list, or one dict by labels.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too. Names alone have the horizon of the longest run beside them.

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
    runs = spread(runs_of(given, together=True, **said))
    if len(runs) == 1:
        raise UsageError("one schedule is no comparison; give another, or ask its Curve for a summary()")
    return {run.label: Curve(run).summary() for run in runs}
