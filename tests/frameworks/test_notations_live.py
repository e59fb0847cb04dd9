"""Calls as text against the installed Transformers, Keras and Optax. Run with: pytest -m live"""

from typing import Any

import numpy as np
import pytest
from frameworks.oracles import keras_callback_rates, keras_rates, optax_rates, torch_rates
from frameworks.reading import agree, rates_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError

pytestmark = pytest.mark.live

drawn = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
fewer = settings(drawn, max_examples=15)
horizon = st.integers(1, 150)
warmup = st.integers(-2, 60)
total = st.integers(1, 120)
divided = st.one_of(total, st.floats(0.5, 120).map(lambda value: round(value, 2)))
"""Steps as a division gives them: ``len(loader) * epochs / accumulation``."""
share = st.floats(0.05, 0.95).map(lambda value: round(value, 3))
rate = st.floats(1e-4, 1.0).map(lambda value: float(f"{value:.3g}"))
positive = st.floats(0.2, 4.0).map(lambda value: round(value, 2))
cycles = st.sampled_from([0.5, 1, 1.5, 2, 3, 0.25])


def refused_alike(call: str, run: Any, steps: int = 3) -> None:
    with pytest.raises((ValueError, TypeError, ZeroDivisionError, KeyError, AssertionError)):
        run(call, steps)
    with pytest.raises(LrplotError):
        rates_of(call, steps)


# Transformers.


@drawn
@given(st.sampled_from(["linear", "cosine", "cosine_with_hard_restarts"]), warmup, divided, cycles, horizon)
def test_transformers_with_warmup(name: str, ramp: int, whole: float, waves: float, steps: int) -> None:
    middle = "" if name == "cosine_with_hard_restarts" else "_schedule"
    more = "" if name == "linear" else f", num_cycles={waves}"
    function = f"get_{name}{middle}_with_warmup" if middle else f"get_{name}_schedule_with_warmup"
    call = f"{function}(optimizer, {ramp}, {whole}{more})"
    expected = torch_rates(call, steps)
    if name == "cosine_with_hard_restarts":
        # There a cycle's first step may miss its restart by one rounding: (cycles · progress) % 1 is then
        # almost 1 where it should be 0. The curve of the formula is drawn.
        rest = max(1, whole - ramp)
        at = np.arange(steps) - ramp
        place = at * waves / rest
        glitch = (at > 0) & (at < rest) & (np.abs(place - np.rint(place)) < 1e-9)
        expected = np.where(glitch, rates_of(call, steps), expected)
    agree(call, expected, 1e-9)


@drawn
@given(warmup, total, rate, positive, horizon)
def test_transformers_polynomial(ramp: int, whole: int, end: float, power: float, steps: int) -> None:
    call = (
        f"get_polynomial_decay_schedule_with_warmup(optimizer, {ramp}, {whole}, lr_end={end}, power={power})"
    )
    if end >= 0.3 or ramp == whole:
        refused_alike(call, torch_rates, whole + 2)
    else:
        agree(call, torch_rates(call, steps), 1e-9)


@drawn
@given(warmup, st.none() | st.integers(1, 500), horizon)
def test_transformers_inverse_sqrt_and_constant(ramp: int, scale: int | None, steps: int) -> None:
    assume(ramp >= 0 or scale)  # the root of a negative timescale
    for call in (
        f"get_inverse_sqrt_schedule(optimizer, {ramp}, timescale={scale})",
        f"get_constant_schedule_with_warmup(optimizer, {ramp})",
        "get_constant_schedule(optimizer)",
    ):
        agree(call, torch_rates(call, steps), 1e-9)


@drawn
@given(
    st.sampled_from(["", "_lr_rate"]),
    warmup,
    total,
    cycles,
    st.sampled_from(["min_lr", "min_lr_rate"]),
    share,
    horizon,
)
def test_transformers_min_lr(
    which: str, ramp: int, whole: int, waves: float, key: str, least: float, steps: int
) -> None:
    value = least * 0.3 if key == "min_lr" else least
    call = f"get_cosine_with_min_lr_schedule_with_warmup{which}(optimizer, {ramp}, {whole}, {waves}, {key}={value})"
    agree(call, torch_rates(call, steps), 1e-9)


@drawn
@given(warmup, total, share, share, horizon)
def test_transformers_warmup_from_a_share(
    ramp: int, whole: int, least: float, start: float, steps: int
) -> None:
    name = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
    call = f"{name}(optimizer, {ramp}, {whole}, min_lr_rate={least}, warmup_lr_rate={start})"
    agree(call, torch_rates(call, steps), 1e-9)


shapes = st.sampled_from(["linear", "cosine", "1-sqrt"])


