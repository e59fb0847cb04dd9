"""Short Keras trainings, and the rate of each of their updates by hand."""

from dataclasses import dataclass
from typing import Final

_BEFORE: Final = """\
import keras
import numpy as np
from keras.callbacks import Callback, LearningRateScheduler

x, y = np.zeros((8, 2)), np.zeros((8, 1))
model = keras.Sequential([keras.layers.Dense(1)])
"""
_SGD: Final = 'model.compile(keras.optimizers.SGD(0.1), "mse")\n'
_HALVED: Final = "cb = LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch)\n"
_FIT: Final = "model.fit(x, y, batch_size=4, epochs={}, verbose=0{})\n"
_LINE: Final = "keras.optimizers.schedules.PolynomialDecay(0.1, 10, 0.0)"


@dataclass(frozen=True)
class Case:
    """A training of two batches an epoch: its text, and its rates."""

    name: str
    text: str
    rates: tuple[float, ...]

    @property
    def whole(self) -> str:
        return _BEFORE + self.text


def _twice(*rates: float) -> tuple[float, ...]:
    """A rate of each epoch for both of its updates."""
    return tuple(rate for rate in rates for _ in range(2))


def _fit(epochs: int, more: str = "") -> str:
    return _FIT.format(epochs, more and f", {more}")


CASES: Final = (
    Case(
        "one callback",
        _SGD + _HALVED + _fit(3, "callbacks=[cb]"),
        _twice(0.1, 0.05, 0.025),
    ),
    Case(
        "a second fit counts its epochs from 0 again",
        _SGD + _HALVED + _fit(2, "callbacks=[cb]") * 2,
        _twice(0.1, 0.05, 0.1, 0.05),
    ),
    Case(
        "an epoch to begin with",
        _SGD + _HALVED + _fit(4, "initial_epoch=2, callbacks=[cb]"),
        _twice(0.025, 0.0125),
    ),
    Case(
        "of two callbacks the last one sets the rate",
        _SGD + _HALVED + "other = LearningRateScheduler(lambda e: 0.2 / (1 + e))\n"
        + _fit(2, "callbacks=[cb, other]"),
        _twice(0.2, 0.1),
    ),
    Case(
        "of two callbacks the second multiplies what the first sets",
        _SGD + _HALVED + "other = LearningRateScheduler(lambda e, lr: lr * 0.1)\n"
        + _fit(2, "callbacks=[cb, other]"),
        _twice(0.01, 0.005),
    ),
    Case("a callback that no fit is given", _SGD + _HALVED + _fit(2), _twice(0.1, 0.1)),
    Case(
        "a callback that comes with the second fit",
        _SGD + "cb = LearningRateScheduler(lambda epoch: 0.04 * 0.5**epoch)\n"
        + _fit(1) + _fit(2, "callbacks=[cb]"),
        _twice(0.1, 0.04, 0.02),
    ),
    Case(
        "a multiple of the rate goes on through the second fit",
        _SGD + "cb = LearningRateScheduler(lambda epoch, lr: lr * 0.5)\n" + _fit(1, "callbacks=[cb]") * 2,
        _twice(0.05, 0.025),
    ),
    Case(
        "callbacks in a list that grows",
        _SGD + _HALVED + "cbs = [keras.callbacks.TerminateOnNaN()]\ncbs.extend([cb])\n"
        + _fit(2, "callbacks=cbs"),
        _twice(0.1, 0.05),
    ),
    Case(
        "fit's arguments in a dictionary",
        _SGD + _HALVED + "kw = dict(batch_size=4, epochs=2, verbose=0, callbacks=[cb])\nmodel.fit(x, y, **kw)\n",
        _twice(0.1, 0.05),
    ),
    Case(
        "a schedule goes on through the second fit",
        f'model.compile(keras.optimizers.SGD({_LINE}), "mse")\n' + _fit(1) * 2,
        (0.1, 0.09, 0.08, 0.07),
    ),
    Case(
        "a schedule counts batches where gradients are accumulated",
        f'model.compile(keras.optimizers.SGD({_LINE}, gradient_accumulation_steps=2), "mse")\n' + _fit(3),
        (0.09, 0.07, 0.05),
    ),
    Case(
        "a schedule that no optimizer is given",
        f"schedule = {_LINE}\n" + _SGD + _fit(2),
        _twice(0.1, 0.1),
    ),
    Case(
        "an optimizer that is not compiled",
        f"other = keras.optimizers.SGD({_LINE})\n" + _SGD + _fit(2),
        _twice(0.1, 0.1),
    ),
    Case(
        "batches by hand, then a fit",
        f'model.compile(keras.optimizers.SGD({_LINE}), "mse")\n'
        "for _ in range(2):\n    model.train_on_batch(x, y)\n" + _fit(1),
        (0.1, 0.09, 0.08, 0.07),
    ),
    Case(
        "the rate set before batches by hand",
        _SGD + "for step in range(3):\n    model.optimizer.learning_rate = 0.1 / (step + 1)\n"
        "    model.train_on_batch(x, y)\n",
        (0.1, 0.05, 0.1 / 3),
    ),
    Case("compiled again", _SGD + _fit(1) + _SGD.replace("0.1", "0.01") + _fit(1), _twice(0.1, 0.01)),
    Case(
        "the rate set between two fits",
        _SGD + _fit(1) + "model.optimizer.learning_rate.assign(0.03)\n" + _fit(1),
        _twice(0.1, 0.03),
    ),
    Case(
        "an own callback at the end of an epoch",
        "class Decay(Callback):\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        self.model.optimizer.learning_rate = 0.1 * 0.5**epoch\n\n\n"
        + _SGD + _fit(3, "callbacks=[Decay()]"),
        _twice(0.1, 0.1, 0.05),
    ),
    Case(
        "an own callback before each batch",
        "class Warm(Callback):\n    def on_train_batch_begin(self, batch, logs=None):\n"
        "        seen = int(self.model.optimizer.iterations)\n"
        "        self.model.optimizer.learning_rate = 0.1 * (seen + 1) / 4\n\n\n"
        + _SGD + _fit(2, "callbacks=[Warm()]"),
        (0.025, 0.05, 0.075, 0.1),
    ),
    Case(
        "a callback of a function",
        _SGD + "cb = keras.callbacks.LambdaCallback(\n    on_epoch_begin=lambda epoch, logs: "
        "model.optimizer.learning_rate.assign(0.1 / (1 + epoch))\n)\n" + _fit(2, "callbacks=[cb]"),
        _twice(0.1, 0.05),
    ),
    Case("an optimizer by its name", 'model.compile("adam", "mse")\n' + _fit(2), _twice(0.001, 0.001)),
)  # fmt: skip
