"""From a call's evaluated arguments to a framework's function, checked as Python would check them."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Protocol, Union, get_args, get_origin

from lrplot.python.parameters import Base, Choice, Ignored, Path, Refusal, Span, Unused, Whole
from lrplot.python.signatures import is_added, parameters_of
from lrplot.python.values import NOTHING, Function, Instance, Made, Nothing, Optimizer, Unknown
from lrplot.schedules.base import Context, Schedule


@dataclass(frozen=True, slots=True)
class Formula:
    """A user's function of the step: arithmetic in ``t`` to be made a schedule."""

    value: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A user's ``schedule(epoch)`` or ``schedule(epoch, lr)``.

    The latter is ``recursive`` where it multiplies the current rate, which begins at ``base``.
    """

    value: Any
    recursive: bool = False
    base: float = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """A schedule, and whether it is minus what its call says."""

    schedule: Schedule
    negated: bool


class Reader(Protocol):
    """The part of the interpreter that the reading of arguments needs."""

    around: Context
    group: int
    """Index of the parameter group whose rate is read."""
    groups: int | None
    """How many parameter groups there are; None where the text does not make the optimizer."""
    listed: int
    """How many the lists are for that were read without knowing."""

    def base_rate(self, lr: Any) -> float:
        """The base rate of an optimizer whose text says ``lr``."""

    def rate_of(self, optimizer: Optimizer | Unknown) -> Any:
        """The rate an optimizer has when a scheduler is built on it, as the text says."""

    def formula(self, value: Any, *, with_rate: bool) -> Rule:
        """A function of the step, evaluated."""

    def schedule(self, value: Any) -> Schedule:
        """A schedule, however it is spelled."""


class NotKnown(Exception):  # noqa: N818 (never leaves this package)
    """An argument cannot be known without running the script."""

    def __init__(self, value: Unknown | Path) -> None:
        super().__init__()
        self.value = value


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a framework's function, read."""

    first: tuple[Any, ...]
    named: Mapping[str, Any]
    extra: Mapping[str, Any]

    def given_to(self, function: Callable[..., Any]) -> Any:
        """The function's result.

        Raises
        ------
        Refusal
            When the framework refuses them, or its arithmetic does.
        """
        try:
            return function(*self.first, **self.named, **self.extra)
        except (ZeroDivisionError, OverflowError) as error:
            raise Refusal(f"these arguments cannot be computed with: {error}") from None

    def in_full(self, function: Callable[..., Any]) -> Mapping[str, Any]:
        """The arguments that have a name, and the defaults of the rest."""
        parameters = parameters_of(function).values()
        defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
        return {**defaults, **self.named}


def arguments(name: str, function: Callable[..., Any], bound: Mapping[str, Any], reader: Reader) -> Arguments:
    """The arguments of a framework's function, read as its annotations say.

    Raises
    ------
    Refusal
        When one is of the wrong kind.
    NotKnown
        When one is not known.
    """
    parameters = parameters_of(function)
    bound = {key: _of_group(value, parameters[key].annotation, reader) for key, value in bound.items()}
    named: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    first: list[Any] = []
    for key, value in bound.items():
        parameter = parameters[key]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            extra = dict(value)
        elif parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            first = list(value)
        else:
            named[key] = _read(f"{name}: {key}", value, parameter.annotation, reader, key)
    for key, parameter in parameters.items():
        if is_added(parameter):
            named[key] = (
                Base(lambda: reader.base_rate(None)) if parameter.annotation is Base else reader.around
            )
    return Arguments(tuple(first), named, extra)


def call(name: str, function: Callable[..., Any], bound: Mapping[str, Any], reader: Reader) -> Any:
    """Call a framework's function with arguments read as its annotations say.

    Raises
    ------
    Refusal
        When an argument is of the wrong kind, or the framework refuses it.
    NotKnown
        When an argument is not known.
    """
    return arguments(name, function, bound, reader).given_to(function)


_MOST: Final = 10_000
"""Members of a list that are read: milestones and rates are some ten, and each is checked by itself."""


def _of_group(value: Any, kind: Any, reader: Reader) -> Any:
    """Of a list with a member for each parameter group, the member of the group that is read."""
    options = get_args(kind) if get_origin(kind) is UnionType else ()
    lists = any(get_origin(option) is list for option in options)
    single = any(get_origin(option) is None and option is not NoneType for option in options)
    if not (lists and single and isinstance(value, list | tuple)):
        return value
    if reader.groups is not None and 0 < len(value) < reader.groups:
        raise Refusal(
            f"a list of {len(value)} for {reader.groups} parameter groups: one a group was expected"
        )
    if len(value) < 2:
        return value
    if reader.groups is None:
        if reader.listed not in {1, len(value)}:
            raise Refusal(f"lists of {reader.listed} and of {len(value)}: one a parameter group was expected")
        reader.listed = len(value)
    elif len(value) > reader.groups:
        return value
    return value[min(reader.group, len(value) - 1)]


