"""Questions that several trainers ask of a form alike: a key that must be there, an epoch's batches."""

import math
from typing import Any

from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import ask, number, refuse


def required(form: Form, path: str) -> float:
    """A number ≥ 0 without which there is no curve.

    Raises
    ------
    ConfigurationError
        When it is left out.
    """
    value = number(form, path, None)
    if value is None:
        raise refuse(form, path, f"{path} is left out, and it has no default; give {path}")
    if value < 0:
        raise refuse(form, path, f"{path} must be ≥ 0, got {value:g}")
    return float(value)


def positive(form: Form, path: str, default: float) -> float:
    """A number > 0, or ``default``."""
    value = number(form, path, default)
    if value <= 0:
        raise refuse(form, path, f"{path} must be > 0, got {value:g}")
    return float(value)


def least_zero(form: Form, path: str, default: Any) -> Any:
    """A number ≥ 0, or ``default``."""
    value = number(form, path, default)
    if value is not None and value < 0:
        raise refuse(form, path, f"{path} must be ≥ 0, got {value:g}")
    return value


def one_of(form: Form, path: str, default: str, known: tuple[str, ...]) -> str:
    """A word out of those that are known.

    Raises
    ------
    ConfigurationError
        When it is another.
    """
    value = form.get(path)
    word = default if value is None else str(value)
    if word not in known:
        raise refuse(form, path, f"{path} must be one of {', '.join(known)}, got '{word}'")
    return word


def first_key(form: Form, *paths: str) -> str:
    """The first of several spellings that the form has, else the first of all."""
    return next((path for path in paths if path in form), paths[0])


def devices_of(form: Form, facts: Facts) -> int:
    """Processes that train: as a person says, as a launcher says, else 1."""
    return facts.devices or form.devices or 1


def batches_of_epoch(
    form: Form, facts: Facts, title: str, batch: int | None, *, drop_last: bool = False
) -> tuple[int, str]:
    """The batches that one process sees in an epoch, and how that came about.

    A distributed sampler gives each process ⌈N / W⌉ examples before the loader cuts them into batches.

    Raises
    ------
    MissingFactsError
        When neither the batches nor the examples are known.
    """
    if facts.batches_per_epoch is not None:
        return (
            facts.batches_per_epoch,
            f"{facts.batches_per_epoch} batches an epoch, as --batches-per-epoch says",
        )
    if batch is None:
        ask(form, title, batches_per_epoch=None)
    ask(form, title, examples=facts.examples)
    assert facts.examples is not None  # noqa: S101 (asked for)
    assert batch is not None  # noqa: S101 (asked for)
    devices = devices_of(form, facts)
    own = math.ceil(facts.examples / devices)
    batches = own // batch if drop_last else math.ceil(own / batch)
    if batches < 1:
        raise refuse(
            form,
            "",
            f"{facts.examples} examples on {devices} devices fill no batch of {batch}; lower one of them",
        )
    by = f"⌈{facts.examples} examples / {devices} devices⌉" if devices > 1 else f"{facts.examples} examples"
    if facts.devices is None and form.devices is None:
        by += " on one device"
    return batches, f"{by} / {batch} = {batches} batches an epoch"
