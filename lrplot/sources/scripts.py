"""Python: a framework's call, a snippet, or a whole script, read and never executed."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.clock import Clock
from lrplot.document.changes import Given, with_settings
from lrplot.document.document import NO_HORIZON, Document
from lrplot.document.dump import groups_as_data, lowered, optimizer_as_data
from lrplot.document.settings import Settings, numbers
from lrplot.document.tree import Node, literal
from lrplot.document.unused import Unused
from lrplot.errors import LrplotError, NotationError, UsageError
from lrplot.run import Written
from lrplot.schedules import TYPICAL_LR
from lrplot.schedules.base import Context
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt
from lrplot.sources.foreign import ForeignReader
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.horizon import steps_to_show
from lrplot.sources.ref import Ref

if TYPE_CHECKING:
    from lrplot.python.reading import Reading
    from lrplot.python.source import Source

_BEGINS: Final = re.compile(
    r"(>>> |import |from [\w.]+ import|@|class |def |async def |In \[\d+\]:|[\w.]+ *= |[\w.]+\()"
)
"""How Python begins, and no spec does."""


def _is_python(ref: Ref, _given: Given) -> bool:
    if not ref.is_input:
        return ref.may_be_python
    if ref.is_notebook:
        return True
    said = (line.strip() for line in ref.text.splitlines())
    first = next((line for line in said if line and not line.startswith("#")), "")
    # What could be both is a spec.
    return bool(_BEGINS.match(first)) or (not ref.is_mapping and _parses(ref))


def _parses(ref: Ref) -> bool:
    try:
        return bool(ref.python.tree.body)
    except NotationError:
        return False


def _lower(ref: Ref, given: Given) -> Document:
    document = document_of(ref.python, ref.label, given)
    return replace(document, notes=(*document.notes, *_flags_of_its_own(ref, given)))


def _flags_of_its_own(ref: Ref, given: Given) -> Iterator[str]:
    """A note for each option that the script's own parser has too: it is not that one which was given."""
    for name in given.settings:
        flag = "--" + name.replace("_", "-")
        if re.search(rf"add_argument\([^)]*[\"']{flag}[\"']", ref.text):
            yield f"{flag} is lrplot's own; the script's {flag} stands behind --: {ref.spelled} -- {flag} …"


def document_of(source: "Source", label: str, given: Given) -> Document:
    """The spec that says what a text says, under the settings that are given.

    Parameters
    ----------
    source
        The text, parsed.
    label
        What a picture of several schedules is called; that of one is called by its call.
    given
        What is said over it.

    Raises
    ------
    LrplotError
        Naming the place of what cannot be read.
    """
    settings, foreign = given.settings, ForeignReader(source.name, given.bindings)
    said = _numbers(source.name, settings)
    readings = foreign.read(
        source,
        Context(said.lr, said.length, _clock(said, settings), said.metrics),
        assumed_lr=TYPICAL_LR,
        optimized="gradients" in settings,
        update=settings["update"].text if "update" in settings else None,
    )
    readings = _on_one_clock(readings, said)
    notes = [note for reading in readings for note in reading.notes]
    more, unused = _base_rate(said.lr, readings)
    notes += more
    spec, readings = _clock_of(readings, said, settings, notes)
    loops = any(isinstance(node, ast.For | ast.While) for node in ast.walk(source.tree))
    if loops and spec.get("steps_per_epoch", 0) == 1 and not any(each.by_epoch for each in readings):
        notes.append("how many updates an epoch has is not in the text; drawn with one (--steps-per-epoch)")
    if len(readings) == 1:
        spec["schedule"] = lowered(readings[0].schedule)
        spec |= groups_as_data(readings[0].schedule, readings[0].groups, lowered)
    else:
        spec["schedules"] = {reading.label: lowered(reading.schedule) for reading in readings}
    spec |= _optimizer_of(readings, settings, notes)
    origin, label = label, readings[0].call if len(readings) == 1 else label
    return Document(
        literal(spec, label if origin == "call" else origin),
        label,
        foreign,
        taken=frozenset({"lr"}),
        unused=unused,
        notes=tuple(notes),
        written=_written(readings, said, unused),
    )


def _clock(said: Settings, settings: Mapping[str, Node]) -> Clock:
    """The clock a text is read with: so many epochs, and no more said, are not epochs of one update."""
    given = settings.keys() & {"steps_per_epoch", "training"}
    return said.clock if given else replace(said.clock, steps_per_epoch=None)


def _numbers(name: str, settings: Mapping[str, Node]) -> Settings:
    """The numbers among the settings, as the text is to be read with."""
    # Stepped once an epoch, a text that says how many it trains needs no length of one.
    counted = settings.keys() & {"steps_per_epoch", "epochs", "training"}
    known = {
        key: node for key, node in settings.items() if key != "update" or counted or node.value != "epoch"
    }
    return numbers(with_settings(Document(literal({}, name), ""), known).root)


def _base_rate(lr: float | None, readings: "Sequence[Reading]") -> tuple[list[str], tuple[Unused, ...]]:
    """The schedules of a text that a base rate from outside does not change."""
    if lr is None:
        return [], ()
    from lrplot.document.own_rates import Rated, unchanged_by

    rated = [
        Rated(each.call if len(readings) == 1 else each.label, each.schedule, each.base_rate.took)
        for each in readings
    ]
    notes, unused = unchanged_by(lr, rated)
    return notes, () if unused is None else (unused,)


