"""The options of a command line over its REFs, as keywords of a Python function."""

import json
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final, TypedDict

import numpy as np

from lrplot.clock import is_whole
from lrplot.document.overrides import FACTS, Overrides, Said
from lrplot.errors import UsageError
from lrplot.text.nearest import did_you_mean


class Keywords(TypedDict, total=False):
    """Values said over the REFs of a function, as the options of these names say them over a command's.

    ``steps`` is the horizon of schedules too; all else concerns REFs alone, as schedules, runs and curves
    have their own.

    Parameters
    ----------
    lr
        Base rate.
    steps, epochs
        Horizon: optimizer updates, or epochs.
    steps_per_epoch
        Optimizer updates in an epoch.
    changes
        Values by their paths, as ``--set`` has them: ``{"gamma": 0.5, "warmup.steps": "5 epochs"}``.
    let
        Values of names that a call or a script leaves open.
    trainer
        The trainer that a configuration is for, and its version: ``"transformers@4.51"``.
    examples, devices, batches_per_epoch, classes, images, tokens, warmup_steps
        Facts that no configuration of a trainer holds: rows of the training set after split, filter and
        packing; processes that train; batches one process sees in an epoch; classes of the dataset; images
        times their repeats; tokens of the training set; warm-up of a program beside the configuration.

    Examples
    --------
    >>> import lrplot
    >>> lrplot.at("step", 30, lr=0.5, changes={"gamma": 0.5})["step"].lr
    (0.25,)
    """

    lr: float
    steps: int
    epochs: float
    steps_per_epoch: int
    changes: Mapping[str, Any]
    let: Mapping[str, Any]
    trainer: str
    examples: int
    devices: int
    batches_per_epoch: int
    classes: int
    images: int
    tokens: int
    warmup_steps: int


def overrides_of(said: Mapping[str, Any]) -> Overrides:
    """The keywords as a command line says them; one that is None is not said.

    Raises
    ------
    UsageError
        When there is no such keyword, or its value is none of its kind.

    Examples
    --------
    >>> overrides_of({"lr": 0.1, "steps": None, "examples": 52002}).settings
    {'lr': '0.1'}
    """
    unknown = next((name for name in said if name not in Keywords.__annotations__), None)
    if unknown is not None:
        raise UsageError(f"no keyword '{unknown}'{did_you_mean(unknown, Keywords.__annotations__)}")
    given = said_in(said)
    if given.keys() >= {"steps", "epochs"}:
        raise UsageError("give steps or epochs, not both")
    return Overrides(
        {name: spelled(name, given[name]) for name, spelled in _SETTINGS.items() if name in given},
        tuple(Said(path, _text(value), "--set") for path, value in _mapping("changes", given).items()),
        bindings={name: repr(_plain(value)) for name, value in _mapping("let", given).items()},
        facts={name: int(_whole(name, given[name])) for name in FACTS if name in given},
        trainer=_name("trainer", given.get("trainer", "")),
    )


def said_in(said: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that say something.

    >>> said_in({"lr": 0.1, "steps": None})
    {'lr': 0.1}
    """
    return {name: value for name, value in said.items() if value is not None}


def _number(name: str, value: object) -> str:
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not is_number or not 0 <= value < inf:  # type: ignore[operator]
        raise UsageError(f"{name} must be a number ≥ 0, got {value!r}")
    return repr(float(value))  # type: ignore[arg-type]


def _whole(name: str, value: object) -> str:
    if not is_whole(value, least=1):
        raise UsageError(f"{name} must be whole and between 1 and 2^53, got {value!r}")
    return f"{value}"


def _name(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} must be a name, as 'transformers@4.51', got {value!r}")
    return value


_SETTINGS: Final[Mapping[str, Callable[[str, object], str]]] = {
    "lr": _number,
    "steps": _whole,
    "epochs": _number,
    "steps_per_epoch": _whole,
}
"""The keys of a spec among the keywords, and how each is written there."""


def _mapping(name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UsageError(f"{name} must be values by their names, as {{'gamma': 0.5}}, got {value!r}")
    return value


def _plain(value: object) -> object:
    """A number of NumPy as one of Python."""
    return value.item() if isinstance(value, np.generic) else value


def _text(value: object) -> str:
    """A value as a command line has it: a text as it is, all else as JSON, which YAML reads."""
    plain = _plain(value)
    if isinstance(plain, str):
        return plain
    try:
        return json.dumps(plain)
    except (TypeError, ValueError) as error:
        raise UsageError(f"a change must be a number, a text, a list or a dict: {error}") from None
