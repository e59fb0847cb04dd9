"""Schedules that react to a metric against the installed frameworks, metrics and parameters drawn."""

from typing import Any

import numpy as np
import pytest
from examples import make
from frameworks.reacting_cases import (
    CASES,
    FLAT,
    LR,
    keras_in_float32,
    long_series,
    native,
    run,
    timm_after_warmup,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.live

drawn = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
slowly = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

# Metrics that tie and come back, and any float at all.
_near = st.integers(0, 30).map(lambda i: round(0.5 + i * 1e-4, 4))
_any = st.one_of(st.floats(), st.floats(-2, 2), st.sampled_from([1e9, -1e9, 0.0, -0.0]))
metrics = st.lists(st.one_of(_near, _near, _any), min_size=1, max_size=60)
# XLA takes a product below the least normal number for 0.
normal = metrics.map(lambda series: [0.0 if abs(metric) < 1e-300 else metric for metric in series])
small = st.integers(0, 4)
factor = st.floats(0.01, 0.99)
threshold = st.sampled_from([0.0, 1e-6, 1e-4, 1e-3, 0.1, 0.9, 1.0, 1.5])
min_lr = st.sampled_from([0.0, 1e-9, 1e-3, 0.1, LR, 0.5])
mode = st.sampled_from(["min", "max"])
threshold_mode = st.sampled_from(["rel", "abs"])
eps = st.sampled_from([0.0, 1e-8, 1e-3])


def some(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


torchs = {"mode": mode, "factor": factor, "patience": small, "threshold": threshold, "cooldown": small}
torchs |= {"min_lr": min_lr}


def agree(framework: str, parameters: dict[str, Any], series: list[float], lr: float = LR) -> None:
    expected = run(framework, parameters, series, lr)
    rates = native(framework, parameters, series, lr)(np.arange(len(expected)))
    np.testing.assert_allclose(rates, expected, rtol=1e-12, err_msg=f"{framework} {parameters}")


@pytest.mark.parametrize("name", CASES)
def test_every_stored_case_is_what_the_framework_does_today(name: str) -> None:
    agree(*CASES[name])


@drawn
@given(some(**torchs, threshold_mode=threshold_mode, eps=eps), metrics, st.sampled_from([LR, 1e-7, 1e-9]))
def test_pytorch(parameters: dict[str, Any], series: list[float], lr: float) -> None:
    agree("pytorch", parameters, series, lr)


@drawn
@given(some(**torchs, threshold_mode=threshold_mode, eps=eps), metrics)
def test_mmengine(parameters: dict[str, Any], series: list[float]) -> None:
    agree("mmengine", parameters, series)


@drawn
@given(some(**torchs), metrics)
def test_timm(parameters: dict[str, Any], series: list[float]) -> None:
    agree("timm", parameters, series)


@drawn
@given(some(**torchs), metrics, st.integers(1, 9))
def test_timms_warm_up_is_one_around_the_plateau(
    parameters: dict[str, Any], series: list[float], steps: int
) -> None:
    series = [*FLAT[:steps], *series]
    plateau = native("timm", parameters, series[steps:])
    expected = timm_after_warmup(parameters, series, steps)
    rates = make("warmup", schedule=plateau, steps=steps)(np.arange(len(expected)))
    np.testing.assert_allclose(rates, expected, rtol=1e-12)


@drawn
@given(some(**torchs), metrics)
def test_keras(parameters: dict[str, Any], series: list[float]) -> None:
    agree("keras", parameters, series)


@slowly
@given(some(**torchs), metrics)
def test_a_real_keras_optimizer_differs_by_its_float32_alone(
    parameters: dict[str, Any], series: list[float]
) -> None:
    expected = keras_in_float32(parameters, series)
    rates = native("keras", parameters, series)(np.arange(len(expected)))
    np.testing.assert_allclose(rates, expected, rtol=1e-5, atol=1e-40)


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
def test_optax(parameters: dict[str, Any], series: list[float]) -> None:
    agree("optax", parameters, series)


@drawn
@given(
    some(
        mode=mode,
        factor=factor,
        patience=small,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=small,
        rise_cooldown=small,
        min_lr=st.sampled_from([0.0, 1e-3, 0.1, LR, 0.5]),
        max_lr=st.sampled_from([0.5, 1.0]),
        eps=eps,
        smooth=st.booleans(),
        window_size=st.integers(1, 6),
        reset_start=small,
    ),
    metrics,
)
def test_greedy(parameters: dict[str, Any], series: list[float]) -> None:
    agree("greedy", parameters, series)


LONG = {
    "pytorch": {**torchs, "threshold_mode": threshold_mode, "eps": eps},
    "mmengine": {**torchs, "threshold_mode": threshold_mode, "eps": eps},
    "timm": torchs,
    "keras": torchs,
    "optax": {
        "factor": factor,
        "patience": small,
        "threshold": st.sampled_from([1e-4, 0.1]),
        "cooldown": small,
    },
    "greedy": {
        **{name: torchs[name] for name in ("mode", "factor", "patience", "threshold", "cooldown")},
        "smooth": st.booleans(),
        "window_size": st.integers(1, 60),
        "reset_start": small,
    },
}


@pytest.mark.parametrize("framework", LONG)
def test_long_series_whose_metrics_are_looked_at_together(framework: str) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some(**LONG[framework]), st.integers(0, 10**6))
    def drawn(parameters: dict[str, Any], seed: int) -> None:
        # So many drops would come to what XLA takes for 0.
        least = {"min_lr": 1e-9} if framework == "optax" else {}
        agree(framework, {**parameters, **least}, long_series(seed))

    drawn()


def test_on_a_flat_metric_the_frameworks_change_where_document_003_and_pytorch_say() -> None:
    steps = {
        name: [change.step for change in native(name, {"patience": 5}, FLAT).changes(26)]
        for name in ("pytorch", "keras", "optax")
    }
    assert steps == {"pytorch": [7, 13, 19, 25], "keras": [6, 11, 16, 21], "optax": [5, 10, 15, 20, 25]}
