"""The base of this room's models: frozen parameters, whose mistakes are told in our words."""

from collections.abc import Callable
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic_core import ErrorDetails

from lrplot.errors import OptimizerError, Problem
from lrplot.schedules.base import Schedule
from lrplot.schedules.fields import shown
from lrplot.schedules.model import Model as BaseModel

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

    refusal = OptimizerError

    @classmethod
    def problem(cls, type_name: str, detail: ErrorDetails) -> Problem:
        """One of pydantic's complaints in our words."""
        # A pair of the wrong length: pydantic blames the number that is not there.
        pair = detail["type"] == "missing" and len(detail["loc"]) > 1
        if pair or detail["type"] == "too_long":
            field = str(detail["loc"][0])
            return Problem(field, f"{field} must be two numbers, got {shown(list(detail['input']))}")
        return super().problem(type_name, detail)

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


def numbers_of(given: ArrayLike) -> Floats | None:
    """The given values as an array of float64, None when they hold anything but numbers."""
    try:
        array = np.asarray(given)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in "iuf" else None
