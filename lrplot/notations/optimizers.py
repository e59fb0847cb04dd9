"""Optimizer calls, as far as a schedule needs them: the base rate."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lrplot.notations.values import Optimizer

_TORCH: Final[Mapping[str, tuple[int, float | None]]] = {
    # Where the rate stands among the positional arguments, and its default.
    "SGD": (1, 1e-3),
    "Adam": (1, 1e-3),
    "AdamW": (1, 1e-3),
    "Adagrad": (1, 1e-2),
    "RMSprop": (1, 1e-2),
    "Adadelta": (1, 1.0),
    "Adamax": (1, 2e-3),
    "NAdam": (1, 2e-3),
    "RAdam": (1, 1e-3),
    "Rprop": (1, 1e-2),
    "ASGD": (1, 1e-2),
    "LBFGS": (1, 1.0),
    "SparseAdam": (1, 1e-3),
    "Adafactor": (1, 1e-2),
    "Muon": (1, 1e-3),
    "LAMB": (1, 1e-3),
    "Lamb": (1, 1e-3),
    "Lion": (1, 1e-4),
    "FusedAdam": (1, 1e-3),
    "AdamW8bit": (1, 1e-3),
    "create_optimizer": (1, None),
    "create_optimizer_v2": (1, None),
}
_KERAS: Final[Mapping[str, float]] = {
    "SGD": 0.01,
    "Adam": 0.001,
    "AdamW": 0.001,
    "Adagrad": 0.001,
    "RMSprop": 0.001,
    "Adadelta": 0.001,
    "Adamax": 0.001,
    "Nadam": 0.001,
    "Ftrl": 0.001,
    "Lion": 0.001,
    "Lamb": 0.001,
    "Adafactor": 0.001,
}
_OPTAX: Final = frozenset(
    {"sgd", "adam", "adamw", "adagrad", "rmsprop", "lion", "lamb", "adafactor", "nadam", "nadamw", "radam"}
)
OPTIMIZERS: Final = frozenset({*_TORCH, *_KERAS, *_OPTAX})
"""Names that are an optimizer."""


def optimizer(name: str, path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Optimizer:
    """The optimizer a call makes; PyTorch's takes parameters first, Keras' and Optax' the rate."""
    root = path.split(".", maxsplit=1)[0]
    keras = root in {"tf", "keras", "tensorflow"} or "learning_rate" in named or name in _OPTAX
    if not keras and name not in _TORCH:
        keras = True
    for key in ("learning_rate", "lr"):
        if key in named:
            return Optimizer(name, named[key])
    at = 0 if keras else _TORCH[name][0]
    if len(values) > at:
        return Optimizer(name, values[at])
    if not keras and values:
        return Optimizer(name, _TORCH[name][1])
    if not keras and not values and not named:
        keras = True
    return Optimizer(name, _KERAS.get(name))
