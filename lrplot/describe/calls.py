"""The calls by which each framework's users get a schedule, and how their curves differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Final

from lrplot.clock import MOST_STEPS
from lrplot.curve import difference
from lrplot.curve.summary import highest
from lrplot.errors import LrplotError, UsageError
from lrplot.exports.code import export
from lrplot.exports.dialects import PYTHON, printed
from lrplot.exports.formula import formula, number
from lrplot.exports.intent import base_rate
from lrplot.exports.optimizers import spell_optimizer
from lrplot.exports.reacting import call_for
from lrplot.exports.scripts import ALL, FRAMEWORKS, shown_call
from lrplot.exports.templates import Speller
from lrplot.exports.versions import Version, versions_of
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers import SGD
from lrplot.python.parameters import Refusal
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.schedules.base import Schedule
from lrplot.schedules.composite import walk
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.reacting import Reacting
from lrplot.text.numbers import short
from lrplot.texts import Text

_LONGEST: Final = 200
"""Characters of a stand-in that is told as a line; longer ones are exported as a file."""
_DIGITS: Final = 4
"""Digits of a gap or a rate in a sentence."""
_OTHER: Final = 0.1
"""A curve that is further away than this share of the peak is not meant."""
_SLIGHT: Final = 1e-4
"""A gap of at most this share of the peak is no other curve."""
_MOST_PARTS: Final = 100
"""Schedules of a plan that nobody writes in a seldom used framework, where it takes long to be measured."""

COMMON: Final = ("pytorch", "keras", "transformers", "optax", "timm")
"""The frameworks that the catalogue's table has a column for; of the others, what they have is told."""


@dataclass(frozen=True, slots=True)
class Call:
    """A framework's call for a schedule.

    Parameters
    ----------
    framework
        Its name, as ``--as`` says it.
    call
        The call, empty where there is none.
    own
        Whether it is a class of the framework for this schedule, not a formula of ours.
    same
        Whether it draws the same curve over the run; None where that was not measured.
    gap
        How far it is from it at most, as a share of the peak.
    notes
        How it differs.
    """

    framework: str
    call: str
    own: bool = True
    same: bool | None = None
    gap: float = 0.0
    notes: tuple[Text, ...] = ()

    @property
    def title(self) -> str:
        """The framework's title."""
        return REGISTRY[self.framework].title


def known_frameworks(names: str) -> tuple[str, ...]:
    """The frameworks of a list such as ``pytorch,keras``.

    Raises
    ------
    UsageError
        When one is not known.
    """
    found = [name.strip().lower() for name in names.split(",") if name.strip()]
    spelled = tuple(dict.fromkeys(REGISTRY.aliases.get(name, name) for name in found))
    wrong = next((name for name in spelled if name not in FRAMEWORKS), None)
    if wrong is not None or not spelled:
        raise UsageError(f"no framework '{wrong or names}'; known are {', '.join(FRAMEWORKS)}")
    return spelled


