"""Spellings of a schedule as data: templates of a framework's calls and of the code around one.

A template is the call as people write it, with the schedule's parameters in braces
(``StepLR(optimizer, step_size={step_size}, gamma={gamma})``); braces may hold arithmetic in them. Besides the
parameters it may name

- ``base``, the optimizer's rate; ``warmup`` and ``start``, the steps and the first rate of a plain warm-up
  before the schedule; ``under``, true where it lies over the schedule; ``peak``, the rate it leads to;
- ``inner``, ``parts``, ``factors``: the calls of the schedules inside; ``boundaries``, where the parts begin;
- ``begin``, the steps before this part; ``steps``, the length of the run;
- ``by_epoch``, whether the clock counts epochs; ``ba_or_ep``, its unit in Composer's words; ``times``, the
  milestones in that unit, the warm-up counted;
- ``factor``, the formula of a lambda in ``step``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

_NOISE: Final = 3
"""So many digits fewer, and the last ones were put there by rounding alone (0.010000000000000002)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A call that is meant under a condition.

    Parameters
    ----------
    text
        The call.
    given
        Arithmetic in the same names that must not be 0.
    covers
        Parameters the call says without naming them.
    keeps
        Arguments that are written though they are the default.
    """

    text: str
    given: str = ""
    covers: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


Hatch = Callable[[Mapping[str, Any]], str | None]
"""A function of the same names that writes a call no template can; it gives None where it cannot either."""

Candidate = str | Template | Hatch
"""One way to call for a schedule.

A template is tried where each parameter it does not name has the schedule's own default, and the rate is the
optimizer's; arguments with the value of the signature's default are left out.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """The code around a function of the step, for what a framework has no class for.

    Parameters
    ----------
    script
        The code; ``{function}`` is the function and ``{body}`` its statements, ``{expression}`` the formula.
    dialect
        What the formula is printed for.
    rate
        What the code says for the optimizer's rate, empty for the number.
    name, argument
        The function's name, and what it calls the step.
    clock
        The clock it can be on.
    of
        Whether it is for a function of the step, or for the factor of a running product.
    floats
        Whether the framework refuses a whole number from the function.
    """

    script: str
    dialect: Literal["python", "keras", "jax"] = "python"
    rate: str = ""
    name: str = "lr_at"
    argument: str = "step"
    clock: Literal["any", "step", "epoch"] = "any"
    of: Literal["rate", "factor"] = "rate"
    floats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerSpelling:
    """The spelling of an optimizer by a framework's users.

    Parameters
    ----------
    text
        The call: ``{name}``, ``{rate}``, and ``{more}`` for its other arguments.
    rule
        Whose updates they are, and whose names the arguments have; None for names of its own.
    own
        By type of optimizer the names it may have, each with its arguments (THEIRS=OURS in the order of the
        signature, with ! after one whose default is not the rule's), where they are not those of the rule.
    groups
        Its parameter groups; None where all parameters have one rate.
    """

    text: str
    rule: Literal["pytorch", "keras"]
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    groups: "GroupsSpelling | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsSpelling:
    """The spelling of parameter groups with rates of their own.

    Parameters
    ----------
    model, models
        The model of a script, and in its place one with a ``{parts}`` for each group.
    part
        The part of a group, called ``{label}``.
    parameters
        The parameters of the model as an optimizer is given them.
    group
        A group of them, with its ``{label}`` and ``{rate}``.
    script
        The code around a function of the step for each group.
    factor
        The factor that such a function, ``{name}``, is of the group's ``{rate}``.
    """

    model: str
    models: str
    part: str
    parameters: str
    group: str
    script: str
    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spellings:
    """The spelling of a schedule by a framework's users.

    Parameters
    ----------
    calls
        Its calls by the type of the schedule, the one people would write first.
    path
        What code writes before each call's name.
    modules
        What code imports a call's name from; ``""`` stands for every other name.
    imports
        The lines that import what the script needs besides.
    script
        The code around a call, empty where schedules are shown and not exported.
    reacting
        The code around a call that reacts to a metric, empty where it is the same.
    told
        When it is told a metric: on any clock, or once an epoch alone.
    bare
        The code of a rate that stays, empty where the script does without a scheduler.
    loops
        The end of the script by the clock: ``steps``, ``epochs``, or ``batches`` where epochs have several.
    optimizer
        How it writes an optimizer.
    rate
        What the code says for the optimizer's rate, empty for the number.
    moves_momentum
        The calls that move the momentum too.
    formulas
        What stands in for a class that it lacks.
    counts
        The clock its schedules can be stepped on.
    form
        What becomes of a call: it stays one, or becomes a ``dict`` or JSON.
    falls_back_on
        The target whose code is taken where this one has no call.
    """

    calls: Mapping[str, Candidate | tuple[Candidate, ...]]
    path: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    script: str = ""
    reacting: str = ""
    told: Literal["any", "each epoch"] = "any"
    bare: str = ""
    loops: Mapping[str, str] = field(default_factory=dict)
    optimizer: OptimizerSpelling | None = None
    rate: str = ""
    moves_momentum: frozenset[str] = frozenset()
    formulas: tuple[Formula, ...] = ()
    counts: Literal["any", "steps"] = "any"
    form: Literal["call", "dict", "json"] = "call"
    falls_back_on: str = ""


def number(value: float) -> str:
    """A number as people write it: the shortest text that reads back as the same, rounding's digits left off.

    >>> number(30.0), number(0.1 * 0.1), number(1e-7), number(1 / 3)
    ('30', '0.01', '1e-7', '0.3333333333333333')
    """
    value = float(value)
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    digits, _, exponent = without_noise(repr(value)).partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


def without_noise(text: str) -> str:
    """The text of a number without the digits that only rounding put there.

    >>> without_noise("0.010000000000000002"), without_noise("1.0")
    ('0.01', '1.0')
    """
    clean = repr(float(f"{float(text):.15g}"))
    return clean if len(clean) + _NOISE <= len(text) else text


def with_point(value: float) -> str:
    """The number with a point or an exponent, for what takes a whole number for an ``int``.

    >>> with_point(1), with_point(0.1)
    ('1.0', '0.1')
    """
    text = number(value)
    return f"{text}.0" if text.lstrip("-").isdigit() else text
