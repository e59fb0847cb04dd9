"""A schedule from a framework's call, so that no trainer writes a framework's formula again."""

from collections.abc import Mapping
from typing import Any

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.trainers.form import Form
from lrplot.trainers.training import ConfigurationError


def called(
    form: Form, name: str, given: Mapping[str, Any], *, lr: float, steps: int, metrics: Any = None
) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule of ``name(optimizer, **given)`` and its notes.

    Parameters
    ----------
    form
        What errors speak of.
    name
        The framework's call by its full name.
    given
        Arguments besides the optimizer, as plain values.
    lr
        The optimizer's rate.
    steps
        Updates of the run.

    Raises
    ------
    ConfigurationError
        When the framework refuses the arguments.
    """
    arguments = ", ".join(f"{key}={value!r}" for key, value in given.items())
    text = f"{name}(optimizer=optimizer, {arguments})"
    try:
        (reading,) = read(text, form.name, Surroundings(lr, steps, Clock(steps), metrics))
    except NotationError as error:
        raise ConfigurationError(f"{form.name}: {error.message}") from None
    return reading.schedule, reading.notes