@drawn
@given(
    warmup, st.integers(0, 60), total, st.none() | st.integers(0, 50), shapes, shapes, share, cycles, horizon
)
def test_transformers_wsd(
    ramp: int,
    decay: int,
    whole: int,
    stable: int | None,
    up: str,
    down: str,
    least: float,
    waves: float,
    steps: int,
) -> None:
    given = f"num_training_steps={whole}" if stable is None else f"num_stable_steps={stable}"
    call = (
        f"get_wsd_schedule(optimizer, {ramp}, {decay}, {given}, warmup_type='{up}', decay_type='{down}', "
        f"min_lr_ratio={least}, num_cycles={waves})"
    )
    agree(call, torch_rates(call, steps), 1e-9)


@pytest.mark.parametrize(
    "call",
    [
        "get_scheduler('cosine', optimizer, 5, 40)",
        "get_scheduler('linear', optimizer=optimizer, num_warmup_steps=5, num_training_steps=40)",
        "get_scheduler('constant', optimizer)",
        "get_scheduler('inverse_sqrt', optimizer, 9)",
        "get_scheduler('cosine_with_restarts', optimizer, 4, 40, {'num_cycles': 3})",
        "get_scheduler('cosine_with_min_lr', optimizer, 4, 40, scheduler_specific_kwargs={'min_lr_rate': 0.1})",
        "get_scheduler('warmup_stable_decay', optimizer, 4, 40, {'num_decay_steps': 9})",
        "get_scheduler('polynomial', optimizer, 4, 40)",
    ],
)
def test_transformers_by_name(call: str) -> None:
    agree(call, torch_rates(call, 60), 1e-9)


@pytest.mark.parametrize(
    "call",
    [
        "get_scheduler('cosine', optimizer, 5)",
        "get_scheduler('cosin', optimizer, 5, 10)",
        "get_wsd_schedule(optimizer, 3, 4)",
        "get_wsd_schedule(optimizer, 3, 4, 20, warmup_type='log')",
        "get_cosine_with_min_lr_schedule_with_warmup(optimizer, 3, 4)",
        "get_cosine_with_min_lr_schedule_with_warmup(optimizer, 3, 4, min_lr=0.1, min_lr_rate=0.1)",
        "get_cosine_schedule_with_warmup(optimizer, 3)",
    ],
)
def test_transformers_refuses(call: str) -> None:
    refused_alike(call, torch_rates)


def test_a_long_cosine_of_transformers() -> None:
    call = "get_cosine_schedule_with_warmup(optimizer, 1000, 20000)"
    agree(call, torch_rates(call, 20_500), 1e-9)


# Keras, in float32: two units of its last place at the peak.


@fewer
@given(
    st.sampled_from(["ExponentialDecay", "InverseTimeDecay"]),
    rate,
    st.integers(1, 60),
    positive,
    st.booleans(),
)
def test_keras_decays(name: str, lr: float, period: int, decay: float, stairs: bool) -> None:
    assume(decay <= 1 or name == "InverseTimeDecay")
    call = f"{name}({lr}, decay_steps={period}, decay_rate={decay}, staircase={stairs})"
    agree(call, keras_rates(call, 100), 2e-6)


@fewer
@given(rate, st.integers(1, 60), rate, positive, st.booleans())
def test_keras_polynomial(lr: float, steps: int, end: float, power: float, again: bool) -> None:
    call = f"PolynomialDecay({lr}, {steps}, end_learning_rate={end}, power={power}, cycle={again})"
    agree(call, keras_rates(call, 130), 4e-6)


@fewer
@given(st.lists(st.integers(0, 90), min_size=1, max_size=4, unique=True), st.data())
def test_keras_piecewise(boundaries: list[int], data: Any) -> None:
    values = data.draw(st.lists(rate, min_size=len(boundaries) + 1, max_size=len(boundaries) + 1))
    call = f"PiecewiseConstantDecay({sorted(boundaries)}, {values})"
    agree(call, keras_rates(call, 100), 2e-6)


@fewer
@given(rate, st.integers(1, 60), share, st.none() | rate, st.integers(0, 40))
def test_keras_cosine(lr: float, steps: int, alpha: float, target: float | None, ramp: int) -> None:
    call = f"CosineDecay({lr}, {steps}, alpha={alpha}, warmup_target={target}, warmup_steps={ramp})"
    agree(call, keras_rates(call, 130), 2e-6)


@fewer
@given(
    rate,
    st.integers(2, 40),
    st.sampled_from([1.0, 2.0, 3.0]),
    st.sampled_from([1.0, 0.5]),
    st.sampled_from([0.0, 0.1]),
)
def test_keras_restarts(lr: float, first: int, longer: float, lower: float, alpha: float) -> None:
    call = f"CosineDecayRestarts({lr}, {first}, t_mul={longer}, m_mul={lower}, alpha={alpha})"
    expected, drawn_rates = keras_rates(call, 130), rates_of(call, 130)
    # In float32 a restart may land at the end of the cycle before (FRAMEWORKS §4, 22): one step, then right.
    wrong = np.abs(expected - drawn_rates) > 2e-6 * lr
    assert wrong.sum() <= 2
    assert all(drawn_rates[at] >= 0.99 * drawn_rates[at : at + 2].max() for at in np.flatnonzero(wrong))