def calls(run: Run, frameworks: Sequence[str] = COMMON) -> tuple[Call, ...]:
    """The call of each framework that has a class for it, measured over the run and a quarter more.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> (pytorch,) = calls(Run("cosine", Cosine(lr=0.1, T_max=50.0), 50), ["pytorch"])
    >>> pytorch.call, pytorch.notes[0].en
    ('CosineAnnealingLR(optimizer, T_max=50)', 'the same to the end; at step 61 it is at 0.01147, not 0')
    """
    if isinstance(run.schedule, Reacting):
        return tuple(call for name in frameworks if (call := _exported(run, name)) is not None)
    own, unit, told = own_clock(run)
    longer = replace(own, steps=min(MOST_STEPS, own.steps + max(1, own.steps // 4)))
    found = [_call(longer, name, own.steps, unit) for name in frameworks]
    return tuple(replace(each, notes=(*told, *each.notes)) for each in found if each is not None)


def _exported(run: Run, name: str) -> Call | None:
    """The call in the code that is exported for what reacts to a metric."""
    schedule, target = run.schedule, ALL[name]
    try:
        call = next(call_for(schedule, target), "") if isinstance(schedule, Reacting) else ""
        made = export(run, name) if call and target.spellings.script else None
    except LrplotError:
        return None
    if made is None:
        return None
    notes = tuple(Text(note, note) for note in made.notes) or (_SAME,)
    return Call(name, call, same=made.exact, notes=notes)


def elsewhere(run: Run) -> tuple[Call, ...]:
    """The calls of the other frameworks, where their curve is at least like it, and what else they tell.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> mmengine = elsewhere(Run("linear", Linear(lr=0.1, T_max=100.0), 100))[0]
    >>> mmengine.framework, mmengine.same, mmengine.notes[0].en
    ('mmengine', False, 'another curve: it differs from step 1 on, most by 0.001 at step 99')
    """
    if count(run.schedule) > _MOST_PARTS:
        return ()
    others = [name for name in FRAMEWORKS if name not in COMMON]
    return tuple(call for call in calls(run, others) if call.same is not None and call.gap <= _OTHER)


def count(schedule: Schedule) -> int:
    """The number of schedules in a schedule, itself among them."""
    return sum(1 for _ in walk(schedule, 1))


def written_out(run: Run, name: str) -> Call | None:
    """The stand-in for a class: the formula on one line, or the command that writes more.

    None where nothing gives the schedule.
    """
    own, unit, _ = own_clock(run)
    if name not in _STAND_INS:
        return None
    try:
        # The formula of each schedule takes more than a letter.
        text = _STAND_INS[name](own.schedule) if count(own.schedule) <= _LONGEST else ""
    except Refusal:
        text = ""
    if not text or len(text) > _LONGEST:
        return _command(run, name)
    by_epoch = text.partition("(")[0] in REGISTRY[name].by_epoch
    notes = (
        (_asked_each_epoch(REGISTRY[name].title),) if by_epoch and unit == _STEP and "epoch" in text else ()
    )
    return Call(name, text, own=False, notes=notes)


def _command(run: Run, target: str) -> Call | None:
    """The command that writes what has no place on a line."""
    try:
        export(run, target)
    except LrplotError:
        return None
    known = run.origin if run.origin in CATALOGUE else "REF"
    return Call(target, f"lrplot export {known} --to {target}", own=False)


_SAME: Final = Text("the same curve", "曲线相同")
_STEP: Final = Text("step {}", "第 {} 步")
_EPOCH: Final = Text("epoch {}", "第 {} 轮")
_NONE: Final = Text("no scheduler: the optimizer's own rate", "不需要调度器：优化器自己的学习率")
_BY_EPOCH: Final = Text("called once an epoch", "每轮调用一次")


def _asked_each_epoch(title: str) -> Text:
    return Text(
        f"{title} asks it once an epoch, so its numbers count epochs",
        f"{title} 每轮调用一次，因此其中的数以轮计",
    )


def own_clock(run: Run) -> tuple[Run, Text, tuple[Text, ...]]:
    """The run on the clock its scheduler is stepped on, and what a step of it is called."""
    schedule = run.schedule
    if isinstance(schedule, Epochwise) and schedule.steps_per_epoch > 1:
        epochs = -(-run.steps // schedule.steps_per_epoch)
        return replace(run, schedule=schedule.schedule, steps=epochs), _EPOCH, (_BY_EPOCH,)
    return run, _EPOCH if run.steps_per_epoch == 1 else _STEP, ()


def _call(longer: Run, framework: str, end: int, unit: Text) -> Call | None:
    target = ALL[framework]
    base = base_rate(longer.schedule)
    speller = Speller(target.framework, target.spellings, base, end, by_epoch=longer.steps_per_epoch == 1)
    spelled = speller.calls(longer.schedule)
    usual = next(spelled, None)
    style = target.spellings.optimizer
    if usual is None:
        return None
    if not usual:
        if style is None or target.spellings.form != "call":
            return None
        optimizer = SGD() if longer.optimization is None else longer.optimization.optimizer
        text, _ = spell_optimizer(optimizer, style, number(base))
        return Call(framework, text, same=True, notes=(_NONE,))
    version = next(versions_of(longer, target, end, chain([usual], spelled)), None)
    if version is None:
        return Call(framework, shown_call(usual))
    return measured(longer, framework, version, end, unit)


def measured(longer: Run, framework: str, version: Version, end: int, unit: Text) -> Call:
    """The difference of a framework's curve from the run's up to step ``end``, and after it."""
    a, b = longer.schedule, version.run.schedule
    within = difference(a, b, min(end, version.run.steps))
    gap = within.greatest / (highest(a, end).value or 1.0)
    same = within.first is None or gap <= _SLIGHT
    notes = [*_parting(within.first, within.greatest, within.at, unit, same=same)]
    if same:
        notes += _afterwards(a, b, longer.steps, version.run.steps, unit, alike=within.first is None)
    if ALL[framework].framework.single_precision:
        notes.append(Text("computed in float32", "以 float32 计算"))
    elif framework not in COMMON:
        notes += (Text(note, note) for note in version.run.notes[len(longer.notes) :])
    return Call(framework, version.call, same=same, gap=gap, notes=tuple(notes))


def _parting(first: int | None, greatest: float, at: int, unit: Text, *, same: bool) -> list[Text]:
    if first is None:
        return []
    gap = short(greatest, _DIGITS)
    if same:
        where = _where(unit, at)
        return [
            Text(
                f"the same within {gap} (at {where.en})",
                f"相差不超过 {gap}（{where.zh}）",
            )
        ]
    begins, most = _where(unit, first), _where(unit, at)
    return [
        Text(
            f"another curve: it differs from {begins.en} on, most by {gap} at {most.en}",
            f"曲线不同：从{begins.zh}起有差别，最大相差 {gap}（{most.zh}）",
        )
    ]


def _where(unit: Text, step: int) -> Text:
    return Text(unit.en.format(step), unit.zh.format(step))


def _afterwards(
    a: Schedule, b: Schedule, longer: int, lasting: int, unit: Text, *, alike: bool
) -> list[Text]:
    """The course of the curve after the end of the run."""
    if lasting < longer:
        last = _where(unit, lasting - 1)
        return [
            Text(f"the same curve; it refuses to go on after {last.en}", f"曲线相同；{last.zh}之后会报错")
        ]
    found = difference(a, b, longer)
    if not alike or found.first is None:
        return [_SAME] if alike else []
    rates = short(float(b(longer - 1)), _DIGITS), short(float(a(longer - 1)), _DIGITS)
    where = _where(unit, longer - 1)
    return [
        Text(
            f"the same to the end; at {where.en} it is at {rates[0]}, not {rates[1]}",
            f"到结束为止相同；{where.zh}时为 {rates[0]}，而不是 {rates[1]}",
        )
    ]


def _in_pytorch(schedule: Schedule) -> str:
    factor = f"({formula(schedule)}) / {number(base_rate(schedule))}"
    return f"LambdaLR(optimizer, lr_lambda=lambda step: {printed(factor, PYTHON, step='step')})"


def _in_keras(schedule: Schedule) -> str:
    rate = printed(formula(schedule), PYTHON, step="epoch", floats=True)
    return f"LearningRateScheduler(lambda epoch: {rate})"


_STAND_INS: Final[Mapping[str, Callable[[Schedule], str]]] = MappingProxyType(
    {"pytorch": _in_pytorch, "keras": _in_keras}
)
