"""From the text of a call, a snippet or a script to the schedules it makes."""

import ast
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lrplot.errors import LrplotError, NotationError, OpenNameError, UnusedBindingError
from lrplot.optimizers.base import Optimizer as Model
from lrplot.python import symbolic
from lrplot.python.binding import NotKnown
from lrplot.python.evaluator import Evaluator
from lrplot.python.expressions import short
from lrplot.python.followed import Followed, Follower, table
from lrplot.python.mutation import rates_by_hand
from lrplot.python.open_names import let
from lrplot.python.reach import reach_of
from lrplot.python.registry import Configuration, Registry, TrainerStepped
from lrplot.python.script import Lengths, Script
from lrplot.python.source import Source, parse
from lrplot.python.state import Rates
from lrplot.python.syntax import counting_parameter
from lrplot.python.totals import total_named
from lrplot.python.unfollowed import unfollowed
from lrplot.python.unknown_names import no_such
from lrplot.python.unread import unread_call
from lrplot.python.values import GROUPS, Function, Instance, Made, Optimizer, Path, Refusal, Unknown
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt


@dataclass(frozen=True, slots=True)
class Reading:
    """A schedule that a text makes.

    Parameters
    ----------
    label
        The variable it is assigned to, else the name of the call.
    call
        The name of the call.
    framework
        Whose it is; empty for a function of the step.
    schedule
        The schedule, as that framework computes it.
    horizon
        How long the text trains, on the schedule's own clock, None where it does not say.
    by_epoch
        Whether that clock counts epochs: the scheduler is updated once an epoch.
    steps_per_epoch
        The optimizer's steps in an epoch, where the text says.
    notes
        What the reader of the curve should know.
    optimizer
        The one optimizer of the text, None where there is none, or several, or one whose updates are not
        computed.
    alone
        Whether the text is an optimizer and no scheduler.
    wrapped
        Whether a schedule that is itself updated once an epoch is on the updates' clock already.
    never_stepped
        Whether there is a scheduler that nothing steps.
    """

    label: str
    call: str
    framework: str
    schedule: Schedule
    horizon: int | None = None
    by_epoch: bool = False
    steps_per_epoch: int | None = None
    notes: tuple[str, ...] = ()
    optimizer: Model | None = None
    alone: bool = False
    wrapped: bool = True
    never_stepped: bool = False


