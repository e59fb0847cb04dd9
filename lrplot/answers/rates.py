"""Exact rates at steps, as the command ``at`` tells them."""

from collections.abc import Iterable

from lrplot.curve.rates import Rates, rates_at
from lrplot.errors import UsageError
from lrplot.render.selection import steps_named
from lrplot.run import spread
from lrplot.sources.things import Things, runs_of


def at(
    things: Things,
    places: int | str | Iterable[int | str],
    *,
    lr: float | None = None,
    steps: int | None = None,
) -> dict[str, Rates]:
    """The exact rates at steps, by label.

    Parameters
    ----------
    things
        What has a rate.
    places
        Steps from 0, or durations as ``"5 epochs"``, ``"10%"`` (of the longest run) and ``"last"``; one or
        several.
    lr
        Base rate of the REFs.
    steps
        Horizon of the REFs and schedules, in optimizer updates.

    Returns
    -------
    dict[str, Rates]
        Each with ``steps``, ``lr`` and ``momentum``: a rate a step, None after the run's end.

    Raises
    ------
    LrplotError
        When a step lies past the end of all of them, or is none; or a REF is wrong.

    Examples
    --------
    >>> import lrplot
    >>> lrplot.at("step", [29, 30], lr=0.5)["step"].lr
    (0.5, 0.05)
    """
    runs = spread(runs_of(things, lr=lr, steps=steps, together=True))
    listed = [places] if isinstance(places, str) or not isinstance(places, Iterable) else [*places]
    if not listed:
        raise UsageError("at wants steps, as 0, '10%', '5 epochs' or 'last'")
    whole = steps_named(runs, [_place(each) for each in listed])
    return {run.label: rates_at(run, whole) for run in runs}


def _place(place: object) -> str:
    if isinstance(place, bool) or (not isinstance(place, str) and not hasattr(place, "__index__")):
        raise UsageError(f"a step must be a whole number or a text as '10%', got {place!r}")
    return place if isinstance(place, str) else str(place)