def _read(what: str, value: Any, kind: Any, reader: Reader, key: str) -> Any:
    kind = str if kind is Choice else kind
    if kind is Ignored:
        return None
    # With an annotated kind in it a union is typing's own.
    options = get_args(kind) if get_origin(kind) in {UnionType, Union} else (kind,)
    if isinstance(value, Nothing) or value is None:
        if NoneType in options or kind is Any:
            return None
        raise Refusal(f"{what} must be {_words(options)}, got None", key)
    if kind is Any:
        _check_known(value)
        if not _is_plain(value):
            raise Refusal(f"{what} must be plain data, got {shown(value)}", key)
    for option in options:
        if option is not NoneType and _fits(value, option):
            return _as(what, value, option, reader, key)
    if isinstance(value, Unknown | Path):
        raise NotKnown(value)
    raise Refusal(f"{what} must be {_words(options)}, got {shown(value)}", key)


def _check_known(value: Any) -> None:
    """Refuse what only running the text could tell, alone or among the members of a value."""
    if isinstance(value, Unknown | Path):
        raise NotKnown(value)
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for member in members:
        _check_known(member)


def _fits(value: Any, kind: Any) -> bool:
    origin = get_origin(kind)
    if kind is Any:
        return True
    if kind in {Base, Unused}:
        return isinstance(value, Optimizer | Unknown | Path)
    if kind in {Formula, Rule}:
        return isinstance(value, Function | Instance | Made)
    if kind in {Schedule, Signed}:
        return isinstance(value, Made | Function | Instance)
    if kind is float:
        return isinstance(value, int | float)
    if kind == Whole:
        whole = isinstance(value, float) and value.is_integer()
        return whole or isinstance(value, int)
    if kind is int:
        return isinstance(value, int)
    if kind is bool:
        return isinstance(value, bool) or value in (0, 1)
    if origin in {list, tuple} or kind is Span:
        return isinstance(value, list | tuple | range)
    if origin is dict:
        return isinstance(value, dict)
    return isinstance(kind, type) and isinstance(value, kind)


def _as(what: str, value: Any, kind: Any, reader: Reader, key: str) -> Any:
    if kind is Span:
        return Span(_as(what, value, list[float], reader, key))
    if kind == Whole or kind is int:
        # Python counts True as 1.
        return int(value)
    origin = get_origin(kind)
    if kind is Base:
        lr = reader.rate_of(value) if isinstance(value, Optimizer | Unknown) else None
        return Base(lambda: reader.base_rate(lr))
    if kind is Formula:
        return Formula(reader.formula(value, with_rate=False).value)
    if kind is Rule:
        return reader.formula(value, with_rate=True)
    if kind is Schedule:
        return reader.schedule(value)
    if kind is Signed:
        return Signed(reader.schedule(value), isinstance(value, Made) and value.negated)
    if kind is float:
        if not math.isfinite(value):
            raise Refusal(f"{what} must be a finite number, got {value}", key)
        return float(value)
    if kind is bool:
        return bool(value)
    if origin is list:
        if len(value) > _MOST:
            raise Refusal(f"{what} is a list of {len(value)}; at most {_MOST} are read", key)
        (inner,) = get_args(kind)
        return [_read(f"{what}[{i}]", each, inner, reader, key) for i, each in enumerate(value)]
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) != len(value):
            raise Refusal(f"{what} must have {len(inner)} members, got {len(value)}", key)
        return tuple(
            _read(f"{what}[{i}]", v, k, reader, key)
            for i, (v, k) in enumerate(zip(value, inner, strict=True))
        )
    if origin is dict:
        of_key, of_value = get_args(kind)
        return {
            _read(f"{what}: key", k, of_key, reader, key): _read(f"{what}[{k}]", v, of_value, reader, key)
            for k, v in value.items()
        }
    return value


_WORDS: Final[Mapping[Any, str]] = {
    float: "a number",
    int: "a whole number",
    Annotated: "a whole number",
    bool: "True or False",
    str: "text",
    Path: "text",
    Base: "the optimizer",
    Unused: "the optimizer",
    Made: "a scheduler",
    Schedule: "a schedule",
    Signed: "a schedule",
    Formula: "a function of the step",
    Rule: "a function of the epoch",
    list: "a list",
    Span: "a list",
    tuple: "a tuple",
    dict: "a dictionary",
    NoneType: "None",
}


def _words(kinds: Sequence[Any]) -> str:
    return " or ".join(dict.fromkeys(_WORDS.get(get_origin(kind) or kind, "plain data") for kind in kinds))


def _is_plain(value: Any) -> bool:
    """True where a value is plain data through and through."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, int | float | str | range | Nothing)


_SHOWN: Final = 60
"""Characters of a value in a sentence."""


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, Made):
        return f"a {value.call}"
    if isinstance(value, Optimizer):
        return f"the optimizer {value.name}"
    if isinstance(value, Function):
        return f"the function {value.name}"
    if isinstance(value, Instance):
        return f"an object of this text's class {value.of.node.name}, whose own code is not read"
    if value is NOTHING:
        return "None"
    if not _is_plain(value):
        return "something else"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
