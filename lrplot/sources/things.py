"""Whatever Python code names a curve by, a REF or an object that has one, as runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import index
from os import PathLike, fspath
from typing import Any, Final, TypeGuard, Unpack

from lrplot.curve import Curve
from lrplot.errors import LrplotError, UsageError
from lrplot.run import Run, Runs, distinct
from lrplot.schedules.base import Schedule
from lrplot.sources.horizon import steps_to_show
from lrplot.sources.keywords import Keywords, overrides_of, said_in
from lrplot.sources.reference import load_all

Thing = str | PathLike[str] | Schedule | Run | Curve
"""One thing that has a curve: a REF as a command line takes it, a path, or an object."""

Things = Thing | Iterable[Thing | Runs] | Mapping[str, Thing | Iterable[Thing]]
"""One thing, several, or several by their labels."""

_KINDS: Final = (str, PathLike, Schedule, Run, Curve)
_WANTED: Final = "a REF (a name, a path, a call), a schedule, a run or a curve"


def runs_of(
    things: Things, *, together: bool = False, relative: bool = False, **said: Unpack[Keywords]
) -> list[Run]:
    """The runs of things, with labels that tell them apart.

    Parameters
    ----------
    things
        One, several, or several by their labels.
    together
        Whether they are seen together: names alone then have the horizon of the longest run beside them.
    relative
        Whether a run whose length nobody says may be had over shares of it.
    said
        What is said over the REFs among them; ``steps`` is the horizon of the schedules too.

    Raises
    ------
    LrplotError
        When there are none, one is something else, a REF is wrong, or what is said is wrong or changes
        nothing.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> found = runs_of({"ours": Step(lr=0.1, step_size=30), "theirs": "cosine"}, steps=90)
    >>> [(run.label, run.steps) for run in found]
    [('ours', 90), ('theirs', 90)]
    """
    found = named_things(things, together=together, relative=relative, **said)
    return distinct([run for _, runs in found for run in runs])


def named_things(
    things: Things, *, together: bool = False, relative: bool = False, **said: Unpack[Keywords]
) -> list[tuple[str | None, list[Run]]]:
    """The same thing by thing: the REF that names it, None where it is an object, and its runs.

    >>> [(reference, len(runs)) for reference, runs in named_things(["cosine"])]
    [('cosine', 1)]
    """
    overrides = replace(overrides_of(said), relative=relative)
    named = list(_named(things))
    if not named:
        raise UsageError(f"nothing to look at; give {_WANTED}")
    references = [fspath(thing) for _, thing in named if _is_reference(thing)]
    _check_use(said, references, named)
    steps = said.get("steps")
    own = [_own(thing, steps) for _, thing in named if not _is_reference(thing)]
    together = together and len(named) > 1
    loaded = iter(load_all(references, overrides, together=together, beside=own))
    others = iter(own)
    found: list[tuple[str | None, list[Run]]] = []
    for label, thing in named:
        reference = fspath(thing) if _is_reference(thing) else None
        runs = [next(others)] if reference is None else [*next(loaded)]
        found.append((reference, runs if label is None else _labelled(label, runs)))
    return found


def _check_use(
    said: Mapping[str, Any], references: Sequence[str], named: Sequence[tuple[object, Thing]]
) -> None:
    """Refuse what is said where nothing among the things could hear it."""
    for name in said_in(said):
        if name != "steps" and not references:
            raise UsageError(f"{name}=… changes nothing: no REF among them, and all else has its own")
        if name == "steps" and all(isinstance(thing, Run | Curve) for _, thing in named):
            raise UsageError("steps=… changes nothing: runs and curves have their own")


def _is_reference(thing: object) -> TypeGuard[str | PathLike[str]]:
    return isinstance(thing, str | PathLike)


def reference_of(things: object) -> str | None:
    """The REF, where that is all there is.

    >>> reference_of("cosine"), reference_of(["cosine"])
    ('cosine', None)
    """
    if not _is_reference(things):
        return None
    _checked(things)
    return fspath(things)


def _named(things: object) -> Iterator[tuple[str | None, Thing]]:
    """Each thing with the label it is given, None where it is given none."""
    if not isinstance(things, Mapping):
        yield from ((None, each) for each in _each(things))
        return
    for label, under in things.items():
        if not isinstance(label, str) or not label.strip():
            raise UsageError(f"a label must be a text, got {label!r}")
        found = [*_each(under)]
        if not found:
            raise UsageError(f"{label}: nothing to look at; give {_WANTED}")
        yield from ((label, each) for each in found)


def _each(things: object) -> Iterator[Thing]:
    if isinstance(things, _KINDS) or not isinstance(things, Iterable) or isinstance(things, bytes):
        yield _checked(things)
        return
    for each in things:
        yield from each if isinstance(each, Runs) else [_checked(each)]


def _checked(thing: object) -> Thing:
    if not isinstance(thing, _KINDS) or (isinstance(thing, PathLike) and not isinstance(fspath(thing), str)):
        raise LrplotError(f"expected {_WANTED}, got {type(thing).__name__}")
    return thing


def _own(thing: Thing, steps: int | None) -> Run:
    """The run of an object."""
    if isinstance(thing, Schedule):
        return Run(thing.type, thing, steps_to_show(thing) if steps is None else index(steps))
    if isinstance(thing, Curve):
        return thing.run
    assert isinstance(thing, Run)  # noqa: S101 (a REF is none of ours)
    return thing


def _labelled(label: str, runs: list[Run]) -> list[Run]:
    """The runs under a label: one alone has it, several keep their own behind it."""
    if len(runs) == 1:
        return [replace(runs[0], label=label)]
    return [replace(run, label=f"{label} {run.label}") for run in runs]
