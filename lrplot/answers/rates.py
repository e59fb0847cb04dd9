"""Exact rates at steps, as the command ``at`` tells them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeGuard, Unpack

from lrplot.clock import is_whole
from lrplot.curve.crossing import LISTED_FIRST, Condition
from lrplot.curve.rates import Rates, rates_at
from lrplot.curve.when import met, when_met
from lrplot.errors import UsageError
from lrplot.render.selection import are_shares, steps_named
from lrplot.run import Run, spread
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of


def at(
    things: Things,
    places: int | str | Iterable[int | str] = (),
    *,
    when: str | Iterable[str] = (),
    first: int = LISTED_FIRST,
    **said: Unpack[Keywords],
) -> dict[str, Rates]:
    """The exact rates at steps, and the steps that have a rate, by label.

    Parameters
    ----------
    things
        What has a rate.
    places
        Steps from 0, or durations as ``"5 epochs"``, ``"10%"`` (of the longest run) and ``"last"``; one or
        several.
    when
        Conditions on the rate: ``"<1e-4"``, ``">=0.01"``, ``">50%"`` (of the peak), ``"crosses 0.01"`` or
        ``"peak"``; one or several.
    first
        How many of the stretches or crossings that meet a condition are listed; all are counted.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too.

    Returns
    -------
    dict[str, Rates]
        Each with ``steps``, ``lr`` and ``momentum``: a rate a step, None after the run's end; and ``when``:
        where each condition holds.

    Raises
    ------
    LrplotError
        When a step lies past the end of all of them, or is none; a condition is none; or a REF is wrong.

    Examples
    --------
    >>> import lrplot
    >>> lrplot.at("step", [29, 30], lr=0.5)["step"].lr
    (0.5, 0.05)
    >>> lrplot.at("onecycle", when="peak")["onecycle"].when["peak"].stretches
    (Held(first=299, last=299, lr=0.1),)
    """
    listed = [places] if isinstance(places, str) or not _several(places) else [*places]
    asked = [_place(each) for each in listed]
    conditions = {text: Condition.read(text) for text in _conditions(when)}
    if not asked and not conditions:
        raise UsageError("at wants steps, as 0, '10%', '5 epochs' or 'last', or when='<1e-4'")
    if not is_whole(first, least=1):
        raise UsageError(f"first must be a whole number ≥ 1, got {first!r}")
    runs = spread(runs_of(things, together=True, relative=not conditions and are_shares(asked), **said))
    whole = steps_named(runs, asked)

    def answered(run: Run) -> Rates:
        held = {text: when_met(run, *met(run, each, first), first) for text, each in conditions.items()}
        return replace(rates_at(run, whole), when=held)

    return {run.label: answered(run) for run in runs}


def _several(value: object) -> TypeGuard[Iterable[Any]]:
    """True for what can be gone through; an array of no dimension only looks so."""
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) != 0


def _place(place: object) -> str:
    if isinstance(place, bool) or (not isinstance(place, str) and not hasattr(place, "__index__")):
        raise UsageError(f"a step must be a whole number or a text as '10%', got {place!r}")
    return place if isinstance(place, str) else str(place)


def _conditions(when: object) -> list[str]:
    listed: list[Any] = [*when] if _several(when) and not isinstance(when, str) else [when]
    for each in listed:
        if not isinstance(each, str):
            raise UsageError(f"a condition must be a text as '<1e-4' or 'peak', got {each!r}")
    return listed
