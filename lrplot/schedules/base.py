"""What a schedule is: a pure function of the step, plus its knots."""

import difflib
import inspect
import math
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self, final, get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, InstanceOf, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lrplot.clock import MOST_STEPS, Clock, is_whole
from lrplot.errors import Problem, ScheduleError, StepError
from lrplot.schedules.knots import Knots
from lrplot.schedules.summation import total

Steps = NDArray[np.float64]
Rates = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field holds in a spec, beside what pydantic checks.

    ``inherits`` names what fills the field when it is left out; ``zero`` says that a duration may
    round to nothing.
    """

    holds: Literal["rate", "number", "length", "lengths", "points", "schedule", "schedules", "expression"]
    inherits: Literal["lr", "length", "steps_per_epoch"] | None = None
    zero: bool = False
    whole: bool = False


_AT_MOST: Final = float(MOST_STEPS)

Rate = Annotated[float, Field(ge=0), Kind("rate")]
"""A learning rate, ≥ 0."""
BaseRate = Annotated[float, Field(ge=0), Kind("rate", inherits="lr")]
"""A learning rate, inherited when left out."""
Factor = Annotated[float, Field(ge=0), Kind("number")]
"""A plain multiplier, ≥ 0."""
Positive = Annotated[float, Field(gt=0), Kind("number")]
"""A plain number > 0."""
Number = Annotated[float, Kind("number")]
"""Any finite number."""
Length = Annotated[float, Field(ge=1e-3, le=_AT_MOST), Kind("length")]
"""A number of steps, possibly fractional; a duration in a spec."""
WholeRun = Annotated[float, Field(ge=1e-3, le=_AT_MOST), Kind("length", inherits="length")]
"""A number of steps, the schedule's whole length when left out."""
Count = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("length", whole=True)]
"""A whole number of steps, > 0; a duration in a spec."""
WholeRunCount = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("length", inherits="length", whole=True)]
"""A whole number of steps, the schedule's whole length when left out."""
StepsPerEpoch = Annotated[
    int, Field(gt=0, le=MOST_STEPS), Kind("length", inherits="steps_per_epoch", whole=True)
]
"""Steps in an epoch, the run's when left out."""
Repeats = Annotated[int, Field(gt=0, le=MOST_STEPS), Kind("number", whole=True)]
"""How often something happens, > 0."""
Expr = Annotated[str, Kind("expression")]
"""Arithmetic in t, step and epoch."""


