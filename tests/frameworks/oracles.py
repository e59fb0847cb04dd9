"""The real frameworks: what a call's text gives when the framework itself runs it, step by step."""

import math
import os
import warnings
from functools import cache
from typing import Any

import numpy as np

LR = 0.3


@cache
def _torch_names() -> dict[str, Any]:
    """PyTorch's and Transformers' schedulers by name; the latter are looked up slowly."""
    import transformers
    from torch.optim import lr_scheduler, swa_utils
    from transformers import optimization

    found = {name: getattr(optimization, name) for name in vars(optimization) if name.startswith("get_")}
    return {**vars(lr_scheduler), **vars(swa_utils), **found, "get_scheduler": transformers.get_scheduler}


def torch_rates(call: str, steps: int, lr: float = LR) -> np.ndarray:
    """PyTorch's or Transformers' scheduler, stepped as in training; ``optimizer`` is SGD with a momentum."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.5)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = eval(call, {**_torch_names(), "math": math, "optimizer": optimizer})  # noqa: S307 (our own calls)
        for step in range(steps):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            if step + 1 < steps:
                scheduler.step()
    return np.array(rates)


def keras_rates(call: str, steps: int) -> np.ndarray:
    """A Keras schedule asked at every step, in its own float32."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    schedule = eval(call, {**vars(keras.optimizers.schedules), "keras": keras, "math": math})  # noqa: S307
    return np.array([float(schedule(step)) for step in range(steps)])


def keras_callback_rates(call: str, epochs: int, lr: float = LR) -> np.ndarray:
    """The rate a Keras LearningRateScheduler leaves in the optimizer at each epoch."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    callback = eval(call, {"LearningRateScheduler": keras.callbacks.LearningRateScheduler, "math": math})  # noqa: S307
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=lr), loss="mse")
    callback.set_model(model)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for epoch in range(epochs):
            callback.on_epoch_begin(epoch)
            rates.append(float(model.optimizer.learning_rate))
    return np.array(rates)


def optax_rates(call: str, steps: int) -> np.ndarray:
    """An Optax schedule at every step, in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    schedule = eval(call, {**vars(optax.schedules), "optax": optax, "jnp": jnp, "math": math})  # noqa: S307
    one_by_one = jax.vmap(lambda count: jnp.asarray(schedule(count), dtype=float))
    return np.asarray(one_by_one(jnp.arange(steps, dtype=jnp.int64)))
