"""The frameworks' schedulers that react to a metric, run on a series of metrics; needs the frameworks.

Parameters are named as lrplot names them. Each gives the rate of every update it knows: one more than
there are metrics, of Optax as many.
"""

import math
import os
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np

LR = 0.3
Parameters = dict[str, Any]
NAN, INF = math.nan, math.inf

FLAT = [1.0] * 40
# Falls, stays, swings, with bad values among it; its decimals tie with the thresholds.
LOSS = [round(0.3 + math.exp(-t / 6) + 0.02 * math.cos(3 * t) * (t > 15), 4) for t in range(80)]
LOSS[20:23] = [NAN, INF, NAN]
LOSS[50] = -INF
SCORE = [-loss for loss in LOSS]

CASES: dict[str, tuple[str, Parameters, list[float]]] = {
    "pytorch, flat": ("pytorch", {"patience": 5}, FLAT),
    "pytorch, defaults": ("pytorch", {}, LOSS),
    "pytorch, max, abs": ("pytorch", {"mode": "max", "threshold_mode": "abs", "threshold": 0.01}, SCORE),
    "pytorch, cooldown": ("pytorch", {"patience": 1, "cooldown": 3, "min_lr": 0.002, "factor": 0.5}, LOSS),
    "pytorch, eps": ("pytorch", {"patience": 0, "eps": 1e-4}, FLAT),
    "pytorch, min above": ("pytorch", {"patience": 0, "min_lr": 0.5}, FLAT),
    "pytorch, negative": ("pytorch", {"patience": 2, "threshold": 0.1}, [-1.0, -0.95, -0.92, *[-0.9] * 9]),
    "pytorch, nan first": ("pytorch", {"patience": 2}, [NAN, INF, *FLAT]),
    "keras, flat": ("keras", {"patience": 5}, FLAT),
    "keras, defaults": ("keras", {}, LOSS),
    "keras, document 002": ("keras", {"patience": 5, "min_lr": 1e-6}, LOSS),
    "keras, no patience": ("keras", {"patience": 0, "factor": 0.8}, LOSS),
    "keras, max": ("keras", {"mode": "max", "patience": 3, "threshold": 0.001}, SCORE),
    "keras, cooldown": ("keras", {"patience": 1, "cooldown": 3, "min_lr": 0.002, "factor": 0.5}, LOSS),
    "keras, nan first": ("keras", {"patience": 4}, [NAN, *LOSS]),
    "keras, float32": ("keras", {"patience": 3, "threshold": 0.0}, [0.5 - i * 1e-9 for i in range(20)]),
    "timm, defaults": ("timm", {}, SCORE),
    "timm, min": ("timm", {"mode": "min", "patience": 2, "cooldown": 1, "min_lr": 0.001}, LOSS),
    "mmengine, defaults": ("mmengine", {}, LOSS),
    "mmengine, huge": ("mmengine", {"patience": 2}, [1e10, 1e9, 9.999e8, *LOSS]),
    "optax, flat": ("optax", {"patience": 5}, FLAT),
    "optax, defaults": ("optax", {}, LOSS),
    "optax, no patience": ("optax", {"patience": 0, "factor": 0.9}, LOSS),
    "optax, both tolerances": ("optax", {"patience": 3, "threshold": 0.01, "atol": 0.02}, LOSS),
    "optax, abs": ("optax", {"patience": 3, "threshold": 0.05, "threshold_mode": "abs"}, LOSS),
    "optax, raised": ("optax", {"patience": 4, "cooldown": 2, "min_lr": 0.4}, LOSS),
    "greedy, defaults": ("greedy", {}, LOSS),
    "greedy, often": ("greedy", {"patience": 2, "factor": 0.8, "max_lr": 0.7, "min_lr": 0.2}, LOSS),
    "greedy, resets": ("greedy", {"patience": 0, "factor": 0.5, "min_lr": 0.1, "reset_start": 3}, LOSS),
    "greedy, smooth": (
        "greedy",
        {"patience": 1, "smooth": True, "window_size": 4, "cooldown": 1},
        LOSS[23:50],
    ),
    "greedy, rise cooldown": ("greedy", {"patience": 1, "rise_cooldown": 2, "factor": 0.7}, LOSS),
    "greedy, max, rel": (
        "greedy",
        {"mode": "max", "threshold_mode": "rel", "threshold": 0.01, "patience": 2},
        SCORE,
    ),
}


