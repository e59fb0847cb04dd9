"""The base of this room's models: frozen parameters, whose mistakes are told in our words."""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from lrplot.errors import OptimizerError, Problem
from lrplot.schedules.base import Schedule
from lrplot.schedules.fields import problem_of, shown

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called now and then with how many steps are done, and of how many."""
PROGRESS_EVERY = 1024
"""Steps between two calls of it."""


class Model(BaseModel):
    """Frozen parameters without a state.

    Raises
    ------
    OptimizerError
        When the parameters cannot be; it lists every mistake.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True, validate_default=True
    )

    type: str

    def mistakes(self) -> Iterator[Problem]:
        """The problems of parameters that are each right on their own."""
        yield from ()

    def refuse(self, message: str, parameter: str | None = None) -> NoReturn:
        """Stop with this one problem."""
        raise OptimizerError(self.type, (Problem(parameter, message),))

    def series(self, name: str, given: Schedule | ArrayLike, steps: int | None = None) -> Floats:
        """One finite number ≥ 0 a step: a schedule's first ``steps`` rates, or the numbers given."""
        if isinstance(given, Schedule):
            if steps is None:
                self.refuse(f"{name} must be numbers, got a schedule; give its table(steps)", name)
            return given.table(steps)
        numbers = numbers_of(given)
        if numbers is None or numbers.ndim != 1:
            self.refuse(f"{name} must be a list of numbers, one a step", name)
        if steps is not None and len(numbers) != steps:
            self.refuse(f"{name} must be as many as the steps ({steps}), got {len(numbers)}", name)
        wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
        if len(wrong):
            self.refuse(f"{name} must be finite and ≥ 0, got {numbers[wrong[0]]:g} at step {wrong[0]}", name)
        return numbers

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, data: Any, build: Callable[[Any], Self]) -> Self:
        name = str(cls.model_fields["type"].default)
        try:
            model = build(data)
        except ValidationError as error:
            raise OptimizerError(
                name, tuple(_problem(cls, name, detail) for detail in error.errors())
            ) from None
        problems = tuple(model.mistakes())
        if problems:
            raise OptimizerError(name, problems)
        return model


def numbers_of(given: ArrayLike) -> Floats | None:
    """The given values as an array of float64, None when they hold anything but numbers."""
    try:
        array = np.asarray(given)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in "iuf" else None


def _problem(model: type[BaseModel], name: str, detail: ErrorDetails) -> Problem:
    # A pair of the wrong length: pydantic blames the number that is not there.
    pair = detail["type"] == "missing" and len(detail["loc"]) > 1
    if pair or detail["type"] == "too_long":
        field = str(detail["loc"][0])
        return Problem(field, f"{field} must be two numbers, got {shown(list(detail['input']))}")
    return problem_of(model, name, detail)