class Schedule(BaseModel):
    """A learning rate as a pure function of the step, plus its knots.

    Calling it evaluates it: any array of steps ≥ 0, in any order, gives float64 rates of the same
    shape. It holds no state, so ``schedule(t)`` depends on ``t`` alone.

    Raises
    ------
    ScheduleError
        When the parameters cannot be; it lists every mistake.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True, validate_default=True
    )

    type: str

    @abstractmethod
    def rate(self, t: Steps) -> Rates:
        """Rates at ``t``: a float64 array of any shape with at least one axis, every step ≥ 0."""

    @abstractmethod
    def knots(self, until: int) -> Knots:
        """Where the curve starts a new piece, ``0 < knot < until``."""

    @property
    def length(self) -> float | None:
        """Steps the schedule speaks of by itself, None when it has no end of its own."""
        return None

    @property
    def momentum(self) -> "Schedule | None":
        """The momentum (Adam: β₁) that goes with the rate, itself a schedule, or None."""
        return None

    def phases(self, until: int) -> "tuple[Phase, ...]":  # noqa: ARG002 (overridden where a curve has named parts)
        """The named stretches of the curve below ``until``, in order; empty when it is of one kind."""
        return ()

    def mistakes(self) -> Iterator[Problem]:
        """What is wrong with parameters that are each right on their own."""
        yield from ()

    @classmethod
    def surroundings(
        cls,
        outer: "Surroundings",
        given: Mapping[str, Any],
        parts: int,
    ) -> "Sequence[Surroundings]":
        """What each of ``parts`` nested schedules inherits, the other parameters being ``given``."""
        lr = given.get("lr", outer.lr)
        return [replace(outer, lr=lr)] * parts

    @overload
    def __call__(self, steps: float) -> np.float64: ...
    @overload
    def __call__(self, steps: ArrayLike) -> Rates: ...
    @final
    def __call__(self, steps: ArrayLike) -> Rates | np.float64:
        """Rates at ``steps``.

        Raises
        ------
        StepError
            When a step is negative, nan or beyond 2^53, or the schedule has no rate there.
        """
        t = np.asarray(steps)
        if t.dtype.kind not in "iuf":
            raise StepError(f"steps must be numbers, got {t.dtype}")
        outside = ~((t >= 0) & (t <= MOST_STEPS))
        if outside.any():
            raise StepError(f"steps must lie between 0 and 2^53, got {t[outside].flat[0]:.17g}")
        t = t.astype(np.float64)
        with np.errstate(over="ignore", under="ignore"):
            rates = np.asarray(self.rate(np.atleast_1d(t)), dtype=np.float64).reshape(t.shape)
        if not np.isfinite(rates).all():
            first = t[~np.isfinite(rates)].min()
            raise StepError(f"{self.type} has no finite rate at step {first:.0f}: it grows beyond float64")
        return rates if t.ndim else np.float64(rates)

    def total(self, n: int) -> float:
        """Sum of the rates at steps ``0 … n-1``: exact to 1e-12 where the knots know the curve.

        Raises
        ------
        StepError
            When ``n`` is no number of steps, or the sum is beyond float64.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            summed = self._total(_horizon(n))
        if not np.isfinite(summed):
            raise StepError(f"the rates of {self.type} at {n} steps add up to more than float64 holds")
        return summed

    def table(self, n: int) -> Rates:
        """Rates at every step ``0 … n-1``."""
        return self(np.arange(_horizon(n)))

    def _total(self, n: int) -> float:
        return total(self.rate, self.knots(n), n) if n else 0.0

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, data: Any, build: Callable[[Any], Self]) -> Self:
        name = str(cls.model_fields["type"].default)
        try:
            schedule = build(data)
        except ValidationError as error:
            raise ScheduleError(
                name, tuple(_problem(cls, name, detail) for detail in error.errors())
            ) from None
        problems = tuple(schedule.mistakes())
        if problems:
            raise ScheduleError(name, problems)
        return schedule


Part = Annotated[InstanceOf[Schedule], Kind("schedule")]
"""A schedule inside a schedule."""
Parts = Annotated[tuple[InstanceOf[Schedule], ...], Field(min_length=1, strict=False), Kind("schedules")]
"""Schedules inside a schedule."""
Milestones = Annotated[
    tuple[Annotated[float, Field(ge=0, le=_AT_MOST)], ...], Field(strict=False), Kind("lengths")
]
"""Steps at which something happens, in any order."""
Counts = Annotated[
    tuple[Annotated[int, Field(gt=0, le=MOST_STEPS)], ...], Field(strict=False), Kind("lengths", whole=True)
]
"""Whole numbers of steps."""
Points = Annotated[
    tuple[
        Annotated[
            tuple[Annotated[float, Field(ge=0, le=_AT_MOST)], Annotated[float, Field(ge=0)]],
            Field(strict=False),
        ],
        ...,
    ],
    Field(min_length=1, strict=False),
    Kind("points"),
]
"""Pairs of a step and the rate there."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A named stretch of a curve: steps ``start … stop-1``."""

    name: str
    start: int
    stop: int

    def shift(self, by: int) -> "Phase":
        """The same phase ``by`` steps later."""
        return replace(self, start=self.start + by, stop=self.stop + by)


