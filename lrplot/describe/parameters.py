"""The parameters of a class with their units, defaults and ranges, read from its fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrplot.clock import MOST_STEPS
from lrplot.describe.docstring import plain
from lrplot.optimizers import Optimizer
from lrplot.schedules.base import Schedule
from lrplot.schedules.fields import describe_parameters, kind_of, parameters
from lrplot.text.numbers import short

_UNITS: Final[Mapping[str, str]] = {
    "rate": "rate",
    "number": "number",
    "numbers": "number",
    "length": "steps",
    "lengths": "steps",
    "points": "rate",
    "schedule": "schedule",
    "schedules": "schedule",
    "expression": "expression",
    "settings": "rules",
}
_INHERITED: Final[Mapping[str, str]] = {
    "lr": "base rate",
    "length": "whole length",
    "steps_per_epoch": "the run's",
    "metrics": "the run's",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Parameters
    ----------
    name
        As a spec says it; one of a rule's is ``rules[].when``.
    text
        What it is.
    unit, default
        Keys of ``texts/words.json``; a default may be a value instead.
    range
        What it may be: bounds, or the choices.
    value
        What it is in one schedule, empty where a class is explained.
    """

    name: str
    text: str
    unit: str
    default: str
    range: str
    value: str = ""


def parameters_of(model: type[BaseModel], of: BaseModel | None = None) -> tuple[Parameter, ...]:
    """The parameters of a class; with ``of``, what they are in that schedule.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> last = parameters_of(Step)[-1]
    >>> last.name, last.default, last.range, last.text
    ('gamma', '0.1', '≥ 0', 'What each drop multiplies the rate by.')
    """
    return tuple(_read(model, of))


def _read(model: type[BaseModel], of: BaseModel | None, prefix: str = "") -> Iterator[Parameter]:
    texts = describe_parameters(model)
    names = {id(info): name for name, info in model.model_fields.items()}
    for name, info in parameters(model).items():
        field = names[id(info)]
        yield Parameter(
            prefix + name,
            plain(texts.get(field, "")),
            _unit(info),
            _default(model, field, info),
            bounds(info),
            "" if of is None else shown(_value(of, field)),
        )
        kind = kind_of(info)
        if kind is not None and kind.model is not None:
            yield from _read(kind.model, None, f"{name}[].")


def _value(of: BaseModel, field: str) -> Any:
    """A parameter's value, the rule's own where an optimizer was given none."""
    value = getattr(of, field)
    return of.own(field) if isinstance(of, Optimizer) and field in of.OWN[of.rule] else value


def _unit(info: FieldInfo) -> str:
    kind = kind_of(info)
    if kind is not None:
        return _UNITS[kind.holds]
    kinds = _members(info.annotation)
    if bool in kinds:
        return "yes or no"
    return "number" if {int, float} & set(kinds) else "choice"


def _members(annotation: Any) -> tuple[Any, ...]:
    """The types an annotation allows, without None."""
    if get_origin(annotation) is Literal:
        return (Literal,)
    inner = [each for each in get_args(annotation) if each is not NoneType]
    return tuple(getattr(each, "__origin__", each) for each in inner) or (annotation,)


def _default(model: type[BaseModel], field: str, info: FieldInfo) -> str:
    kind = kind_of(info)
    rules = model.OWN.items() if issubclass(model, Optimizer) else ()
    own = {rule: values[field] for rule, values in rules if field in values}
    if len(set(own.values())) == 1:
        return short(next(iter(own.values())))
    if own:
        return ", ".join(f"{short(value)} ({rule})" for rule, value in own.items())
    if kind is not None and kind.inherits is not None and (info.is_required() or info.default == ()):
        return _INHERITED[kind.inherits]
    if info.is_required():
        return "required"
    return "none" if info.default in (None, ()) else shown(info.default)


def bounds(info: FieldInfo) -> str:
    """The values a field may have: its choices, or its least and greatest value."""
    choices = [str(choice) for choice in choices_of(info.annotation)]
    if info.annotation is bool:
        choices = ["true", "false"]
    if choices:
        return ", ".join(choices)
    least, most = "", ""
    for mark in marks_of(info):
        for name, sign in (("ge", "≥"), ("gt", ">")):
            if (bound := getattr(mark, name, None)) is not None:
                least = f"{sign} {short(bound)}"
        for name, sign in (("le", "≤"), ("lt", "<")):
            if (bound := getattr(mark, name, None)) is not None and bound != MOST_STEPS:
                most = f"{sign} {short(bound)}"
    return ", ".join(bound for bound in (least, most) if bound)


def choices_of(annotation: Any) -> Iterator[Any]:
    """The choices of an annotation, none where it is anything but a Literal, alone or beside None."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for inner in get_args(annotation):
        yield from choices_of(inner)


def marks_of(info: FieldInfo) -> Iterator[Any]:
    """The constraints that pydantic checks of a field, or of the numbers in it."""
    yield from info.metadata
    todo = list(get_args(info.annotation))
    while todo:
        inner = todo.pop()
        for mark in getattr(inner, "__metadata__", ()):
            yield from getattr(mark, "metadata", (mark,))
        todo += get_args(inner)


def shown(value: Any) -> str:
    """A parameter's value as a spec says it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Schedule):
        return value.type
    if isinstance(value, BaseModel):
        return ", ".join(f"{name} {shown(each)}" for name, each in value if each not in (None, False))
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else short(value)
    if isinstance(value, tuple | list):
        items = [shown(each) for each in value[:_MOST]]
        between = "; " if any(isinstance(each, BaseModel) for each in value) else ", "
        if value and all(isinstance(each, tuple) for each in value):
            items = [f"{shown(step)}: {shown(rate)}" for step, rate in value[:_MOST]]
        return between.join(items) + (f" … ({len(value)})" if len(value) > _MOST else "")
    return "none" if value is None else str(value)


_MOST: Final = 8
"""Items of a list that are shown; how many it has is told behind."""
