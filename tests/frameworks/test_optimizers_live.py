"""Optimizers against the installed PyTorch and Keras, with drawn parameters. Run with: pytest -m live"""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from optimizers import cases

from lrplot.optimizers import TYPES

pytestmark = pytest.mark.live

drawn = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
share = st.floats(0.0, 0.95).map(lambda value: round(value, 4))
# Far from 1 and from 0, so that neither framework's v - m² loses digits to cancellation.
slow = st.floats(0.9, 0.99).map(lambda value: round(value, 4))
eps = st.sampled_from([1e-10, 1e-8, 1e-7, 1e-3, 0.1])
decay = st.sampled_from([0.0, 0.003, 0.1, 0.7])
# No start is a simple fraction: gradient and L2 decay never cancel to rounding errors.
START = [1.3130352854993312, -0.7244919590005157, 0.0]


@st.composite
def series(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Rates and gradients, exact zeros and nine orders of magnitude among them."""
    steps = draw(st.integers(1, 30))
    size = st.floats(-4, 4).map(lambda power: 10**power)
    number = st.one_of(st.just(0.0), size, size.map(lambda value: -value))
    rates = draw(st.lists(st.floats(0, 0.5), min_size=steps, max_size=steps))
    rows = st.lists(number, min_size=3, max_size=3)
    return np.array(rates), np.array(draw(st.lists(rows, min_size=steps, max_size=steps)))


def agree(kind: str, rule: str, parameters: dict[str, Any], run: tuple[np.ndarray, np.ndarray]) -> None:
    rates, gradients = run
    updates = TYPES[kind](rule=rule, **parameters).updates(rates, gradients, START)
    real = cases.torch_weights if rule == "pytorch" else cases.keras_weights
    expected = real(kind, parameters, rates, gradients, START)
    # Sums of changes of either sign are as exact as the largest of them.
    scale = np.maximum.accumulate(np.abs(expected), axis=0).max(axis=1, keepdims=True)
    assert (np.abs(updates.weights - expected) <= 1e-12 * scale).all(), (kind, rule, parameters)


@pytest.mark.parametrize("name", cases.TORCH)
def test_every_stored_case_is_what_pytorch_does_today(name: str) -> None:
    kind, parameters = cases.TORCH[name]
    agree(kind, "pytorch", parameters, (cases.RATES, cases.GRADIENTS))


@pytest.mark.parametrize("name", cases.KERAS)
def test_every_stored_case_is_what_keras_does_today(name: str) -> None:
    kind, parameters = cases.KERAS[name]
    agree(kind, "keras", parameters, (cases.RATES, cases.GRADIENTS))


@drawn
@given(series(), share, st.sampled_from([0.0, 0.3]), decay, st.booleans())
def test_sgd(
    run: tuple[np.ndarray, np.ndarray], momentum: float, dampening: float, weight_decay: float, ahead: bool
) -> None:
    ahead = ahead and momentum > 0
    parameters = {"momentum": momentum, "weight_decay": weight_decay, "nesterov": ahead}
    agree("sgd", "pytorch", {**parameters, "dampening": 0.0 if ahead else dampening}, run)
    agree("sgd", "keras", parameters, run)


@drawn
@given(series(), st.sampled_from([0.0, 0.1, 3.0]), eps, decay, st.sampled_from([0.0, 0.2]))
def test_adagrad(
    run: tuple[np.ndarray, np.ndarray], initial: float, eps: float, weight_decay: float, lr_decay: float
) -> None:
    parameters = {"initial_accumulator_value": initial, "eps": eps, "weight_decay": weight_decay}
    agree("adagrad", "pytorch", {**parameters, "lr_decay": lr_decay}, run)
    agree("adagrad", "keras", parameters, run)


@drawn
@given(series(), share, eps, decay, st.sampled_from([0.0, 0.6]))
def test_rmsprop(
    run: tuple[np.ndarray, np.ndarray], alpha: float, eps: float, weight_decay: float, momentum: float
) -> None:
    parameters = {"alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
    agree("rmsprop", "pytorch", parameters, run)
    agree("rmsprop", "keras", parameters, run)


@drawn
@given(series(), slow, eps, decay, st.sampled_from([0.0, 0.6]))
def test_rmsprop_centred(
    run: tuple[np.ndarray, np.ndarray], alpha: float, eps: float, weight_decay: float, momentum: float
) -> None:
    parameters = {"alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
    agree("rmsprop", "pytorch", {**parameters, "centered": True}, run)
    agree("rmsprop", "keras", {**parameters, "centered": True}, run)


@drawn
@given(series(), share, st.floats(0.5, 0.9999), eps, decay, st.booleans())
def test_adam_and_adamw(
    run: tuple[np.ndarray, np.ndarray],
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    amsgrad: bool,
) -> None:
    parameters = {"betas": (beta1, beta2), "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
    for kind in ("adam", "adamw"):
        agree(kind, "pytorch", parameters, run)
        agree(kind, "keras", parameters, run)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("rule", ["pytorch", "keras"])
def test_the_defaults_are_the_frameworks_own(kind: str, rule: str) -> None:
    agree(kind, rule, {}, (cases.RATES, cases.GRADIENTS))


@pytest.mark.parametrize("kind", ["sgd", "rmsprop", "adam", "adamw"])
def test_cycled_momenta_are_pytorchs(kind: str) -> None:
    momenta = np.linspace(0.95, 0.6, cases.STEPS)
    given = {} if kind.startswith("adam") else {"momentum": 0.9}
    expected = cases.torch_weights(kind, given, cases.RATES, cases.GRADIENTS, START, momenta)
    updates = TYPES[kind](**given).updates(cases.RATES, cases.GRADIENTS, START, momenta)
    np.testing.assert_allclose(updates.weights, expected, rtol=1e-12, atol=1e-12)


def test_a_thousand_steps() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    run = (np.full(1000, 0.01), random.standard_normal((1000, 3)))
    for kind in TYPES:
        agree(kind, "pytorch", {}, run)
        agree(kind, "keras", {}, run)
