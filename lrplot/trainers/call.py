"""A schedule from a framework's call, so that no trainer writes a framework's formula again."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from lrplot.clock import Clock
from lrplot.errors import LrplotError, NotationError
from lrplot.schedules.base import Context, Schedule
from lrplot.trainers.form import Form
from lrplot.trainers.training import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lrplot.python.registry import Registry

_MODULES: Final = {
    "composer": "composer",
    "deepspeed": "deepspeed",
    "diffusers": "diffusers",
    "torch": "pytorch",
    "transformers": "transformers",
}
"""The file of the framework that a full name begins with: to import all of them takes longer than to draw."""
_FUNCTIONS: Final = {"transformers": "transformers_schedules"}
"""The file of functions that need no interpreter, which takes longer to import than to draw."""


class Text(str):
    """An argument that is itself written as Python: a call inside a call."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def called(
    form: Form,
    name: str,
    given: Mapping[str, Any],
    *,
    lr: float,
    steps: int,
    metrics: Any = None,
    steps_per_epoch: int | None = None,
    imports: str = "",
    optimizer: bool = True,
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
    steps_per_epoch
        Updates of an epoch, where the framework's own clock counts epochs.
    imports
        Import statements that the names of the call need.
    optimizer
        Whether the call takes an optimizer.

    Raises
    ------
    ConfigurationError
        When the framework refuses the arguments.
    """
    around = Context(lr, steps, Clock(steps, steps_per_epoch), metrics)
    function = _function(name)
    if function is not None:
        return _applied(form, function, given, around)
    from lrplot.python.read import read
    from lrplot.python.source import parse

    arguments = ", ".join(f"{key}={value!r}" for key, value in given.items())
    text = f"{imports}{name}({'optimizer=optimizer, ' * optimizer}{arguments})"
    try:
        (reading,) = read(parse(text, form.name), around, registry=_registry(name.partition(".")[0]))
    except NotationError as error:
        raise ConfigurationError(f"{form.name}: {error.message}") from None
    return reading.schedule, reading.notes


def _function(name: str) -> "Callable[..., Any] | None":
    """The function of a full name, where it can be called with plain values."""
    root, _, last = name.partition(".")
    module = _FUNCTIONS.get(root)
    if module is None:
        return None
    calls: Mapping[str, Callable[..., Any]] = import_module(f"lrplot.frameworks.{module}").CALLS
    return calls.get(last.rpartition(".")[2])


def _applied(
    form: Form, function: "Callable[..., Any]", given: Mapping[str, Any], around: Context
) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule of a function and its notes."""
    from lrplot.python.parameters import Base, Noted, Refusal
    from lrplot.python.signatures import bind, takes

    name = function.__name__
    try:
        bound = bind(name, function, (), {"optimizer": Base(lambda: around.lr or 0.0), **given})
        made = function(**bound, **({"around": around} if takes(function, Context) else {}))
    except (ZeroDivisionError, OverflowError) as error:
        raise ConfigurationError(f"{form.name}: these arguments cannot be computed with: {error}") from None
    except Refusal as refusal:
        raise ConfigurationError(f"{form.name}: {refusal}") from None
    except LrplotError as error:
        raise ConfigurationError(f"{form.name}: {name}: {error}") from None
    noted = made if isinstance(made, Noted) else Noted(made)
    if noted.needs is not None:
        raise ConfigurationError(f"{form.name}: {noted.needs}")
    return noted.schedule, noted.notes


@cache
def _registry(root: str) -> "Registry":
    """The framework of a root alone, or all where the name does not say whose it is."""
    module = _MODULES.get(root)
    if module is None:
        from lrplot.frameworks.registry import REGISTRY

        return REGISTRY
    from lrplot.python.registry import Registry

    return Registry(frameworks=(import_module(f"lrplot.frameworks.{module}").FRAMEWORK,))