def long_series(seed: int) -> list[float]:
    """1500 metrics of a kind that the seed draws: falling, noisy, flat, rounded, diverging, with nan."""
    rng = np.random.default_rng(seed)
    t = np.arange(1500)
    kinds = (
        lambda: np.exp(-t / rng.integers(20, 2000)),
        lambda: np.exp(-t / 300) + rng.random(len(t)) * rng.choice([0.3, 0.01]),
        lambda: np.round(rng.random(len(t)), 1),
        lambda: np.ones(len(t)),
        lambda: np.cumsum(rng.normal(size=len(t))),
        lambda: np.repeat(rng.random(len(t) // 10), 10),
        lambda: 1 - t * rng.choice([1e-5, 1e-3]),
    )
    series = kinds[seed % len(kinds)]() * rng.choice([1.0, 1.0, -1.0, 1e-5])
    if rng.random() < 0.3:
        odd = rng.random(len(t)) < rng.choice([0.01, 0.3])
        series = np.where(odd, rng.choice([np.nan, np.inf, -np.inf]), series)
    if rng.random() < 0.1:
        series[rng.integers(len(t)) :] = np.nan
    found: list[float] = series.tolist()
    return found


def native(framework: str, parameters: Parameters, metrics: list[float], lr: float = LR) -> Any:
    """lrplot's own schedule."""
    from examples import make

    if framework == "greedy":
        return make("greedy", lr=lr, metrics=metrics, **parameters)
    return make("plateau", lr=lr, metrics=metrics, rule=framework, **parameters)


def run(framework: str, parameters: Parameters, metrics: list[float], lr: float = LR) -> list[float]:
    """The framework's rates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _RUN[framework](parameters, metrics, lr)


def _optimizer(lr: float) -> Any:
    import torch

    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def _renamed(parameters: Parameters, names: dict[str, str]) -> Parameters:
    return {names.get(name, name): value for name, value in parameters.items()}


def _pytorch(parameters: Parameters, metrics: list[float], lr: float) -> list[float]:
    import torch

    optimizer = _optimizer(lr)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **parameters)
    rates = [lr]
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def _timm(parameters: Parameters, metrics: list[float], lr: float, warmup: int = 0) -> list[float]:
    from frameworks import other_cases

    names = {"factor": "decay_rate", "patience": "patience_t", "cooldown": "cooldown_t", "min_lr": "lr_min"}
    optimizer = _optimizer(lr)
    scheduler = other_cases.timm_schedulers().PlateauLRScheduler(
        optimizer, warmup_t=warmup, **_renamed(parameters, names)
    )
    rates = [optimizer.param_groups[0]["lr"]]
    for epoch, metric in enumerate(metrics):
        scheduler.step(epoch + 1, metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def timm_after_warmup(
    parameters: Parameters, metrics: list[float], warmup: int, lr: float = LR
) -> list[float]:
    """timm's rates with its own warm-up from 0, during which it passes over the metrics."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _timm(parameters, metrics, lr, warmup)


def _mmengine(parameters: Parameters, metrics: list[float], lr: float) -> list[float]:
    from mmengine.optim import ReduceOnPlateauLR

    names = {"mode": "rule", "threshold_mode": "threshold_rule", "min_lr": "min_value"}
    given = _renamed(parameters, names)
    if "rule" in given:
        given["rule"] = {"min": "less", "max": "greater"}[given["rule"]]
    optimizer = _optimizer(lr)
    scheduler = ReduceOnPlateauLR(optimizer, **given)
    rates = [lr]
    for metric in metrics:
        scheduler.step({"loss": metric})
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def _keras(parameters: Parameters, metrics: list[float], lr: float) -> list[float]:
    """Keras' callback on an optimizer that keeps its rate in float64, so that its rule alone is compared."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    given = {"mode": "min", **_renamed(parameters, {"threshold": "min_delta"})}
    callback = keras.callbacks.ReduceLROnPlateau(**given)
    optimizer = SimpleNamespace(learning_rate=lr)
    callback.set_model(SimpleNamespace(optimizer=optimizer))
    callback.on_train_begin()
    rates = [lr]
    for epoch, metric in enumerate(metrics):
        callback.on_epoch_end(epoch, {"val_loss": metric})
        rates.append(float(optimizer.learning_rate))
    return rates


def keras_in_float32(parameters: Parameters, metrics: list[float], lr: float = LR) -> list[float]:
    """The rates a real Keras optimizer holds, in its float32."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = {"mode": "min", **_renamed(parameters, {"threshold": "min_delta"})}
        callback = keras.callbacks.ReduceLROnPlateau(**given)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(learning_rate=lr), loss="mse")
        callback.set_model(model)
        callback.on_train_begin()
        rates = [float(model.optimizer.learning_rate)]
        for epoch, metric in enumerate(metrics):
            callback.on_epoch_end(epoch, {"val_loss": metric})
            rates.append(float(model.optimizer.learning_rate))
    return rates


def _optax(parameters: Parameters, metrics: list[float], lr: float) -> list[float]:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    given = _renamed(parameters, {"threshold": "rtol"})
    if given.pop("threshold_mode", "rel") == "abs":
        given["atol"] = given.get("atol", 0.0) + given.pop("rtol", 1e-4)
        given["rtol"] = 0.0
    if "min_lr" in given:
        given["min_scale"] = given.pop("min_lr") / lr
    transform = optax.contrib.reduce_on_plateau(**given)
    one = jnp.ones((), dtype=jnp.float64)

    def update(state: Any, value: Any) -> Any:
        scaled, state = transform.update(one, state, value=value)
        return state, scaled

    _, scales = jax.lax.scan(update, transform.init(one), jnp.array(metrics, dtype=jnp.float64))
    return [float(rate) for rate in lr * np.asarray(scales)]


def _greedy(parameters: Parameters, metrics: list[float], lr: float) -> list[float]:
    from transformers.optimization import GreedyLR

    optimizer = _optimizer(lr)
    scheduler = GreedyLR(optimizer, **_renamed(parameters, {"rise_cooldown": "warmup"}))
    rates = [lr]
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


_RUN = {
    "pytorch": _pytorch,
    "timm": _timm,
    "mmengine": _mmengine,
    "keras": _keras,
    "optax": _optax,
    "greedy": _greedy,
}
