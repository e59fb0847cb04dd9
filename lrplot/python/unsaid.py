"""Lengths that a text does not say: read with two stand-ins, and drawn only where neither decides."""

import ast
import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.errors import LrplotError, NotationError, OpenNameError
from lrplot.python.as_schedule import table
from lrplot.python.attempt import attempt, prepared
from lrplot.python.evaluator import Evaluator
from lrplot.python.followed import Followed
from lrplot.python.open_names import let
from lrplot.python.reach import reach_of
from lrplot.python.reading import OVER_EPOCHS, Attempt, Reading, Request
from lrplot.python.source import Source
from lrplot.python.unsaid_lengths import Lengths
from lrplot.run import Group

if TYPE_CHECKING:
    from lrplot.schedules.base import Schedule

_MOST_GROUPS: Final = 32
"""Most parameter groups whose rates are looked at."""


def drawn(asked: Request) -> tuple[list[Reading], Evaluator, list[NotationError]]:
    """The readings of a text, of each parameter group that has a curve of its own."""
    found, evaluator, passed_over = _drawn_of(asked, 0)
    groups = max([evaluator.listed, *map(len, evaluator.objects.groups.all())])
    if groups == 1 or not found:
        return found, evaluator, passed_over
    others = [_drawn_of(asked, group)[0] for group in range(1, min(groups, _MOST_GROUPS))]
    if groups > _MOST_GROUPS:
        evaluator.notes[f"{groups} parameter groups; the first {_MOST_GROUPS} are looked at"] = None
    if len(found) == 1 and all(_together(found[0], each) for each in others):
        return [_grouped(found[0], [each[0] for each in others], evaluator)], evaluator, passed_over
    return _apart(found, others), evaluator, passed_over


def _together(first: Reading, others: list[Reading]) -> bool:
    """True where another group's reading is one curve on the same clock."""
    return len(others) == 1 and all(
        getattr(first, name) == getattr(others[0], name)
        for name in ("by_epoch", "steps_per_epoch", "wrapped")
    )


def _grouped(first: Reading, others: list[Reading], evaluator: Evaluator) -> Reading:
    """The reading with its parameter groups; as it is where all have its rates."""
    if all(each.schedule == first.schedule for each in others):
        return first
    labels = _names(evaluator, len(others) + 1)
    made = (
        Group(label, each.schedule) for label, each in zip(labels, [first, *others], strict=True) if label
    )
    return replace(first, groups=tuple(made))


def _names(evaluator: Evaluator, count: int) -> list[str]:
    """The names of the groups: as the text does in ``name``, else by their index."""
    if evaluator.group_names:
        return list(evaluator.group_names)[:count]
    of_optimizer = max(evaluator.objects.groups.all(), key=len, default=[])
    names = [each.entries.get("name") for each in of_optimizer[:count]]
    names += [None] * (count - len(names))
    labels = [name if isinstance(name, str) and name else f"group {i}" for i, name in enumerate(names)]
    return [label if labels.count(label) == 1 else f"{label} ({i})" for i, label in enumerate(labels)]


def _apart(found: list[Reading], others: list[list[Reading]]) -> list[Reading]:
    """The readings of several schedulers, a curve for each group that has its own."""
    kept = [(reading, 0) for reading in found]
    for group, more in enumerate(others, 1):
        kept += [
            (reading, group)
            for first, reading in zip(found, more, strict=False)
            if all(reading.schedule != other.schedule for other, _ in kept if other.call == first.call)
        ]
    if len(kept) == len(found):
        return found
    return [replace(r, label=f"{r.label}, group {g}") for r, g in kept]


