"""Code for what reacts to a metric: the framework's own scheduler, or a callback with the rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.exports.callbacks import MONITOR, with_keras, with_lightning
from lrplot.exports.layout import laid_out
from lrplot.exports.scripts import ALL, Target, Writer
from lrplot.exports.templates import Speller
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import values
from lrplot.schedules.reacting import Reacting


@dataclass(frozen=True, slots=True)
class Written:
    """Code, and how it can be told that it is right.

    Parameters
    ----------
    code
        The code.
    call
        The framework's own call in it, which can be read back; empty where there is none.
    same_rule
        Whether its rule is the schedule's on any metrics, not on those of the run alone.
    """

    code: str
    call: str = ""
    same_rule: bool = True


@dataclass(frozen=True, slots=True)
class _Counting:
    """The distance of a rule's numbers from what they count.

    A rate is lowered after ``patience + lowers`` bad metrics, and ``cooldown + passes`` metrics are then
    passed over.
    """

    lowers: int
    passes: int = 0


_AS_PYTORCH: Final = _Counting(lowers=1)
_COUNTING: Final[Mapping[str, _Counting]] = {
    "pytorch": _AS_PYTORCH,
    "timm": _AS_PYTORCH,
    "mmengine": _AS_PYTORCH,
    "paddle": _AS_PYTORCH,
    "keras": _Counting(lowers=0, passes=-1),
    "optax": _Counting(lowers=0),
}
_ALIKE: Final = ({"pytorch", "timm"},)
"""Rules that do the same on any metrics."""
_HEAD: Final = f"\ndef validate():\n    return 1.0  # yours: {MONITOR}\n\n\n"


def _counts(s: Any, rule: str) -> dict[str, int]:
    """The patience and the cooldown that count in another rule what the schedule's count in its own."""
    if s.rule == rule:
        return {"patience": s.patience, "cooldown": s.cooldown}
    own, other = _COUNTING[s.rule], _COUNTING[rule]
    bad, passed = max(1, s.patience + own.lowers), max(0, s.cooldown + own.passes)
    return {"patience": bad - other.lowers, "cooldown": passed - other.passes if passed else 0}


def _of_plateau(s: Any, rule: str) -> dict[str, Any]:
    """The values that a template may name of a plateau, in the words of the rule."""
    relative, absolute = s.tolerances
    return {
        "lr": s.lr,
        "mode": "min" if s.falls else "max",
        "falls": s.falls,
        "factor": s.factor,
        **_counts(s, rule),
        "relative": relative,
        "absolute": absolute,
        "threshold": relative or absolute,
        "threshold_mode": "rel" if relative or not absolute else "abs",
        "min_lr": s.min_lr,
        "eps": s.least_change,
    }


def _alike(one: str, other: str) -> bool:
    return one == other or any({one, other} <= rules for rules in _ALIKE)


def call_for(schedule: Reacting, target: Target) -> Iterator[str]:
    """The framework's own call, where it has one."""
    spellings = target.spellings
    rule = target.framework.plateau or ""
    if schedule.type not in spellings.calls:
        return iter(())
    names = _of_plateau(schedule, rule) if hasattr(schedule, "tolerances") else values(schedule)
    speller = Speller(target.framework, spellings, getattr(schedule, "lr", 0.0), 0)
    return speller.filled(schedule.type, names)


_CALLBACKS: Final[Mapping[str, Mapping[str, Callable[[Any, int], str]]]] = {
    "callback": {"pytorch": with_lightning, "keras": with_keras}
}
"""Classes with the schedule's own rules, by its type and the target."""


def written(schedule: Reacting, writer: Writer) -> Written:
    """Code for a schedule that reacts to a metric; the metrics themselves are no part of it.

    Raises
    ------
    Refusal
        When the target has nothing of the kind.

    Examples
    --------
    >>> from lrplot.schedules.plateau import Plateau
    >>> from lrplot.exports.scripts import Loop
    >>> writer = Writer(ALL["keras"], Loop(90, 1), 0.1)
    >>> written(Plateau(lr=0.1, metrics=[1.0], patience=5), writer).call
    "ReduceLROnPlateau(monitor='val_loss', patience=6)"
    """
    target, kind = writer.target, schedule.type
    call = next(call_for(schedule, target), "")
    if call:
        own = target.framework.plateau or ""
        code = writer.with_call(call, metric="validate()", head=_HEAD)
        return Written(code, call, _alike(getattr(schedule, "rule", own), own))
    callbacks = _CALLBACKS.get(kind, {})
    if target.name in callbacks:
        return Written(laid_out(callbacks[target.name](schedule, writer.loop.epochs)))
    having = [name for name, each in ALL.items() if each.spellings.script and kind in each.spellings.calls]
    where = " or ".join(f"--to {name}" for name in [*having, *callbacks])
    raise Refusal(f"{kind} is written {where}")
