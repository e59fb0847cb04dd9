"""Exported code of what reacts to a metric, run by the real frameworks on drawn metrics. Run with: pytest -m live"""

import os
import warnings
from typing import Any

import numpy as np
import pytest
from examples import make
from frameworks.reacting_cases import LR
from frameworks.test_export_live import executed
from frameworks.test_reacting_live import (
    drawn,
    eps,
    factor,
    metrics,
    min_lr,
    mode,
    normal,
    slowly,
    small,
    some,
    threshold,
    threshold_mode,
    torchs,
)
from hypothesis import given
from hypothesis import strategies as st

from lrplot.exports.code import export
from lrplot.run import Run
from lrplot.schedules.base import Schedule

pytestmark = pytest.mark.live


def code_of(schedule: Schedule, target: str, series: list[float]) -> str:
    made = export(Run("it", schedule, len(series), 1), target)
    assert made.exact, made.notes
    return made.code


def looped(code: str, series: list[float]) -> list[float]:
    """The rates of the training loop, which is told these metrics."""
    told = code.replace("return 1.0  # yours", "return next(metrics)  # yours").replace(
        "    optimizer.step()\n", "    seen.append(optimizer.param_groups[0]['lr']); optimizer.step()\n"
    )
    assert [told.count(each) for each in ("next(metrics)", "seen.append")] == [1, 1]
    names: dict[str, Any] = {"metrics": iter(series), "seen": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(told, names)  # noqa: S102 (our own exporter's code)
    return list(names["seen"])


def close(rates: list[float], schedule: Schedule, share: float = 1e-12, least: float = 1e-300) -> None:
    np.testing.assert_allclose(rates, schedule.table(len(rates)), rtol=share, atol=least)


@drawn
@given(
    some(**torchs, threshold_mode=threshold_mode, eps=eps),
    metrics,
    st.sampled_from(["pytorch", "transformers"]),
)
def test_a_plateau_of_pytorch(parameters: dict[str, Any], series: list[float], target: str) -> None:
    plateau = make("plateau", lr=LR, metrics=series, **parameters)
    close(looped(code_of(plateau, target, series), series), plateau)


@drawn
@given(some(**torchs), metrics)
def test_a_plateau_of_timm_is_pytorchs(parameters: dict[str, Any], series: list[float]) -> None:
    plateau = make("plateau", lr=LR, metrics=series, rule="timm", **parameters)
    close(looped(code_of(plateau, "pytorch", series), series), plateau)


greedy = {"mode": mode, "factor": factor, "patience": small, "threshold": threshold, "cooldown": small}
greedy |= {"threshold_mode": threshold_mode, "rise_cooldown": small, "eps": eps, "smooth": st.booleans()}
greedy |= {"window_size": st.integers(1, 6), "reset_start": small, "max_lr": st.sampled_from([0.5, 1.0])}
greedy |= {"min_lr": st.sampled_from([0.0, 1e-3, 0.1, LR, 0.5])}


@drawn
@given(some(**greedy), metrics)
def test_greedy(parameters: dict[str, Any], series: list[float]) -> None:
    schedule = make("greedy", lr=LR, metrics=series, **parameters)
    close(looped(code_of(schedule, "transformers", series), series), schedule)


def in_keras(code: str, series: list[float]) -> list[float]:
    """The rates a compiled Keras model's optimizer holds, in its float32."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    names = executed(code)
    callback, optimizer = names["callback"], names["optimizer"]
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile(optimizer=optimizer, loss="mse")
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, metric in enumerate(series):
            rates.append(float(optimizer.learning_rate))
            callback.on_epoch_end(epoch, {"val_loss": metric})
    return rates


@slowly
@given(some(**torchs), metrics)
def test_a_plateau_of_keras(parameters: dict[str, Any], series: list[float]) -> None:
    plateau = make("plateau", lr=LR, metrics=series, rule="keras", **parameters)
    close(in_keras(code_of(plateau, "keras", series), series), plateau, 1e-5, 1e-40)


rule = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["improving", "stalled", "oscillating", "rising"]),
        "window": st.integers(3, 5),
        "by": st.sampled_from([0.0, 1e-4, 1e-3]),
        "multiply": st.sampled_from([0.5, 0.9, 1.3]),
    }
)


@slowly
@given(st.lists(rule, min_size=1, max_size=3), metrics, mode)
def test_a_callback_class_of_keras(rules: list[dict[str, Any]], series: list[float], mode: str) -> None:
    callback = make("callback", lr=LR, metrics=series, rules=rules, mode=mode, min_lr=0.01, max_lr=2.0)
    close(in_keras(code_of(callback, "keras", series), series), callback, 1e-5)


@slowly
@given(
    some(
        factor=factor,
        patience=small,
        threshold=st.sampled_from([1e-6, 1e-4, 0.1, 1.0]),
        threshold_mode=threshold_mode,
        atol=st.sampled_from([0.0, 1e-3]),
        cooldown=small,
        min_lr=min_lr,
    ),
    normal,
)
def test_a_plateau_of_optax(parameters: dict[str, Any], series: list[float]) -> None:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    plateau = make("plateau", lr=LR, metrics=series, rule="optax", **parameters)
    optimizer = executed(code_of(plateau, "optax", series))["optimizer"]
    one = jnp.ones((), dtype=jnp.float64)

    def update(state: Any, value: Any) -> Any:
        updates, state = optimizer.update(one, state, one, value=value)
        return state, -updates

    _, rates = jax.lax.scan(update, optimizer.init(one), jnp.array(series, dtype=jnp.float64))
    close([float(rate) for rate in np.asarray(rates)], plateau)