def _drawn_of(asked: Request, group: int) -> tuple[list[Reading], Evaluator, list[NotationError]]:
    """The readings of one parameter group; where lengths are not said, those that hold for any."""
    known = asked.around.clock.steps_per_epoch
    first = _first_attempt(asked, known, group)
    if known is not None and first.lengths.asked:
        # The epoch's updates are given; where it takes several batches to make one, there are more batches.
        each = next((f.each for f in first.followed if f is not None and f.each), None)
        if each is not None and each != known and known % each == 0:
            first = attempt(asked, Lengths(known * (known // each)), group)
    if not first.lengths.used:
        return first.readings, first.evaluator, first.passed_over
    second = attempt(asked, Lengths(known, stand_in=_SECOND), group)
    found = _held_for_any(asked.source, first, second)
    if first.lengths.said:
        _check_told(asked, known, first, group)
    for stand_in in _far_enough(first, _turns_told(asked, known, first, second, group)):
        _held_for_any(asked.source, first, attempt(asked, Lengths(known, stand_in=stand_in), group))
    return found, first.evaluator, first.passed_over


_SECOND: Final = (29, 19)
"""Batches and turns that stand in a second time: enough that one more update comes of them."""


def _first_attempt(asked: Request, known: int | None, group: int) -> Attempt:
    """Try a first stand-in; where it alone makes a mistake, the length is asked for."""
    lengths = Lengths(known)
    try:
        return attempt(asked, lengths, group)
    except LrplotError as error:
        if not lengths.said:
            raise
        try:
            attempt(asked, Lengths(known, told=_MANY), group)
        except LrplotError as other:
            if str(other) == str(error):
                raise error from None
        raise _length_wanted(asked.source, lengths) from None


_MANY: Final = 1_000_003
"""Batches of an epoch with which no warm-up is longer than the training."""


_FARTHEST: Final = 20_000
"""Most turns that stand in for a loop's, to see what a condition on the turn does behind it."""


def _check_told(asked: Request, known: int | None, first: Attempt, group: int) -> None:
    """Refuse a scheduler that is another one where an epoch has many batches.

    Two small epochs may be shorter than a warm-up, and look alike for it.
    """
    try:
        many = attempt(asked, Lengths(known, told=_MANY), group)
    except LrplotError:
        raise _length_wanted(asked.source, first.lengths) from None
    differs = len(first.readings) != len(many.readings) or any(
        fa.scheduler.schedule != fb.scheduler.schedule
        if fa is not None and fb is not None and fa.scheduler is not None and fb.scheduler is not None
        else fa is None and a.schedule != b.schedule
        for a, b, fa, fb in zip(first.readings, many.readings, first.followed, many.followed, strict=False)
    )
    if differs:
        raise _length_wanted(asked.source, first.lengths)


_BEHIND: Final = 6
"""Turns behind a change: a clock that stands still there shows two updates later."""


_PROBED: Final = (300, 5)
"""Batches that are always read as one expression of the turn, and turns of another loop."""


_OUTER: Final = 24
"""Turns of an outer loop in which what its batches do is looked at."""


def _turns_told(asked: Request, known: int | None, first: Attempt, second: Attempt, group: int) -> float:
    """The turn behind which nothing that was compared, or hangs on a turn, changes any more."""
    reach = max(first.lengths.reach, reach_of(second.evaluator.objects.training.blocks))
    if known is not None or "batches" not in first.lengths.used:
        return reach
    lengths = Lengths(known, stand_in=_PROBED, most=_OUTER)
    evaluator, script = prepared(asked, lengths, group)
    # Only what happens is looked at: what is wrong in it, the other readings say.
    with suppress(LrplotError):
        script.run()
    return max(reach, reach_of(evaluator.objects.training.blocks))


def _far_enough(first: Attempt, reach: float) -> list[tuple[int, int]]:
    """Stand-ins with which every condition on a turn, and every staircase of it, comes out."""
    if all(followed is None or _is_formula(followed) for followed in first.followed):
        return []
    if reach <= 1:
        return []
    turns = math.ceil(reach) + _BEHIND
    if turns > _FARTHEST:
        raise _length_wanted(first.evaluator.source, first.lengths)
    batches, loops = first.lengths.stand_in
    more = []
    if "batches" in first.lengths.used and turns > batches:
        more.append((turns, loops))
    if "turns" in first.lengths.used and turns > loops:
        more.append((batches, turns))
    return more


def _held_for_any(source: Source, first: Attempt, second: Attempt) -> list[Reading]:
    """The readings that do not depend on what stood in for a length.

    Raises
    ------
    NotationError
        When one does, naming the length that has to be given.
    """
    kept: list[Reading] = []
    if len(first.readings) != len(second.readings):
        raise _length_wanted(source, first.lengths)
    for a, b, fa, fb in zip(first.readings, second.readings, first.followed, second.followed, strict=True):
        if fa is None or fb is None:
            if a.schedule != b.schedule:
                raise _length_wanted(source, first.lengths)
            kept.append(a)
            continue
        reading = _for_any_length(a, fa, fb, first.lengths)
        if reading is None:
            slow = not fa.inside and _one_an_epoch(fa) is not None
            raise _length_wanted(source, first.lengths, turns=slow)
        kept.append(reading)
    return kept


def _for_any_length(reading: Reading, a: Followed, b: Followed, lengths: Lengths) -> Reading | None:
    """The reading on the axis on which both curves are one, None where there is none."""
    if a.scheduler is not None and b.scheduler is not None and a.scheduler.schedule != b.scheduler.schedule:
        return None
    batches, turns = "batches" in lengths.used, "turns" in lengths.used
    shared = min(len(a.rates), len(b.rates))
    same = bool(np.array_equal(a.rates[:shared], b.rates[:shared]))
    known = a.scheduler is not None and a.schedule == b.schedule and not _is_level(a)
    # Few turns of a staircase are level too: only what nothing changes is constant however long it goes on.
    constant = a.unchanged and b.unchanged
    horizon = a.updates if a.updates == b.updates else None
    if same and (known or constant or _is_formula(a) or (not turns and not batches)):
        epochs = len(np.unique(a.epochs))
        if horizon is None and constant and not turns and epochs == len(np.unique(b.epochs)) > 1:
            # A level rate is as level over epochs, whose number is said.
            return _over_epochs(reading, epochs)
        return replace(reading, horizon=horizon)
    written = next((each.schedule for each in (a, b) if _is_formula(each)), None)
    if written is not None and np.allclose(a.rates[:shared], b.rates[:shared], rtol=1e-12, atol=0):
        return replace(reading, schedule=written, horizon=horizon)
    if a.inside or b.inside:
        return None
    by_epoch = _one_an_epoch(a), _one_an_epoch(b)
    if by_epoch[0] is None or by_epoch[1] is None:
        return None
    shared = min(len(by_epoch[0]), len(by_epoch[1]))
    # Turns read as one and turns followed one by one differ in a power's last bit.
    if not np.allclose(by_epoch[0][:shared], by_epoch[1][:shared], rtol=1e-12, atol=0):
        return None
    by_clock = all(each.clock is not None and np.array_equal(each.clock, each.epochs) for each in (a, b))
    if (
        a.scheduler is not None
        and (by_clock or not turns)
        and np.array_equal(
            by_epoch[0], np.asarray(a.scheduler.schedule(np.arange(len(by_epoch[0]), dtype=np.float64)))
        )
    ):
        schedule: Schedule = a.scheduler.schedule
    elif turns:
        return None
    else:
        schedule = table(by_epoch[0])
    # A loop of so many updates has fewer epochs where they are longer.
    horizon = len(by_epoch[0]) if len(by_epoch[0]) == len(by_epoch[1]) else None
    if not batches and a.each is not None and a.each == b.each:
        # How many updates an epoch has is said: drawn over updates, however many epochs are meant.
        return replace(reading, schedule=schedule, horizon=horizon, by_epoch=True, steps_per_epoch=a.each)
    return _over_epochs(replace(reading, schedule=schedule), horizon)


def _over_epochs(reading: Reading, horizon: int | None) -> Reading:
    """The reading on the axis of epochs, which is told."""
    notes = tuple(dict.fromkeys((*reading.notes, OVER_EPOCHS)))
    return replace(reading, horizon=horizon, by_epoch=True, steps_per_epoch=None, notes=notes)


def _is_formula(followed: Followed) -> bool:
    """True where a rate is written by one formula of the turn, which holds for every turn there is."""
    return followed.scheduler is None and followed.schedule.type == "lambda"


def _is_level(followed: Followed) -> bool:
    """True where a schedule is written as the rates that were seen, which more turns may change."""
    return followed.schedule.type in {"constant", "piecewise"} and not (followed.simple or followed.unchanged)


def _one_an_epoch(followed: Followed) -> Any:
    """The rate of each epoch, None where it changes inside one."""
    epochs = followed.epochs.astype(np.int64)
    starts = np.flatnonzero(np.diff(epochs, prepend=-1))
    levels = followed.rates[starts]
    return levels if np.array_equal(levels[epochs], followed.rates) else None


def _length_wanted(source: Source, lengths: Lengths, *, turns: bool = False) -> NotationError:
    """The error that asks for a length: the batches of an epoch, or ``turns`` where only epochs count."""
    if "batches" in lengths.used and not (turns and "turns" in lengths.used):
        return lengths.wanted(source)
    node, text = lengths.used["turns"]
    if isinstance(node, ast.While):
        return source.refuse(
            "how often this loop turns decides the curve, and the text does not say it; write its turns: "
            "'for _ in range(N):'",
            node,
        )
    message = (
        f"how often this loop turns decides the curve, and '{text}' is not known here; bind it with "
        f"{let(text)}"
    )
    return OpenNameError.of(source.refuse(message, node), text)