def _on_one_clock(readings: "tuple[Reading, ...]", said: Settings) -> "tuple[Reading, ...]":
    """Schedules of which one counts epochs and another updates, or whose epochs differ: all over updates.

    A text's two optimizers (a generator's and a discriminator's) may be stepped unequally often.

    Raises
    ------
    UsageError
        When it is not known how many updates an epoch has.
    """
    epochs = {reading.steps_per_epoch for reading in readings}
    by_epoch = {reading.by_epoch for reading in readings}
    over_epochs = by_epoch == {True} and (
        len(epochs) == 1 or (None in epochs and said.steps_per_epoch is None)
    )
    if said.by_epoch or over_epochs or not any(by_epoch):
        return readings
    return tuple(_over_updates(reading, said) if reading.by_epoch else reading for reading in readings)


def _over_updates(reading: "Reading", said: Settings) -> "Reading":
    each = reading.steps_per_epoch or said.steps_per_epoch
    if each is None:
        raise UsageError(
            f"{reading.label} is updated once an epoch and another schedule of this text once a step; how "
            "many steps an epoch has is not in the text: give --steps-per-epoch N"
        )
    if reading.wrapped and reading.schedule.type == "epochwise":
        return reading
    schedule = Epochwise(schedule=reading.schedule, steps_per_epoch=each)
    return replace(reading, schedule=schedule, steps_per_epoch=each, by_epoch=False, wrapped=True)


def _clock_of(
    readings: "tuple[Reading, ...]", said: Settings, settings: Mapping[str, Node], notes: list[str]
) -> "tuple[dict[str, Any], tuple[Reading, ...]]":
    """The steps of an epoch, when the schedule is updated, and the horizon, where nobody gave them.

    Beside them the readings, those held at their last rate that have none as far as the longest goes.
    """
    spec: dict[str, Any] = {}
    by_epoch = said.by_epoch or all(reading.by_epoch for reading in readings)
    epochs = {reading.steps_per_epoch for reading in readings}
    own = readings[0].steps_per_epoch if len(epochs) == 1 else None
    # So many epochs, and no more said, are epochs as long as the text's.
    given = settings.keys() & {"steps_per_epoch", "training"}
    each = said.steps_per_epoch if given or own is None else own
    if each is not None and "steps_per_epoch" not in settings:
        spec["steps_per_epoch"] = each
    if len(epochs) > 1 and not by_epoch:
        told = (f"{r.label} {r.steps_per_epoch}" for r in readings if r.steps_per_epoch)
        notes.append(f"each over the updates of its own optimizer; an epoch has {', '.join(told)}")
    wrapped = any(reading.wrapped and reading.schedule.type == "epochwise" for reading in readings)
    if by_epoch and (each or 1) > 1 and "update" not in settings and not wrapped:
        spec["update"] = "epoch"
    if not settings.keys() & {"steps", "epochs"}:
        unit = "epochs" if by_epoch and not wrapped else "steps"
        horizons = [_horizon(reading, notes) for reading in readings]
        spec[unit] = max(horizons)
        notes += [
            f"the training under {reading.label} has {own} {unit}; drawn over the {spec[unit]} of the longest"
            for reading, own in zip(readings, horizons, strict=True)
            if reading.horizon is not None and own < spec[unit]
        ]
        readings = tuple(
            _held_behind(reading, own, spec[unit]) for reading, own in zip(readings, horizons, strict=True)
        )
    return spec, readings


_LOOKED_AT: Final = 4096
"""Steps behind a training's end at which its schedule is tried: what ends there ends for good."""


def _held_behind(reading: "Reading", own: int, longest: int) -> "Reading":
    """The reading, held at its last rate where its schedule has none behind its own training."""
    behind = np.unique(np.linspace(own, longest - 1, _LOOKED_AT).round()) if own < longest else np.empty(0)
    try:
        reading.schedule(behind)
    except LrplotError:
        return replace(reading, schedule=Excerpt(schedule=reading.schedule, end=own - 1), wrapped=False)
    return reading


def _horizon(reading: "Reading", notes: list[str]) -> int:
    """Steps to draw where nobody says how many: the text's, the schedule's own, or enough to see it."""
    if reading.horizon is not None:
        wrapped = reading.wrapped and reading.schedule.type == "epochwise"
        return reading.horizon * (reading.steps_per_epoch or 1) if wrapped else reading.horizon
    steps = steps_to_show(reading.schedule)
    if reading.schedule.length is None:
        notes.append(f"no horizon in it; {steps} steps drawn (--steps)")
    return steps


def _optimizer_of(
    readings: "Sequence[Reading]", settings: Mapping[str, Node], notes: list[str]
) -> dict[str, Any]:
    """The optimizer of a text whose updates are shown: one alone, or one that gradients are for."""
    optimizer = readings[0].optimizer
    if optimizer is None:
        return {}
    from lrplot.optimizers.optimization import TYPICAL_GRADIENTS

    spec: dict[str, Any] = {"optimizer": optimizer_as_data(optimizer)}
    if "gradients" not in settings:
        notes.append("no gradients in it; its updates are shown under seeded noise (--gradients)")
        spec["gradients"] = TYPICAL_GRADIENTS.model_dump()
    return spec


def _written(readings: "Sequence[Reading]", said: Settings, unused: tuple[Unused, ...]) -> dict[str, Written]:
    """The words of the text about each schedule, by its label; one alone has none."""
    from lrplot.sources.written import written

    facts = NO_HORIZON if all(each.horizon is None for each in readings) else frozenset[str]()
    words = {each.label: written(each) for each in readings}
    words = {label: replace(each, facts=each.facts | facts) for label, each in words.items()}
    if said.lr is not None and not unused:
        words = {label: replace(each, base=said.lr) for label, each in words.items()}
    return {"": words[readings[0].label]} if len(readings) == 1 else words


PYTHON: Final = FrontEnd("a framework's call or a script", _is_python, _lower)