def clip_phases(phases: Sequence[Phase], until: int) -> tuple[Phase, ...]:
    """Only what lies below ``until``."""
    cut = (replace(phase, stop=min(phase.stop, until)) for phase in phases)
    return tuple(phase for phase in cut if phase.start < phase.stop)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a schedule inherits where it stands: base rate, length in its own clock, and that clock."""

    lr: float | None
    length: float | None
    clock: Clock

    @property
    def steps_per_epoch(self) -> int | None:
        """Steps in an epoch of this clock: one where it counts epochs itself."""
        return 1 if self.clock.unit == "epochs" else self.clock.steps_per_epoch


def parameters(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's parameters by the name a spec gives them, in order; ``type`` is none."""
    return {info.alias or name: info for name, info in model.model_fields.items() if name != "type"}


def kind_of(info: FieldInfo) -> Kind | None:
    """The :class:`Kind` of a field, None for plain text, choices and switches."""
    inner = (mark for choice in get_args(info.annotation) for mark in getattr(choice, "__metadata__", ()))
    return next((mark for mark in (*info.metadata, *inner) if isinstance(mark, Kind)), None)


def values(schedule: Schedule) -> dict[str, Any]:
    """A schedule's parameters and what they are, by the name a spec gives them."""
    names = {info.alias or name: name for name, info in type(schedule).model_fields.items() if name != "type"}
    return {key: getattr(schedule, name) for key, name in names.items()}


def describe_parameters(model: type[BaseModel]) -> dict[str, str]:
    """The docstring under each field, read from the source when it is asked for."""
    import ast
    import textwrap

    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    found: dict[str, str] = {}
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, text in pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):  # noqa: SIM102 (reads better)
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


def unknown_parameter(type_name: str, wrong: str, known: Sequence[str]) -> str:
    """The sentence for a parameter that does not exist."""
    near = difflib.get_close_matches(wrong, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known) or 'none'}"
    return f"{type_name} has no parameter '{wrong}'; {hint}"


_COMPARISONS: Final = {
    "greater_than": (">", "gt"),
    "greater_than_equal": ("≥", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("≤", "le"),
}


def _problem(model: type[Schedule], type_name: str, detail: ErrorDetails) -> Problem:
    place = detail["loc"]
    if not place:
        return Problem(None, f"{type_name}: {detail['msg']}")
    name = str(place[0])
    if detail["type"] == "missing":
        return Problem(name, f"{type_name} needs '{name}'")
    if detail["type"] == "extra_forbidden":
        return Problem(name, unknown_parameter(type_name, name, tuple(parameters(model))))
    where = name + "".join(f"[{index}]" for index in place[1:])
    return Problem(name, f"{where} must be {expected(detail, model, name)}, got {shown(detail['input'])}")


def expected(detail: ErrorDetails, model: type[BaseModel], name: str) -> str:
    """What a field should have held, in words."""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind in _COMPARISONS:
        sign, key = _COMPARISONS[kind]
        bound = context[key]
        return f"{sign} {'2^53' if bound == MOST_STEPS else format(bound, 'g')}"
    if kind == "literal_error":
        choices = get_args(parameters(model)[name].annotation)
        return "one of " + ", ".join(str(choice) for choice in choices if choice is not type(None))
    words = {
        "finite_number": "a finite number",
        "float_type": "a number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "bool_type": "true or false",
        "string_type": "text",
        "tuple_type": "a list",
        "is_instance_of": "a schedule",
        "too_short": "a list of at least one",
        "string_pattern_mismatch": "a file name ending in .png, .svg or .pdf, without a folder",
    }
    return words.get(kind, detail["msg"])


def shown(value: object) -> str:
    """A wrong value as an error message shows it, never longer than a line."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    if isinstance(value, float):
        text = text.removesuffix(".0")
    return text if len(text) <= 60 else text[:57] + "..."


def _horizon(n: int) -> int:
    if not is_whole(n, least=0):
        raise StepError(f"a number of steps is whole and lies between 0 and 2^53, got {n!r}")
    return int(n)


def whole(steps: float) -> int:
    """The first whole step at or after a boundary."""
    return math.ceil(steps)
