"""Plain runs whose figures are stored, and the real optimizers that made them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from lrplot.optimizers import noise
from lrplot.schedules.onecycle import OneCycle

STEPS = 24
RATES = OneCycle(max_lr=0.3, total_steps=STEPS).table(STEPS)
GRADIENTS = noise(STEPS, parameters=3, seed=5, mean=0.4, decay=0.1)
GRADIENTS[4, 0] = GRADIENTS[0, 1] = 0
START = [1.3, -0.7, 0.4]

# name → (type, parameters by lrplot's own names, which are PyTorch's)
TORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("sgd", {}),
    "sgd-momentum": ("sgd", {"momentum": 0.9, "dampening": 0.25, "weight_decay": 0.1}),
    "sgd-nesterov": ("sgd", {"momentum": 0.8, "nesterov": True}),
    "adagrad": ("adagrad", {}),
    "adagrad-all": (
        "adagrad",
        {"lr_decay": 0.05, "weight_decay": 0.1, "initial_accumulator_value": 0.2, "eps": 0.01},
    ),
    "rmsprop": ("rmsprop", {}),
    "rmsprop-all": (
        "rmsprop",
        {"alpha": 0.8, "eps": 0.01, "weight_decay": 0.1, "momentum": 0.7, "centered": True},
    ),
    "adam": ("adam", {}),
    "adam-all": ("adam", {"betas": (0.7, 0.95), "eps": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "adamw": ("adamw", {}),
    "adamw-all": ("adamw", {"betas": (0.7, 0.95), "eps": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "sgd-climbing": ("sgd", {"momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    "adam-climbing": ("adam", {"weight_decay": 0.1, "maximize": True}),
}
KERAS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("sgd", {"weight_decay": 0.1}),
    "sgd-momentum": ("sgd", {"momentum": 0.9}),
    "sgd-nesterov": ("sgd", {"momentum": 0.8, "nesterov": True}),
    "adagrad": ("adagrad", {}),
    "adagrad-all": ("adagrad", {"weight_decay": 0.1, "initial_accumulator_value": 0.2, "eps": 0.01}),
    "rmsprop": ("rmsprop", {}),
    "rmsprop-all": (
        "rmsprop",
        {"alpha": 0.8, "eps": 0.01, "weight_decay": 0.1, "momentum": 0.7, "centered": True},
    ),
    "adam": ("adam", {}),
    "adam-all": ("adam", {"betas": (0.7, 0.95), "eps": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "adamw": ("adamw", {}),
    "adamw-all": ("adamw", {"betas": (0.7, 0.95), "eps": 0.01, "weight_decay": 0.1, "amsgrad": True}),
}
_NAMES = {"sgd": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}


def torch_weights(
    kind: str,
    parameters: dict[str, Any],
    rates: Sequence[float] | np.ndarray,
    gradients: np.ndarray,
    start: Sequence[float],
    momenta: Sequence[float] | np.ndarray | None = None,
) -> np.ndarray:
    """The weights before each of PyTorch's updates and after the last."""
    import torch

    weights = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = getattr(torch.optim, _NAMES[kind])([weights], lr=0.1, **parameters)
    (group,) = optimizer.param_groups
    seen = [weights.detach().numpy().copy()]
    for step, (rate, gradient) in enumerate(zip(rates, gradients, strict=True)):
        group["lr"] = float(rate)
        if momenta is not None and "betas" in group:
            group["betas"] = (float(momenta[step]), group["betas"][1])
        elif momenta is not None:
            group["momentum"] = float(momenta[step])
        weights.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        seen.append(weights.detach().numpy().copy())
    return np.array(seen)


@contextmanager
def _float64() -> Iterator[Any]:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        yield keras
    finally:
        keras.config.set_floatx(before)


def keras_weights(
    kind: str,
    parameters: dict[str, Any],
    rates: Sequence[float] | np.ndarray,
    gradients: np.ndarray,
    start: Sequence[float],
) -> np.ndarray:
    """The weights before each of Keras' updates and after the last, in float64."""
    names = {"alpha": "rho", "eps": "epsilon"}
    given = {names.get(name, name): value for name, value in parameters.items() if name != "betas"}
    if "betas" in parameters:
        given["beta_1"], given["beta_2"] = parameters["betas"]
    with _float64() as keras:
        weights = keras.Variable(np.array(start), dtype="float64")
        optimizer = getattr(keras.optimizers, _NAMES[kind])(learning_rate=0.1, **given)
        seen = [weights.value.tolist()]
        for rate, gradient in zip(rates, gradients, strict=True):
            optimizer.learning_rate = float(rate)
            optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")], [weights])
            seen.append(weights.value.tolist())
    return np.array(seen)
