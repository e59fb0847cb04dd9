"""Names for what a rule looks at, as the person wrote it."""

from collections.abc import Iterator
from typing import Final

from lrplot.run import Run
from lrplot.schedules.base import Nested

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def walk(place: Nested, trail: tuple[str, ...] = ()) -> Iterator[tuple[Nested, tuple[str, ...]]]:
    """A place and all inside it, each with the parameters that lead to it from the outermost."""
    yield place, trail
    for inner in place.inside():
        yield from walk(inner, (*trail, inner.name))


def called(run: Run, place: Nested, trail: tuple[str, ...]) -> str:
    """The name of a schedule: the call it was read from, or its type, and which part of several.

    >>> from lrplot.run import Written
    >>> from lrplot.schedules.cosine import Cosine
    >>> cosine = Cosine(lr=0.1, T_max=90)
    >>> called(Run("run", cosine, 100), Nested(cosine), ("parts[1]", "schedule"))
    'cosine, the second part,'
    >>> read = Run("run", cosine, 100, written=Written("SequentialLR"))
    >>> called(read, Nested(cosine), ("parts[1]",))
    'the second part of SequentialLR'
    """
    part = next((spelled for name in reversed(trail) if (spelled := ordinal(name))), "")
    if not run.written.call:
        return f"{place.schedule.type}, the {part}," if part else place.schedule.type
    return f"the {part} of {run.written.call}" if part else run.written.call


def ordinal(name: str) -> str:
    """``parts[1]`` as ``second part``; nothing for what is no member of a list.

    >>> ordinal("factors[0]"), ordinal("schedule")
    ('first factor', '')
    """
    holder, bracket, index = name.rstrip("]").partition("[")
    if not bracket:
        return ""
    at = int(index)
    which = _ORDINALS[at] if at < len(_ORDINALS) else f"{at + 1}th"
    return f"{which} {holder.removesuffix('s')}"


def parameter(run: Run, native: str, value: float) -> str:
    """The person's name for a parameter of ours: in a spec its own, in a call the one of that number.

    Empty where the call has no such number, or several.

    >>> from lrplot.run import Written
    >>> from lrplot.schedules.cosine import Cosine
    >>> arguments = (("num_warmup_steps", 10.0), ("num_training_steps", 100.0))
    >>> run = Run("run", Cosine(lr=0.1, T_max=90), 100, written=Written("get_cosine", arguments))
    >>> parameter(run, "steps", 10), parameter(run, "T_max", 90)
    ('num_warmup_steps', '')
    """
    if not run.written.call:
        return native
    names = {name for name, number in run.written.arguments if number == value and "[" not in name}
    if native in names:
        return native
    return names.pop() if len(names) == 1 else ""
