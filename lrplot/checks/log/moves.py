"""The single changes of a plan: one of its numbers is another, and how people call that number."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import kind_of, parameters
from lrplot.schedules.warmup import Warmup
from lrplot.text.numbers import short

_LISTS: Final = {"lengths": ("length",), "points": ("length", "rate")}
"""What the entries of a list are, by what the list holds."""
_MOST_ENTRIES: Final = 32
"""Entries of a list that are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """A number in a schedule, or in one inside it.

    Parameters
    ----------
    path
        The way to it, as a spec spells it: ``schedule.T_max``.
    inner
        The positions in :meth:`Schedule.inside` that lead to the schedule which holds it.
    key
        Its name there.
    value
        The number.
    kind
        ``rate``, ``number`` or ``length``.
    whole
        Whether it must be a whole number.
    within
        Its positions in what the key holds, where that is a list: ``(1,)`` for ``milestones[1]``.
    """

    path: str
    inner: tuple[int, ...]
    key: str
    value: float
    kind: str
    whole: bool
    within: tuple[int, ...] = ()


def places(schedule: Schedule, path: str = "", inner: tuple[int, ...] = ()) -> Iterator[Place]:
    """All numbers of a schedule and of those inside it."""
    given = values(schedule)
    for key, info in parameters(type(schedule)).items():
        kind, value = kind_of(info), given[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and kind is not None and kind.holds in ("rate", "number", "length"):
            yield Place(path + key, inner, key, value, kind.holds, kind.whole)
        elif kind is not None and value is not None and (held := _LISTS.get(kind.holds)):
            yield from _entries(path + key, inner, key, value, held)
    for i, nested in enumerate(schedule.inside()):
        yield from places(nested.schedule, f"{path}{nested.name}.", (*inner, i))


def _entries(
    path: str, inner: tuple[int, ...], key: str, listed: Sequence[Any], held: tuple[str, ...]
) -> Iterator[Place]:
    """The numbers of a list, or of a list of pairs."""
    for i, entry in enumerate(listed[:_MOST_ENTRIES]):
        numbers = entry if isinstance(entry, tuple) else (entry,)
        for j, (number, kind) in enumerate(zip(numbers, held, strict=True)):
            within = (i, j) if isinstance(entry, tuple) else (i,)
            yield Place(f"{path}[{i}]", inner, key, number, kind, kind == "length", within)


def changed(schedule: Schedule, place: Place, value: float) -> Schedule:
    """The schedule with another value at a place.

    Raises
    ------
    LrplotError
        When it cannot have this value.
    """
    return _within(schedule, place.inner, lambda at: _replaced(at, place, value))


def _replaced(schedule: Schedule, place: Place, value: float) -> Schedule:
    given = values(schedule)
    new = int(value) if place.whole else float(value)
    return type(schedule)(**{**given, place.key: _put(given[place.key], place.within, new)})


def _put(held: Any, within: tuple[int, ...], value: float) -> Any:
    """What a key holds with another number at some positions in it."""
    if not within:
        return value
    at, *rest = within
    return (*held[:at], _put(held[at], tuple(rest), value), *held[at + 1 :])


def _within(schedule: Schedule, inner: tuple[int, ...], change: Callable[[Schedule], Schedule]) -> Schedule:
    if not inner:
        return change(schedule)
    parts = [nested.schedule for nested in schedule.inside()]
    parts[inner[0]] = _within(parts[inner[0]], inner[1:], change)
    copy = schedule.with_inside(parts)
    return type(copy)(**values(copy))


def stretched(schedule: Schedule, by: int) -> Schedule | None:
    """The schedule with its length longer or shorter by some updates; None where it has none."""
    for place in places(schedule):
        if place.kind == "length" and not place.inner and place.value == schedule.length:
            try:
                return changed(schedule, place, place.value + by)
            except LrplotError:
                return None
    return None


@dataclass(frozen=True, slots=True)
class Move:
    """A way to change a plan by one number.

    Parameters
    ----------
    name
        The number's name in the plan's own words.
    value
        Its planned value.
    make
        The schedule with another value; it raises LrplotError where there is none.
    kind
        ``rate``, ``number`` or ``length``.
    whole
        Whether only whole numbers count.
    says
        The sentence for a value, None for the plain "NAME is X instead of Y".
    """

    name: str
    value: float
    make: Callable[[float], Schedule]
    kind: str
    whole: bool
    says: Callable[[float], str] | None = None

    def sentence(self, value: float) -> str:
        """What changed, for people."""
        if self.says is not None:
            return self.says(value)
        return f"{self.name} is {_number(value, self.kind)}, not {_number(self.value, self.kind)}"


def _number(value: float, kind: str) -> str:
    return f"{value:.15g}" if kind == "length" else short(value, 10)


def moves(run: Run) -> Iterator[Move]:
    """The single changes of a plan worth trying, lengths first."""
    schedule = run.schedule
    found = [place for place in places(schedule) if not place.within]
    for place in sorted(found, key=lambda each: ("length", "rate", "number").index(each.kind)):
        yield Move(
            place.path,
            place.value,
            lambda value, place=place: changed(schedule, place, value),  # type: ignore[misc]
            place.kind,
            place.whole or (place.kind == "length" and float(place.value).is_integer()),
            lambda value, place=place: _sentence(run, place, value),  # type: ignore[misc]
        )


def entries(run: Run) -> Iterator[Move]:
    """The changes of one entry of a list, as of ``milestones``, in the numbers that its call has."""
    for place in places(run.schedule):
        if place.within:
            name, by = _entry_name(run, place)
            yield Move(
                name,
                place.value + by,
                lambda value, place=place, by=by: changed(run.schedule, place, value - by),  # type: ignore[misc]
                place.kind,
                place.whole,
                _at_step(name, place, place.value) if name == place.path else None,
            )


def _entry_name(run: Run, place: Place) -> tuple[str, int]:
    """The name of a list's entry, and how many steps sooner or later its call counts than we do."""
    for by in (0, 1, -1) if place.kind == "length" else (0,):
        names = [n for n, given in run.written.arguments if given == place.value + by and n.endswith("]")]
        if place.path in names:
            return place.path, by
        if len(names) == 1:
            return names[0], by
    return place.path, 0


def _at_step(name: str, place: Place, planned: float) -> Callable[[float], str] | None:
    """The sentence about the step of a point, which has a rate too."""
    if place.kind != "length" or len(place.within) < 2:
        return None
    return lambda value: f"{name} is at step {value:.15g}, not {planned:.15g}"


def _sentence(run: Run, place: Place, value: float) -> str:
    """The change by the name the plan's text has for it: an argument of its call, or the spec's path."""
    kept = f"{_number(value, place.kind)}, not {_number(place.value, place.kind)}"
    if name := _argument(run, place.value, place.key):
        return f"{name} is {kept}"
    before = run.schedule.length
    try:
        after = changed(run.schedule, place, value).length
    except LrplotError:
        after = None
    if place.kind == "length" and before is not None and after is not None:
        if before != after and (name := _argument(run, before)):
            return f"{name} is {after:.15g}, not {before:.15g}"
        if before not in (after, place.value):
            return f"{place.path} is {kept}: a total of {after:.15g} instead of {before:.15g}"
    # A schedule's part may be one step shorter than the number its call was given.
    if place.kind == "length" and (name := _argument(run, place.value + 1)):
        return f"{name} is {value + 1:.15g}, not {place.value + 1:.15g}"
    return f"{place.path} is {kept}"


def _argument(run: Run, value: float, key: str = "") -> str:
    """The argument of the plan's call that has a value, empty where it is none, or may be another one's.

    A base rate of 0.1 is not the ``gamma=0.1`` beside it: a name is only taken where it is that of the
    number itself, or where one argument and one number of the schedule alone have the value.
    """
    names = [name for name, given in run.written.arguments if given == value]
    if key in names:
        return key
    alone = [place for place in places(run.schedule) if not place.within]
    holders = [place for place in alone if place.value == value and place.key != key]
    return names[0] if len(names) == 1 and not holders else ""


def linked(run: Run) -> Iterator[Move]:
    """Changes of several lengths by one number: those that are the same one, and all in proportion.

    A trainer's one argument may stand at two places, as the warm-up of an inverse square root that is its
    time scale too; and a warm-up given as a share of the run grows with it.
    """
    lengths = [place for place in places(run.schedule) if place.kind == "length" and place.value]
    for value in dict.fromkeys(place.value for place in lengths):
        alike = [place for place in lengths if place.value == value]
        if len(alike) > 1:
            names = list(dict.fromkeys(name for name, given in run.written.arguments if given == value))
            name = " and ".join(names) or alike[0].path
            verb = "are" if len(names) > 1 else "is"
            yield Move(
                name,
                value,
                _together(run, alike, lambda _, new: new),
                "length",
                whole=True,
                says=lambda new, name=name, old=value, verb=verb: f"{name} {verb} {new:.15g}, not {old:.15g}",  # type: ignore[misc]
            )
    total = run.schedule.length
    if total is not None and len({place.value for place in lengths}) > 1:
        name = _argument(run, total) or "the total"

        def words(new: float) -> str:
            return f"{name} is {new:.15g}, not {total:.15g}, and all lengths with it"

        for rounded in (round, math.ceil, math.floor):
            make = _together(run, lengths, lambda old, new, to=rounded: float(to(old * new / total)))  # type: ignore[misc]
            yield Move(name, total, make, "length", whole=True, says=words)


def _together(
    run: Run, alike: Sequence[Place], value_of: Callable[[float, float], float]
) -> Callable[[float], Schedule]:
    """A way to give several places the values that follow from one number."""

    def make(new: float) -> Schedule:
        schedule = run.schedule
        for place in alike:
            schedule = changed(schedule, place, value_of(place.value, new))
        return schedule

    return make


def kept_end(run: Run) -> Iterator[Move]:
    """The change of a warm-up's length with the plan's end kept: the rest is shorter or longer by as much."""
    schedule = run.schedule
    if not isinstance(schedule, Warmup) or not schedule.prefix:
        return

    def made(steps: float) -> Schedule:
        inner = stretched(schedule.schedule, schedule.steps - int(steps))
        if inner is None:
            raise LrplotError("no length")
        return schedule.model_copy(update={"schedule": inner, "steps": int(steps)})

    def words(steps: float) -> str:
        return f"the warm-up takes {steps:g} updates, not {schedule.steps}; the end is kept"

    yield Move("warm-up", schedule.steps, made, "length", whole=True, says=words)
