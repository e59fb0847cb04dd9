"""The base of schedules and optimizers: frozen parameters, whose mistakes are told in our words."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from lrplot.errors import ParameterError, Problem
from lrplot.schedules.fields import problem_of

Refusal = type[ParameterError]


class Model(BaseModel):
    """Frozen parameters without a state.

    Raises
    ------
    ParameterError
        When the parameters cannot be; it lists every mistake.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True, validate_default=True
    )

    type: str
    refusal: ClassVar[Refusal] = ParameterError
    """The error that says what is wrong."""

    def mistakes(self) -> Iterator[Problem]:
        """The faults of parameters that are each right on their own."""
        yield from ()

    @classmethod
    def problem(cls, type_name: str, detail: ErrorDetails) -> Problem:
        """One of pydantic's complaints in our words."""
        return problem_of(cls, type_name, detail)

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, data: Any, build: Callable[[Any], Self]) -> Self:
        try:
            model = build(data)
        except ValidationError as error:
            name = cls._type_name()
            problems = tuple(cls.problem(name, detail) for detail in error.errors())
            raise cls.refusal(name, problems) from None
        problems = tuple(model.mistakes())
        if problems:
            raise cls.refusal(cls._type_name(), problems)
        return model

    @classmethod
    def _type_name(cls) -> str:
        return str(cls.model_fields["type"].default)
