"""Parameter groups in code: one scheduler where it fits all of them, else a function of the step for each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lrplot.clock import Clock
from lrplot.curve import difference
from lrplot.errors import LrplotError, StepError
from lrplot.exports.formula import formula
from lrplot.exports.intent import base_rate
from lrplot.exports.scripts import Loop, Writer
from lrplot.frameworks.texts import read
from lrplot.run import Group, Run
from lrplot.schedules.base import Context
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise

_REST = "rest"
"""What the parameters are called that are in no group of the run."""


def groups_of(run: Run) -> tuple[Group, ...]:
    """The parameter groups of a run, all other parameters first."""
    named = [group for group in run.groups if group.schedule == run.schedule]
    first = named or [Group(_free(_REST, run.groups), run.schedule)]
    return (*first, *(group for group in run.groups if group not in named))


@dataclass(frozen=True, slots=True)
class Grouped:
    """Code with parameter groups, and whether the scheduler's own call is in it."""

    code: str
    has_call: bool


def with_groups(run: Run, writer: Writer, call: str) -> Grouped | None:
    """Code with an optimizer of parameter groups, read back and the same; None where none is.

    Parameters
    ----------
    run
        The run, with groups.
    writer
        Writes scripts for the target.
    call
        The scheduler's call that gives the run's own schedule, empty where a formula does.
    """
    groups, loop = _on_one_clock(run, groups_of(run))
    made = (each for each in _codes(groups, replace(writer, loop=loop), call))
    return next((each for each in made if _is_read_back(each.code, groups, loop)), None)


def _codes(groups: Sequence[Group], writer: Writer, call: str) -> Iterator[Grouped]:
    rates = tuple((group.label, base_rate(group.schedule)) for group in groups)
    if call:
        # A frozen group stays at 0 under any factor.
        own = tuple(
            (label, 0.0 if _is_frozen(group) else rate)
            for group, (label, rate) in zip(groups, rates, strict=True)
        )
        yield Grouped(replace(writer, groups=own).with_call(call), has_call=True)
    try:
        texts = [formula(group.schedule) for group in groups]
    except (LrplotError, RecursionError):
        return
    functions = list(zip(_names(groups), texts, strict=True))
    yield Grouped(replace(writer, groups=rates).with_functions(functions), has_call=False)


def _is_frozen(group: Group) -> bool:
    return isinstance(group.schedule, Constant) and group.schedule.lr == 0


def _on_one_clock(run: Run, groups: tuple[Group, ...]) -> tuple[tuple[Group, ...], Loop]:
    """The groups on a clock of epochs where all of them count the same ones, else of steps."""
    clocked = [group.schedule for group in groups if isinstance(group.schedule, Epochwise)]
    lengths = {schedule.steps_per_epoch for schedule in clocked}
    if len(clocked) == len(groups) and len(lengths) == 1 and lengths != {1}:
        inner = tuple(
            replace(group, schedule=schedule.schedule)
            for group, schedule in zip(groups, clocked, strict=True)
        )
        return inner, Loop(run.steps, *lengths)
    return groups, Loop(run.steps, 1 if run.steps_per_epoch == 1 else None)


def _is_read_back(code: str, groups: Sequence[Group], loop: Loop) -> bool:
    around = Context(None, loop.counted, Clock(loop.counted, 1 if loop.by_epoch else None))
    try:
        (reading,) = read(code, "export", around, assumed_lr=None)
        # Groups whose rates are the very same may be told as one.
        found = {group.label: group.schedule for group in reading.groups}
        return all(
            difference(group.schedule, found.get(group.label, reading.schedule), loop.counted).first is None
            for group in groups
        )
    except (LrplotError, StepError, ValueError):
        return False


def _names(groups: Sequence[Group]) -> list[str]:
    """A name in Python for the function of each group."""
    names: list[str] = []
    for index, group in enumerate(groups):
        plain = re.sub(r"\W+", "_", group.label, flags=re.ASCII).strip("_").lower()
        name = f"{plain}_lr" if plain[:1].isalpha() else f"group_{index}_lr"
        names.append(name if name not in names else f"group_{index}_lr")
    return names


def _free(name: str, groups: Sequence[Group]) -> str:
    while any(group.label == name for group in groups):
        name += "_"
    return name
