"""Schedules that a base rate from outside does not change: those that give their own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lrplot.document.unused import Unused
from lrplot.errors import UnusedSettingError
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import kind_of, parameters


@dataclass(frozen=True, slots=True)
class Rated:
    """A schedule built with a base rate from outside.

    Parameters
    ----------
    name
        What it is called.
    schedule
        The schedule.
    took
        Whether a schedule took that rate, for itself and not only for those inside it.
    """

    name: str
    schedule: Schedule
    took: Callable[[Schedule], bool]

    @property
    def depends(self) -> bool:
        """True where it, or a schedule inside it, took that rate."""
        return self._depends(self.schedule)

    def _depends(self, schedule: Schedule) -> bool:
        return self.took(schedule) or any(self._depends(place.schedule) for place in schedule.inside())

    def own_rates(self) -> list[tuple[str, float | None]]:
        """The rates in it that did not come from outside, each with the path that sets it.

        The path is empty where no single parameter does; a rate of 0 is nobody's base rate.
        """
        return list(self._own_rates(self.schedule, ""))

    def _own_rates(self, schedule: Schedule, path: str) -> Iterator[tuple[str, float | None]]:
        inside = schedule.inside()
        for inner in inside:
            name = inner.name.replace("[", ".").replace("]", "")
            yield from self._own_rates(inner.schedule, f"{path}{name}.")
        if inside or self.took(schedule):
            return
        kinds = ((name, kind_of(info)) for name, info in parameters(type(schedule)).items())
        own = next((name for name, kind in kinds if kind is not None and kind.inherits == "lr"), None)
        if own is None:
            yield "", None
        elif rate := float(values(schedule)[own]):
            yield f"{path}{own}", rate


def unchanged_by(lr: float, rated: Sequence[Rated]) -> tuple[list[str], Unused | None]:
    """The curves that a base rate does not change, in sentences; nothing where what is there is that rate.

    Parameters
    ----------
    lr
        The base rate that was given.
    rated
        The schedules that were built with it.

    Returns
    -------
    tuple
        Notes on what it does not change of them, and the record that it changes none.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> from lrplot.schedules.sequence import Sequence
    >>> given, own = Linear(lr=0.1, T_max=50), Linear(lr=0.5, T_max=50)
    >>> both = Rated("mine", Sequence(parts=(given, own), lengths=(50,)), lambda each: each is given)
    >>> unchanged_by(0.1, [both])
    (['the base rate 0.1 does not change all of mine: a part gives its own rate, 0.5'], None)
    """
    same = [each for each in rated if not each.depends]
    if len(same) == len(rated):
        return [], _unused(lr, rated)
    whole = [
        f"the base rate {lr:g} does not change {each.name}: {told}"
        for each in same
        if (told := _sentence(lr, each.name, each.own_rates()))
    ]
    parts = [
        f"the base rate {lr:g} does not change all of {each.name}: {told}"
        for each in rated
        if each not in same and (own := each.own_rates()) and (told := _sentence(lr, "a part", own))
    ]
    return [*whole, *parts], None


def _unused(lr: float, rated: Sequence[Rated]) -> Unused | None:
    """The record that a base rate changes nothing, None where all have that very rate."""
    own = [(each.name, each.own_rates()) for each in rated]
    told = [(found, rates) for name, rates in own if (found := _sentence(lr, name, rates))]
    if not told:
        return None
    sentence, rates = told[0]
    hint = _hint(lr, rates)
    if len(told) > 1:
        sentence, hint = f"its {len(rated)} schedules give their own rates", ""
    error = UnusedSettingError("lr", f"--lr changes nothing: {sentence}{hint}")
    return Unused("--lr", error, f"the base rate {lr:g} changes nothing: {sentence}")


def _hint(lr: float, own: Sequence[tuple[str, float | None]]) -> str:
    """The option that changes the one rate there is, empty where one parameter does not."""
    path = own[0][0] if len(own) == 1 else ""
    return f" (--set {path}={lr:g})" if path and "." not in path else ""


def _sentence(lr: float, name: str, own: Sequence[tuple[str, float | None]]) -> str:
    """``OneCycleLR gives its own rate, 0.5``; empty where each is the very rate."""
    others = [rate for _, rate in own if rate != lr]
    if own and not others:
        return ""
    shown = [f"{rate:g}" for rate in dict.fromkeys(others) if rate is not None]
    rates = f", {', '.join(shown)}" if shown else ""
    return f"{name} gives its own rate{'s' * (len(shown) != 1)}{rates}"