@pytest.mark.parametrize(
    "call",
    [
        "LearningRateScheduler(lambda epoch: 0.1 * (0.1 ** (epoch // 30)))",
        "LearningRateScheduler(lambda epoch, lr: lr if epoch < 10 else lr * 0.1 if epoch < 12 else lr * 0.9)",
        "LearningRateScheduler(lambda epoch, lr=0.7: lr * math.exp(-0.1))",
        "LearningRateScheduler(lambda epoch: max(0.001, 0.1 * math.cos(epoch / 50) + int(epoch / 20) / 100))",
    ],
)
def test_keras_callbacks(call: str) -> None:
    agree(call, keras_callback_rates(call, 60), 2e-6)


@pytest.mark.parametrize(
    "call",
    [
        "CosineDecay(0.1, 0)",
        "PiecewiseConstantDecay([3], [0.1])",
        "PolynomialDecay(0.1)",
        "ExponentialDecay(0.1, -5, 0.9)",
    ],
)
def test_keras_refuses(call: str) -> None:
    refused_alike(call, keras_rates)


# Optax, in float64.


@drawn
@given(rate, rate, positive, st.integers(0, 60), st.integers(-2, 30), horizon)
def test_optax_polynomial(lr: float, end: float, power: float, steps: int, begin: int, length: int) -> None:
    for call in (
        f"polynomial_schedule({lr}, {end}, {power}, {steps}, {begin})",
        f"linear_schedule({lr}, {end}, {steps}, transition_begin={begin})",
    ):
        expected = optax_rates(call, length)
        if steps:
            # XLA multiplies by 1 / steps: at the end one rounding of the way may be left, and a power < 1 of it.
            left = abs(lr - end) * np.finfo(float).eps ** min(power, 1)
            over = (np.arange(length) >= begin + steps) & (np.abs(expected - end) <= left)
            expected = np.where(over, end, expected)
        agree(call, expected, 1e-9)


@drawn
@given(
    rate,
    st.integers(0, 40),
    st.sampled_from([0, 0.5, 0.93, 1, 1.3]),
    st.integers(-2, 20),
    st.booleans(),
    st.none() | rate,
    horizon,
)
def test_optax_exponential(
    lr: float, steps: int, decay: float, begin: int, stairs: bool, end: float | None, length: int
) -> None:
    call = f"exponential_decay({lr}, {steps}, {decay}, {begin}, staircase={stairs}, end_value={end})"
    agree(call, optax_rates(call, length), 1e-9)


@drawn
@given(rate, st.integers(1, 60), share, positive, horizon)
def test_optax_cosine(lr: float, steps: int, alpha: float, exponent: float, length: int) -> None:
    call = f"optax.cosine_decay_schedule({lr}, {steps}, alpha={alpha}, exponent={exponent})"
    agree(call, optax_rates(call, length), 1e-9)


scales = st.dictionaries(st.integers(0, 90), share, max_size=4)


@drawn
@given(rate, scales, st.sampled_from(["linear", "cosine"]), horizon)
def test_optax_piecewise(lr: float, at: dict[int, float], way: str, length: int) -> None:
    for call in (
        f"piecewise_constant_schedule({lr}, {at})",
        f"piecewise_interpolate_schedule('{way}', {lr}, {at})",
    ):
        agree(call, optax_rates(call, length), 1e-9)


@drawn
@given(st.integers(2, 100), rate, share, share, horizon)
def test_optax_onecycle(steps: int, peak: float, start: float, final: float, length: int) -> None:
    for call in (
        f"cosine_onecycle_schedule({steps}, {peak}, {start})",
        f"linear_onecycle_schedule({steps}, {peak}, {start}, {max(start, final)})",
    ):
        agree(call, optax_rates(call, length), 1e-9)


@drawn
@given(rate, rate, st.integers(0, 40), st.integers(1, 60), share, positive, horizon)
def test_optax_warmup(
    start: float, peak: float, ramp: int, rest: int, end: float, exponent: float, length: int
) -> None:
    for call in (
        f"warmup_cosine_decay_schedule({start}, {peak}, {ramp}, {ramp + rest}, {end * peak}, {exponent})",
        f"warmup_exponential_decay_schedule({start}, {peak}, {ramp}, {rest}, {end}, 3, end_value={end * peak})",
        f"warmup_constant_schedule({start}, {peak}, {ramp})",
        f"join_schedules([constant_schedule({start}), cosine_decay_schedule({peak}, {rest}), constant_schedule(0)], "
        f"[{ramp}, {ramp + rest}])",
        f"sgdr_schedule([dict(init_value={start}, peak_value={peak}, warmup_steps={ramp}, decay_steps={ramp + rest})] * 3)",
    ):
        agree(call, optax_rates(call, length), 1e-9)


@pytest.mark.parametrize(
    "call",
    [
        "cosine_decay_schedule(0.1, 0)",
        "warmup_cosine_decay_schedule(0, 1, 10, 10)",
        "cosine_onecycle_schedule(0, 1.0)",
    ],
)
def test_optax_refuses(call: str) -> None:
    refused_alike(call, optax_rates)