def read(
    text: str,
    name: str,
    around: Surroundings,
    registry: Registry,
    *,
    assumed_lr: float | None = None,
    bindings: Mapping[str, str] | None = None,
    optimized: bool = False,
    update: str | None = None,
) -> tuple[Reading, ...]:
    """The schedules that ``text`` makes, in order; it is parsed and never executed.

    Parameters
    ----------
    text
        A framework's call, a snippet or a whole script.
    name
        What errors call it.
    around
        Base rate (which wins over the text's), length and clock where they are known.
    registry
        The frameworks that are known.
    assumed_lr
        Base rate where nothing gives one; None makes that an error.
    bindings
        Values for names the text leaves open, as Python expressions.
    optimized
        Whether the optimizer beside a scheduler is wanted too.
    update
        ``step`` or ``epoch``: how often a scheduler is stepped that the text hands on to code elsewhere.

    Raises
    ------
    NotationError
        Naming the place of what cannot be read.

    Examples
    --------
    >>> from lrplot.clock import Clock
    >>> from lrplot.frameworks.registry import REGISTRY
    >>> (one,) = read("StepLR(optimizer, 30)", "it", Surroundings(0.1, 100, Clock(100)), REGISTRY)
    >>> one.schedule([29, 30]).tolist()
    [0.1, 0.010000000000000002]
    """
    source = parse(text, name)
    given = bindings or {}
    asked = _Asked(source, around, registry, assumed_lr, given, update)
    _check_bindings(asked)
    try:
        found, evaluator, passed_over = _drawn(asked)
    except OpenNameError as error:
        raise _all_open(asked, error) from None
    except RecursionError:
        raise source.refuse("nested too deeply", source.tree) from None
    if not found:
        raise passed_over[0] if passed_over else _nothing(source, registry)
    unused = next((key for key in given if _spelled(key, "") not in evaluator.bound), None)
    if unused is not None:
        raise UnusedBindingError(unused, _names(source))
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    if optimized and evaluator.optimizers and not found[0].alone:
        model = _modelled(evaluator, evaluator.optimizers[0])
        found = [replace(each, optimizer=model) for each in found]
    return tuple(replace(each, notes=(*each.notes, *notes)) for each in found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is read, and what is said beside it."""

    source: Source
    around: Surroundings
    registry: Registry
    assumed_lr: float | None
    given: Mapping[str, str]
    update: str | None
    told_later: bool = False
    """Whether ``assumed_lr`` is the rate of an optimizer that stands behind the schedule."""


_MOST_OPEN: Final = 24
"""Most open names that are looked for in one text."""


def _all_open(asked: _Asked, first: OpenNameError) -> NotationError:
    """The error that names all names a text leaves open, as options to paste.

    What one of them hides comes out once something stands in for it.
    """
    names_ = [first.name]
    given = dict(asked.given)
    while len(names_) < _MOST_OPEN:
        given[names_[-1]] = _STAND_IN
        try:
            _drawn(replace(asked, given=given))
        except OpenNameError as error:
            if error.name in names_:
                break
            names_.append(error.name)
        except (LrplotError, RecursionError):
            break
        else:
            break
    if len(names_) == 1:
        return first
    options = " ".join(map(let, names_))
    listed = ", ".join(f"'{name}'" for name in names_)
    told = asked.source.at(f"{listed} are not known here; bind them: {options}", first)
    return OpenNameError.of(told, first.name)


_STAND_IN: Final = "12"
"""What stands in for an open name while the others are looked for."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One reading of the text, with what stood in for lengths that it does not say."""

    readings: list[Reading]
    followed: list[Followed | None]
    evaluator: Evaluator
    lengths: Lengths
    passed_over: list[NotationError]


_MOST_GROUPS: Final = 32
"""Most parameter groups whose rates are looked at."""


def _drawn(asked: _Asked) -> tuple[list[Reading], Evaluator, list[NotationError]]:
    """The readings of a text, of each parameter group that has a curve of its own."""
    found, evaluator, passed_over = _drawn_of(asked, 0)
    groups = max((len(each) for each in evaluator.objects.groups.values()), default=1)
    if groups == 1 or asked.around.lr is not None or not found:
        return found, evaluator, passed_over
    kept = [(reading, 0) for reading in found]
    for group in range(1, min(groups, _MOST_GROUPS)):
        more, _, _ = _drawn_of(asked, group)
        kept += [
            (reading, group)
            for first, reading in zip(found, more, strict=False)
            if all(reading.schedule != other.schedule for other, _ in kept if other.call == first.call)
        ]
    if len(kept) == len(found):
        return found, evaluator, passed_over
    return [replace(r, label=f"{r.label}, group {g}") for r, g in kept], evaluator, passed_over


def _drawn_of(asked: _Asked, group: int) -> tuple[list[Reading], Evaluator, list[NotationError]]:
    """The readings of one parameter group; where lengths are not said, those that hold for any."""
    known = asked.around.clock.steps_per_epoch
    first = _first_attempt(asked, known, group)
    if known is not None and first.lengths.asked:
        # The epoch's updates are given; where it takes several batches to make one, there are more batches.
        each = next((f.each for f in first.followed if f is not None and f.each), None)
        if each is not None and each != known and known % each == 0:
            first = _attempt(asked, Lengths(known * (known // each)), group)
    if not first.lengths.used:
        return first.readings, first.evaluator, first.passed_over
    second = _attempt(asked, Lengths(known, stand_in=_SECOND), group)
    found = _held_for_any(asked.source, first, second)
    if first.lengths.said:
        _check_told(asked, known, first, group)
    for stand_in in _far_enough(first, _turns_told(asked, known, first, second, group)):
        _held_for_any(asked.source, first, _attempt(asked, Lengths(known, stand_in=stand_in), group))
    return found, first.evaluator, first.passed_over


_SECOND: Final = (29, 19)
"""Batches and turns that stand in a second time: enough that one more update comes of them."""


def _first_attempt(asked: _Asked, known: int | None, group: int) -> _Attempt:
    """What stands in for a length is never called a mistake: where it alone makes one, it is asked for."""
    lengths = Lengths(known)
    try:
        return _attempt(asked, lengths, group)
    except LrplotError as error:
        if not lengths.said:
            raise
        try:
            _attempt(asked, Lengths(known, told=_MANY), group)
        except LrplotError as other:
            if str(other) == str(error):
                raise error from None
        raise _length_wanted(asked.source, lengths) from None


_MANY: Final = 1_000_003
"""Batches of an epoch with which no warm-up is longer than the training."""
_FARTHEST: Final = 20_000
"""Most turns that stand in for a loop's, to see what a condition on the turn does behind it."""


def _check_told(asked: _Asked, known: int | None, first: _Attempt, group: int) -> None:
    """Refuse a scheduler that is another one where an epoch has many batches.

    Two small epochs may be shorter than a warm-up, and look alike for it.
    """
    try:
        many = _attempt(asked, Lengths(known, told=_MANY), group)
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


def _turns_told(asked: _Asked, known: int | None, first: _Attempt, second: _Attempt, group: int) -> float:
    """The turn behind which nothing that was compared, or hangs on a turn, changes any more."""
    reach = max(first.lengths.reach, reach_of(second.evaluator.objects.training.blocks))
    if known is not None or "batches" not in first.lengths.used:
        return reach
    lengths = Lengths(known, stand_in=_PROBED, most=_OUTER)
    evaluator, script = _prepared(asked, lengths, group)
    # Only what happens is looked at: what is wrong in it, the other readings say.
    with suppress(LrplotError):
        script.run()
    return max(reach, reach_of(evaluator.objects.training.blocks))


def _far_enough(first: _Attempt, reach: float) -> list[tuple[int, int]]:
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


def _held_for_any(source: Source, first: _Attempt, second: _Attempt) -> list[Reading]:
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
            return replace(reading, horizon=epochs, by_epoch=True, steps_per_epoch=None)
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
    if not np.array_equal(by_epoch[0][:shared], by_epoch[1][:shared]):
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
    ends_there = not turns or len(by_epoch[0]) == len(by_epoch[1])
    horizon = len(by_epoch[0]) if ends_there else None
    return replace(reading, schedule=schedule, horizon=horizon, by_epoch=True, steps_per_epoch=None)


def _is_formula(followed: Followed) -> bool:
    """Whether a rate is written by one formula of the turn, which holds for every turn there is."""
    return followed.scheduler is None and followed.schedule.type == "lambda"


def _is_level(followed: Followed) -> bool:
    """Whether a schedule is written as the rates that were seen, which more turns may change."""
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
    message = (
        f"how often this loop turns decides the curve, and '{text}' is not known here; bind it with "
        f"{let(text)}"
    )
    return OpenNameError.of(source.refuse(message, node), text)


def _evaluator(asked: _Asked) -> Evaluator:
    rates = Rates(asked.around.lr, asked.assumed_lr)
    return Evaluator(asked.source, asked.around, rates, {}, asked.registry)


def _prepared(asked: _Asked, lengths: Lengths, group: int) -> tuple[Evaluator, Script]:
    evaluator = _evaluator(asked)
    evaluator.lengths = lengths
    evaluator.group = group
    evaluator.bindings = {_spelled(k, text): _bound(evaluator, k, text) for k, text in asked.given.items()}
    return evaluator, Script(evaluator, lengths)


def _attempt(asked: _Asked, lengths: Lengths, group: int) -> _Attempt:
    evaluator, script = _prepared(asked, lengths, group)
    for each in asked.registry.frameworks:
        found = each.configuration(evaluator) if each.configuration else None
        if found is not None:
            return _Attempt([_configured(found)], [None], evaluator, lengths, [])
    script.run()
    later = _rate_told_later(evaluator)
    if later is not None:
        return _attempt(replace(asked, assumed_lr=later, told_later=True), lengths, group)
    evaluator.assumed_rate &= not asked.told_later
    pairs = _found(evaluator, script, asked)
    return _Attempt(
        [reading for reading, _ in pairs],
        [followed for _, followed in pairs],
        evaluator,
        lengths,
        script.passed_over,
    )


def _rate_told_later(evaluator: Evaluator) -> float | None:
    """The rate of an optimizer that stands behind a schedule for which a rate was assumed."""
    if not evaluator.assumed_rate:
        return None
    try:
        own = evaluator.only_rate()
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        first = next((each.node for each in evaluator.made if isinstance(each, Made)), evaluator.source.tree)
        raise evaluator.source.refuse(str(refusal), first) from None
    return None if own == evaluator.rates.assumed else own


def _configured(config: Configuration) -> Reading:
    """The reading of a whole configuration, which says itself how long it trains."""
    return Reading(
        config.call,
        config.call,
        config.framework,
        config.schedule,
        config.horizon,
        config.by_epoch,
        notes=config.notes,
    )


def _check_bindings(asked: _Asked) -> None:
    """Refuse a ``--let`` that is none before anything is read."""
    evaluator = Evaluator(
        asked.source, asked.around, Rates(asked.around.lr, asked.assumed_lr), {}, asked.registry
    )
    for key, text in asked.given.items():
        _spelled(key, text)
        _bound(evaluator, key, text)


def _timed(reading: Reading, made: Any, script: Script, around: Surroundings) -> Reading:
    """The reading of a schedule no loop steps: a schedule that counts updates needs to know an epoch's."""
    own = bool(reading.framework) and reading.call in script.evaluator.registry[reading.framework].by_epoch
    each = around.clock.steps_per_epoch or script.steps_per_epoch
    if own:
        return replace(reading, horizon=script.epochs, by_epoch=True, steps_per_epoch=each)
    if isinstance(made, Made) and made.needs is not None:
        raise script.source.refuse(made.needs, made.node)
    if isinstance(made, Made) and made.horizon is not None and script.turns is None and script.epochs is None:
        return replace(reading, horizon=made.horizon)
    if script.turns is not None or script.epochs is None:
        return replace(reading, horizon=script.turns or reading.horizon)
    if each is not None:
        return replace(reading, horizon=script.epochs * each, steps_per_epoch=each)
    note = (
        f"the text trains {script.epochs} epochs and does not say how many steps each has; drawn over the "
        "schedule's own length (--steps-per-epoch)"
    )
    return replace(reading, notes=(*reading.notes, note))


def _nothing(source: Source, registry: Registry) -> NotationError:
    """The error for a text without a scheduler; a lone call of an unknown name is told by that name."""
    statements = source.tree.body
    if not statements:
        return source.refuse("nothing in it: a script, a call or a spec was expected", source.tree)
    unread = unread_call(source.tree)
    if unread is not None:
        return source.refuse(unread[1], unread[0])
    value = getattr(statements[0], "value", None)
    if len(statements) > 1 or not isinstance(value, ast.Call):
        return source.refuse("no scheduler call in it", statements[0])
    return source.refuse(no_such(ast.unparse(value.func), registry.names), value.func)


def read_mapping(
    mapping: Mapping[str, Any],
    name: str,
    around: Surroundings,
    registry: Registry,
    *,
    assumed_lr: float | None = None,
) -> Reading | None:
    """The schedule that a mapping of a config file describes, None where it describes none.

    Raises
    ------
    NotationError
        When it does, and its arguments are wrong.
    """
    source = Source(name, ("",), ast.parse(""), ())
    evaluator = Evaluator(source, around, Rates(around.lr, assumed_lr), {}, registry)
    made = evaluator.making.described(_deep(evaluator, mapping, source.tree), source.tree)
    if not isinstance(made, Made):
        return None
    if made.needs is not None:
        raise source.refuse(made.needs, source.tree)
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    return Reading(made.call, made.call, made.framework, made.schedule, notes=notes)


def _deep(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    """A config's plain data, its inner mappings read first."""
    if isinstance(value, Mapping):
        inner = {
            str(key): child
            if key in {"init_args", "params"} and isinstance(child, Mapping)
            else _inner(evaluator, child, node)
            for key, child in value.items()
        }
        for key in ("init_args", "params"):
            if isinstance(inner.get(key), Mapping):
                inner[key] = {str(k): _inner(evaluator, v, node) for k, v in inner[key].items()}
        return inner
    return _inner(evaluator, value, node)


def _inner(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    if isinstance(value, Mapping):
        deep = _deep(evaluator, value, node)
        described = evaluator.making.described(deep, node)
        return described if isinstance(described, Made) else deep
    if isinstance(value, list):
        return [_inner(evaluator, child, node) for child in value]
    return value


def _assumed(evaluator: Evaluator, lr: float | None) -> tuple[str, ...]:
    return (f"no base rate in it; drawn with lr {lr:g} (--lr)",) if evaluator.assumed_rate else ()


def _names(source: Source) -> set[str]:
    """All that a text could have bound."""
    kinds = ast.Name | ast.Attribute
    return {ast.unparse(node) for node in ast.walk(source.tree) if isinstance(node, kinds)}


def _spelled(key: str, text: str) -> str:
    """A binding's name as the syntax tree spells it."""
    try:
        return ast.unparse(ast.parse(key.strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None


def _bound(evaluator: Evaluator, key: str, text: str) -> Any:
    # A bare word is the text it says.
    if text.strip().isidentifier() and text.strip() not in {"True", "False", "None"}:
        return text.strip()
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None
    try:
        from lrplot.python.values import Scope

        value = evaluator.value(node, Scope())
    except NotationError as error:
        raise LrplotError(f"--let {key}={text}: {error.message}") from None
    if isinstance(value, Unknown | Path):
        raise LrplotError(f"--let {key}={text}: the value must be known, as 0.1 or 90 * 5005")
    return value


def _found(evaluator: Evaluator, script: Script, asked: _Asked) -> list[tuple[Reading, Followed | None]]:
    """What the text trains with: the curves its loops make, and the schedules that no loop steps."""
    around = asked.around
    follower = Follower(script)
    readings: list[tuple[Reading, Followed | None]] = []
    done: set[int] = set()
    for optimizer in follower.optimizers():
        if isinstance(optimizer.lr, Made | Function | Instance) or _is_trainers(evaluator, script, optimizer):
            continue
        for reading, followed in _of_optimizer(evaluator, script, follower, optimizer, asked):
            readings.append((reading, followed))
            done |= {
                id(made) for made in evaluator.made if isinstance(made, Made) and made.optimizer is optimizer
            }
    script.fitting.check_unfollowed(evaluator.made)
    done |= _not_trained_with(evaluator, script)
    made = [each for each in evaluator.made if id(each) not in evaluator.used and id(each) not in done]
    for optimizer in evaluator.optimizers:
        inside = optimizer.lr
        if script.fitting.fits and not _updates(script, optimizer):
            continue
        if isinstance(inside, Function) or (isinstance(inside, Made | Instance) and inside not in made):
            made.append(inside)
    alone = len(made) == 1 and not readings
    made = [
        each
        for each in made
        if alone or not (isinstance(each, Made) and evaluator.registry[each.framework].dampens)
    ]
    for function, result in evaluator.configured_by_trainer:
        stepped = list(evaluator.registry.stepped_by_trainer(result))
        _check_configured(evaluator, script, function, result, [each.made for each in stepped])
        for each in stepped:
            if any(each.made is other for other in made):
                made = [other for other in made if other is not each.made]
                readings.append((_by_trainer(evaluator, script, around, each, function), None))
    readings += [
        (_by_fit(_timed(_reading(evaluator, each, script), each, script, around), each, script), None)
        for each in made
    ]
    readings += [(reading, None) for reading in _by_hand(evaluator, script)]
    _check_written(evaluator, script, readings)
    trains = any(e.kind == "update" or (e.kind == "epoch" and e.looped) for e in script.training.events())
    if not readings and (trains or not evaluator.unread) and not script.passed_over:
        plain = (_plain(evaluator, each) for each in evaluator.optimizers)
        readings = [(reading, None) for reading in plain if reading is not None]
        if len(_said(evaluator)) > 1:
            readings = [(replace(reading, alone=False, optimizer=None), None) for reading, _ in readings]
    if any(followed is not None for _, followed in readings):
        left = script.objects.unaccounted(evaluator.source.tree, script.reached)
        if left is not None:
            raise evaluator.source.refuse(
                f"what '{ast.unparse(left)}' does here is not followed, and it may step a scheduler", left
            )
        never_stepped = any(each is not None and each.never_stepped for _, each in readings)
        place = unfollowed(script, never_stepped=never_stepped)
        if place is not None:
            raise evaluator.source.refuse(place[1], place[0])
    missed = script.not_called() if readings else None
    if missed is not None:
        raise evaluator.source.refuse(
            f"what '{short(missed)}' does here is not followed, and it may change the rate; write it as a "
            "statement of its own in a plain loop or condition",
            missed,
        )
    told = _told_apart([reading for reading, _ in readings])
    return [(reading, followed) for reading, (_, followed) in zip(told, readings, strict=True)]


def _is_trainers(evaluator: Evaluator, script: Script, optimizer: Optimizer) -> bool:
    """Whether it is the optimizer that a trainer hands to a method of the text, which updates it alone."""
    implicit = any(optimizer is each for each in script.objects.implicit.values())
    own = (event for event in script.training.events() if event.optimizer is optimizer)
    return bool(evaluator.configured_by_trainer) and implicit and all(event.kind == "update" for event in own)


def _check_configured(
    evaluator: Evaluator, script: Script, function: ast.FunctionDef, result: Any, stepped: Sequence[Made]
) -> None:
    """Refuse what a trainer makes of its schedulers where that is not what its method alone says."""
    inside = {id(node) for node in ast.walk(function)}
    here = [
        each
        for each in evaluator.made
        if isinstance(each, Made) and id(each.node) in inside and id(each) not in evaluator.used
    ]
    if not here and not stepped:
        return
    other = evaluator.registry.refused_of_trainer(script.tree, function)
    if other is not None:
        raise evaluator.source.refuse(other[1], other[0])
    for made in here:
        if made is not result and not any(made is each for each in stepped):
            if isinstance(result, Unknown) and result.because is None:
                raise evaluator.source.refuse(
                    f"what {function.name} returns depends on a condition that is not known here; keep the "
                    "way that is meant",
                    function,
                )
            if isinstance(result, Unknown | Path):
                raise evaluator.not_known(result, f"and whether {made.call} is returned depends on it")
            raise evaluator.source.refuse(
                f"{made.call} is made here, and {function.name} does not return it as a scheduler: who steps "
                "it is not known",
                made.node,
            )
    for made in stepped:
        by_hand = (e for e in script.training.events() if e.kind == "step" and e.scheduler is made)
        event = next(by_hand, None)
        if event is not None:
            raise evaluator.source.refuse(
                f"{made.call} is stepped here, and by the trainer too, as {function.name} returns it",
                event.node,
            )
        beside = [each for each in stepped if each is not made and each.optimizer is made.optimizer]
        if beside and made.optimizer is not None:
            raise evaluator.source.refuse(
                f"{function.name} returns several schedulers of one optimizer; what they make of its rate "
                "together is not read",
                beside[0].node,
            )


def _updates(script: Script, optimizer: Optimizer) -> int:
    """How often an optimizer updates in the loops that were followed."""
    return script.training.count(lambda event: event.kind == "update" and event.optimizer is optimizer)


def _not_trained_with(evaluator: Evaluator, script: Script) -> set[int]:
    """The schedules that no fit is given, by itself or in an optimizer; a note says so."""
    if not script.fitting.fits:
        return set()
    trained = {id(o.lr) for o in evaluator.optimizers if _updates(script, o)}
    found = set()
    for each in evaluator.made:
        if id(each) in trained or not isinstance(each, Made | Instance) or id(each) in evaluator.used:
            continue
        if isinstance(each, Made) and each.optimizer is not None:
            continue
        found.add(id(each))
        if id(each) not in script.fitting.given:
            name = each.call if isinstance(each, Made) else each.of.node.name
            evaluator.notes[f"{script.labels.get(id(each), name)} is made, and nothing trains with it"] = None
    return found


def _by_fit(reading: Reading, made: Any, script: Script) -> Reading:
    """The reading of an optimizer's own schedule, as long as the updates that were followed."""
    optimizer = next((o for o in script.evaluator.optimizers if o.lr is made), None)
    if optimizer is None or not script.fitting.fits:
        return reading
    every = script.fitting.batches_of_an_update(optimizer)
    if every > 1:
        # It counts batches, and is asked in the last of those of an update.
        slower = Excerpt(schedule=reading.schedule, start=every - 1, stride=every)
        reading = replace(reading, schedule=slower, horizon=None)
    if script.lengths.used:
        return reading
    return replace(reading, horizon=_updates(script, optimizer) // every)


def _said(evaluator: Evaluator) -> list[ast.stmt]:
    """The statements of a text but for its imports."""
    return [s for s in evaluator.source.tree.body if not isinstance(s, ast.Import | ast.ImportFrom)]


def _of_optimizer(
    evaluator: Evaluator, script: Script, follower: Follower, optimizer: Optimizer, asked: _Asked
) -> list[tuple[Reading, Followed | None]]:
    """The curves of one optimizer's parameter groups; one where all groups have the same."""
    followed = follower.follow(optimizer)
    if followed is None:
        handed = [
            (made, node) for made, node in script.objects.handed.values() if made.optimizer is optimizer
        ]
        if handed and asked.update is None:
            raise _update_wanted(evaluator, *handed[0])
        return []
    handed = [(made, node) for made, node in script.objects.handed.values() if made.optimizer is optimizer]
    if handed and followed.unchanged and not followed.never_stepped and followed.scheduler is not None:
        made, node = handed[0]
        raise evaluator.source.refuse(
            f"{made.call} is stepped before the training and handed on here, and how often it is stepped "
            "there is not known; paste the code that gets it",
            node,
        )
    if handed and (followed.never_stepped or followed.scheduler is None):
        if asked.update is None:
            raise _update_wanted(evaluator, *handed[0])
        return [(_handed_on(evaluator, script, follower, handed[0][0], asked), None)]
    if asked.update is not None and not followed.never_stepped and followed.scheduler is not None:
        step = next(e.node for e in script.training.events() if e.kind == "step" and e.optimizer is optimizer)
        raise evaluator.source.refuse(
            f"--update {asked.update} says what this text says itself: here the scheduler is stepped, and "
            "that is drawn",
            step,
        )
    scheduler = followed.scheduler
    name = scheduler.call if scheduler is not None else _writer(script, optimizer)
    label = script.labels.get(id(scheduler), name) if scheduler is not None else name
    notes: list[str] = []
    if scheduler is None and not _sets(script, optimizer):
        notes.append(f"{optimizer.name} has no scheduler here: its rate stays as it is")
    if followed.never_stepped and scheduler is not None:
        notes.append(f"{label} is made and never stepped: the rate stays as it is")
    if followed.ticks > 1:
        notes.append(f"the scheduler advances {followed.ticks} times an update; drawn over updates")
    elsewhere = script.objects.assumed
    notes += [f"{path}(…) is not in the text; taken to leave the rate alone" for path in elsewhere]
    if followed.by_epoch and followed.kind == "epoch":
        notes.append("drawn over epochs: how many updates one has is not in the text (--steps-per-epoch)")
    reading = Reading(
        label,
        name,
        scheduler.framework if scheduler is not None else "",
        followed.schedule,
        horizon=followed.updates,
        by_epoch=followed.by_epoch,
        steps_per_epoch=followed.each,
        notes=tuple(notes),
        never_stepped=followed.never_stepped,
    )
    return [(reading, followed)]


def _handed_on(
    evaluator: Evaluator, script: Script, follower: Follower, made: Made, asked: _Asked
) -> Reading:
    """A scheduler that code elsewhere steps, as often as ``--update`` says."""
    reading = _reading(evaluator, made, script)
    epochs = follower.epochs_elsewhere() or script.epochs
    each = asked.around.clock.steps_per_epoch or script.steps_per_epoch
    if asked.update == "epoch":
        return replace(reading, horizon=epochs, by_epoch=True, steps_per_epoch=each)
    horizon = epochs * each if epochs and each else None
    return replace(reading, horizon=horizon, steps_per_epoch=each)


def _update_wanted(evaluator: Evaluator, made: Made, node: ast.Call) -> NotationError:
    return evaluator.source.refuse(
        f"{made.call} is handed on here, and how often it is stepped there is not known; say --update step "
        "or --update epoch",
        node,
    )


def _by_trainer(
    evaluator: Evaluator,
    script: Script,
    around: Surroundings,
    said: TrainerStepped,
    function: ast.FunctionDef,
) -> Reading:
    """A scheduler that Lightning's Trainer steps: once an epoch, unless the interval is the step."""
    if said.open is not None:
        raise evaluator.not_known(said.open)
    reading = _reading(evaluator, said.made, script)
    each = around.clock.steps_per_epoch or script.steps_per_epoch
    if said.frequency > 1 and not said.by_epoch:
        raise evaluator.source.refuse(
            f"a frequency of {said.frequency} at interval 'step' counts the batches of an epoch: not read",
            function,
        )
    if said.frequency > 1:
        slower = Epochwise(schedule=reading.schedule, steps_per_epoch=said.frequency)
        reading = replace(reading, schedule=slower)
    if not said.by_epoch:
        horizon = script.turns or (script.epochs * each if script.epochs and each else None)
        return replace(reading, horizon=horizon, steps_per_epoch=each)
    note = f"{function.name} leaves the interval at 'epoch': Lightning steps the scheduler once an epoch"
    slow = script.epochs
    return replace(
        reading,
        horizon=slow,
        by_epoch=True,
        steps_per_epoch=each,
        notes=(*reading.notes, note),
        wrapped=False,
    )


def _sets(script: Script, optimizer: Optimizer) -> bool:
    return any(
        e.optimizer is optimizer and e.kind in {"set", "scale", "map"} for e in script.training.events()
    )


def _writer(script: Script, optimizer: Optimizer) -> str:
    """What a rate written by hand is called: the function that writes it, else the optimizer."""
    for event in script.training.events():
        if event.optimizer is optimizer and event.kind in {"set", "scale", "map"}:
            inner = [
                node
                for node in ast.walk(script.tree)
                if isinstance(node, ast.FunctionDef)
                and node.lineno <= getattr(event.node, "lineno", 0) <= (node.end_lineno or 0)
            ]
            names = [node.name for node in inner if node.name not in {"main", "train", "step", "__init__"}]
            return names[-1] if names else optimizer.name
    return optimizer.name


def evaluator_tree(script: Script) -> ast.Module:
    return script.tree


def _by_hand(evaluator: Evaluator, script: Script) -> list[Reading]:
    """Functions that nothing in the text calls, and that write the rate of their step."""
    readings = []
    for function in script.by_hand:
        events = [
            event
            for event in script.training.events()
            if event.kind in {"set", "scale", "map"}
            and function.lineno <= event.node.lineno <= (function.end_lineno or 0)  # type: ignore[attr-defined]
        ]
        rate: Any = None
        for event in events:
            if event.group not in (None, 0):
                continue
            if event.kind != "set":
                raise evaluator.source.refuse(
                    f"{function.name} multiplies the rate it finds; paste the loop that calls it", event.node
                )
            if event.test is None or rate is None:
                rate = event.formula
            else:
                rate = symbolic.choose(event.test, event.formula, rate)
        if rate is None:
            continue
        try:
            schedule = symbolic.schedule_of(rate)
        except (Refusal, LrplotError) as error:
            if isinstance(error, NotationError):
                raise
            raise evaluator.source.refuse(f"{function.name}: {error}", function) from None
        note = f"{function.name} is read as a function of the step that sets the rate"
        total = total_named(function, script.home_of(function), evaluator, script.owner_of(function))
        counts_epochs = "epoch" in (counting_parameter(function) or "")
        horizon = script.epochs if counts_epochs and script.epochs else total
        reading = Reading(function.name, function.name, "", schedule, horizon=horizon, notes=(note,))
        each = script.steps_per_epoch if counts_epochs else None
        readings.append(replace(reading, by_epoch=counts_epochs, steps_per_epoch=each))
    return readings


def _check_written(
    evaluator: Evaluator, script: Script, readings: list[tuple[Reading, Followed | None]]
) -> None:
    """Refuse a rate that is written where it was not followed."""
    followed = any(each is not None for _, each in readings) or bool(script.by_hand)
    for statement in rates_by_hand(evaluator.source.tree):
        if readings and followed and script.followed_past(statement):
            continue
        if not readings:
            raise evaluator.source.refuse(
                "the rate is set by hand here, which is not read; paste the function of the step that gives "
                "it",
                statement,
            )
        raise evaluator.source.refuse(
            "the rate is also set by hand here, in a place that is not followed; paste the loop that gets "
            "here, or take the line out",
            statement,
        )


def _reading(evaluator: Evaluator, value: Any, script: Script) -> Reading:
    name = (
        value.call
        if isinstance(value, Made)
        else value.of.node.name
        if isinstance(value, Instance)
        else value.name
    )
    label = script.labels.get(id(value), name)
    if isinstance(value, Made):
        if value.needs is not None:
            raise evaluator.source.refuse(value.needs, value.node)
        return Reading(label, name, value.framework, value.schedule, value.horizon)
    try:
        result = evaluator.formula(value, with_rate=False).value
        return Reading(label, name, "", symbolic.schedule_of(result), _total_of(evaluator, value))
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except (Refusal, LrplotError) as error:
        if isinstance(error, NotationError):
            raise
        node = value.of.node if isinstance(value, Instance) else value.node
        raise evaluator.source.refuse(f"{name}: {error}", node) from None


def _total_of(evaluator: Evaluator, value: Any) -> int | None:
    """How long training is, as a function of the script or an object of one names it."""
    if isinstance(value, Instance):
        method = value.of.method("__call__")
        return None if method is None else total_named(method, value.of.scope, evaluator, value)
    owner = next((each for each in value.first if isinstance(each, Instance)), None)
    return total_named(value.node, value.scope, evaluator, owner)


def _plain(evaluator: Evaluator, optimizer: Optimizer) -> Reading | None:
    """An optimizer without a scheduler keeps its rate."""
    if optimizer.lr is None or isinstance(optimizer.lr, Made | Instance | Function):
        return None
    rate = _own_rate(evaluator, optimizer)
    model = _modelled(evaluator, optimizer)
    if model is None:
        evaluator.notes[f"{optimizer.name} has no scheduler: its rate stays as it is"] = None
    return Reading(optimizer.name, optimizer.name, "", Constant(lr=rate), optimizer=model, alone=True)


def _own_rate(evaluator: Evaluator, optimizer: Optimizer) -> float:
    """The rate an optimizer is called with, or the one that is given in its place."""
    lr = optimizer.lr
    if isinstance(lr, Unknown | Path) and evaluator.rates.given is None:
        raise evaluator.not_known(lr)
    try:
        if lr is not GROUPS and isinstance(lr, str | bool | list | tuple | dict):
            raise Refusal(f"{optimizer.name}: the rate must be a number, got {lr!r}")
        rate = evaluator.base_rate(evaluator.rate_of(optimizer))
        if not 0 <= rate < math.inf:
            raise Refusal(f"{optimizer.name}: the rate must be a finite number ≥ 0, got {rate:g}")
        return rate
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None


def _modelled(evaluator: Evaluator, optimizer: Optimizer) -> Model | None:
    """The optimizer's updates; what of it cannot be read is an error at its place."""
    try:
        return evaluator.registry.model_of(optimizer)
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None


def _told_apart(readings: list[Reading]) -> list[Reading]:
    """Labels that differ: one schedule by its call, several by their variable, then by number."""
    if len(readings) == 1:
        return [replace(readings[0], label=readings[0].call)]
    labels = [reading.label for reading in readings]
    return [
        replace(each, label=f"{each.label} {labels[: i + 1].count(each.label)}")
        if labels.count(each.label) > 1
        else each
        for i, each in enumerate(readings)
    ]
