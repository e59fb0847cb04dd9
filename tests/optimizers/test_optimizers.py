"""Updates worked by hand, figures stored from PyTorch and Keras, and what is refused."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optimizers import cases

from lrplot.errors import OptimizerError
from lrplot.optimizers import SGD, TYPES, Adagrad, Adam, AdamW, RMSprop, check_gradients, noise
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.onecycle import OneCycle

STORED = {
    name: json.loads((Path(__file__).parent / f"{name}.json").read_text())["weights"]
    for name in ("torch", "keras")
}


def make(kind: str, **parameters: Any) -> Any:
    return TYPES[kind](**parameters)


@pytest.mark.parametrize(
    ("framework", "name"),
    [("torch", name) for name in cases.TORCH] + [("keras", name) for name in cases.KERAS],
)
def test_the_weights_are_the_frameworks(framework: str, name: str) -> None:
    kind, given = {"torch": cases.TORCH, "keras": cases.KERAS}[framework][name]
    rule = "pytorch" if framework == "torch" else "keras"
    updates = make(kind, rule=rule, **given).updates(cases.RATES, cases.GRADIENTS, cases.START)
    np.testing.assert_allclose(updates.weights, STORED[framework][name], rtol=1e-12, atol=1e-12)


def test_every_case_has_its_stored_figures() -> None:
    assert STORED["torch"].keys() == cases.TORCH.keys()
    assert STORED["keras"].keys() == cases.KERAS.keys()


# What the documents' very calls do first with a gradient of 0.5 (DOCUMENTS §2, row 25).
@pytest.mark.parametrize(
    ("kind", "rule", "change"),
    [
        ("adagrad", "pytorch", -0.01 * 0.5 / (0.5 + 1e-10)),
        ("adagrad", "keras", -0.01 * 0.5 / math.sqrt(0.35 + 1e-7)),
        ("rmsprop", "pytorch", -0.01 * 0.5 / (0.05 + 1e-8)),
        ("rmsprop", "keras", -0.01 * 0.5 / math.sqrt(0.025 + 1e-7)),
        ("adam", "pytorch", -0.01 * 0.5 / (0.5 + 1e-8)),
        # √0.001 · 0.5 before the correction of the divisor, so eps counts 1/√0.001 times as much
        ("adam", "keras", -0.01 * 0.5 / (0.5 + 1e-7 / math.sqrt(0.001))),
    ],
)
def test_the_first_update_is_the_hand_worked_one(kind: str, rule: str, change: float) -> None:
    updates = make(kind, rule=rule).updates([0.01], [0.5])
    assert updates.change[0] == pytest.approx(change, rel=1e-12)
    assert updates.effective_lr[0] == pytest.approx(-change / 0.5, rel=1e-9)
    assert updates.weights.tolist() == [0, updates.change[0]]


def test_adagrad_shrinks_as_one_over_the_root_of_the_steps() -> None:
    effective = Adagrad(eps=0).updates(np.full(100, 0.3), np.full(100, 0.2)).effective_lr
    np.testing.assert_allclose(effective, 0.3 / (0.2 * np.sqrt(np.arange(1, 101))), rtol=1e-13)


def test_adagrads_sum_and_rate_decay_are_the_hand_worked_ones() -> None:
    # sums 16, 25; the second rate is 0.3 / (1 + 0.5)
    change = Adagrad(lr_decay=0.5, initial_accumulator_value=7, eps=1).updates([0.3, 0.3], [3, 3]).change
    np.testing.assert_allclose(change, [-0.3 * 3 / 5, -0.2 * 3 / 6], rtol=1e-14)


def test_rmsprop_centred_divides_by_the_variance() -> None:
    # alpha ½: means of the squares 2, 19; means 1, -1½; variances 1, 16.75; with momentum ½
    rmsprop = RMSprop(alpha=0.5, eps=0, centered=True, momentum=0.5)
    change = rmsprop.updates([0.1, 0.2], [2.0, -4.0]).change
    mean_square = [2.0, 0.5 * 2 + 0.5 * 16]
    mean = [1.0, 0.5 * 1 - 0.5 * 4]
    first = 2 / math.sqrt(mean_square[0] - mean[0] ** 2)
    second = 0.5 * first - 4 / math.sqrt(mean_square[1] - mean[1] ** 2)
    np.testing.assert_allclose(change, [-0.1 * first, -0.2 * second], rtol=1e-14)


def test_rmsprop_centred_stays_finite_where_the_gradient_never_changes() -> None:
    updates = RMSprop(centered=True).updates(np.full(5000, 0.1), np.full(5000, 0.3))
    # The variance is g² · alpha^n · (1 - alpha^n).
    n = np.arange(1, 101)
    expected = 0.1 / (0.3 * np.sqrt(0.99**n * (1 - 0.99**n)) + 1e-8)
    np.testing.assert_allclose(updates.effective_lr[:100], expected, rtol=1e-12)
    assert np.isfinite(updates.weights).all()


def test_adam_takes_a_first_step_of_the_rate_whatever_the_gradient() -> None:
    change = Adam(eps=0).updates([0.3], [[1e-9, 4.0, -1e9]]).change
    np.testing.assert_allclose(change, [[-0.3, -0.3, 0.3]], rtol=1e-13)


def test_adams_second_update_is_the_hand_worked_one() -> None:
    # β½, ¾: means ½, ½·½ - ½·3 = -1¼, corrected by ¾; squares ¼, ¾·¼ + ¼·9 = 39/16, corrected by 7/16
    change = Adam(betas=(0.5, 0.75), eps=0).updates([0.1, 0.2], [1.0, -3.0]).change
    np.testing.assert_allclose(change[1], 0.2 * (1.25 / 0.75) / math.sqrt((39 / 16) / (7 / 16)), rtol=1e-14)


def test_amsgrad_never_lets_the_divisor_shrink() -> None:
    gradients = [10.0] + [0.1] * 200
    rates = np.ones(201)
    plain = Adam(betas=(0.0, 0.9)).updates(rates, gradients).effective_lr
    kept = Adam(betas=(0.0, 0.9), amsgrad=True).updates(rates, gradients).effective_lr
    assert plain[-1] > 5
    # v stays at 0.1 · 100; its bias correction ends
    assert kept[-1] == pytest.approx(1 / math.sqrt(10), rel=1e-6)


def test_adamw_decays_the_weights_past_the_divisor() -> None:
    plain = Adam().updates([0.1, 0.1], [1.0, 2.0])
    decayed = AdamW(weight_decay=0.25).updates([0.1, 0.1], [1.0, 2.0], weights=8)
    assert decayed.change[0] == pytest.approx(plain.change[0] - 0.1 * 0.25 * 8, rel=1e-14)
    second = plain.change[1] - 0.1 * 0.25 * decayed.weights[1]
    assert decayed.change[1] == pytest.approx(second, rel=1e-14)


def test_adamws_default_decay_is_each_rules_own() -> None:
    torch, keras = (
        AdamW(rule="pytorch").updates([0.5], [0.0], weights=2.0),
        AdamW(rule="keras").updates([0.5], [0.0], weights=2.0),
    )
    assert torch.change[0] == pytest.approx(-0.5 * 0.01 * 2, rel=1e-14)
    assert keras.change[0] == pytest.approx(-0.5 * 0.004 * 2, rel=1e-14)


def test_sgd_is_the_hand_worked_one() -> None:
    gradients, rates = [1.0, 2.0, -1.0], [0.5, 0.25, 0.125]
    # sums 1, ½·1 + ¾·2 = 2, ½·2 - ¾ = ¼
    dampened = SGD(momentum=0.5, dampening=0.25).updates(rates, gradients).change
    np.testing.assert_allclose(dampened, [-0.5, -0.5, -0.03125], rtol=1e-15)
    # sums 1, 2½, ¼; ahead: 1½, 3¼, -⅞
    ahead = SGD(momentum=0.5, nesterov=True).updates(rates, gradients).change
    np.testing.assert_allclose(ahead, [-0.75, -0.8125, 0.109375], rtol=1e-15)
    # L2: gradients 1 + 4 = 5, then 2 + 1½ = 3½ (weights 8, 5½ … · ½)
    decayed = SGD(weight_decay=0.5).updates([0.5, 0.25], [1.0, 2.0], weights=8).weights
    np.testing.assert_allclose(decayed, [8, 5.5, 5.5 - 0.25 * 4.75], rtol=1e-15)


def test_keras_momentum_keeps_the_old_rate() -> None:
    # -½, then ½ · -½ - ¼ · 2 = -¾
    change = SGD(rule="keras", momentum=0.5).updates([0.5, 0.25], [1.0, 2.0]).change
    np.testing.assert_allclose(change, [-0.5, -0.75], rtol=1e-15)


def test_each_parameter_goes_its_own_way() -> None:
    for kind in TYPES:
        together = make(kind).updates(cases.RATES, cases.GRADIENTS, cases.START)
        for column in range(3):
            alone = make(kind).updates(cases.RATES, cases.GRADIENTS[:, column], cases.START[column])
            assert np.array_equal(alone.change, together.change[:, column])
            assert np.array_equal(alone.weights, together.weights[:, column])
            assert np.array_equal(alone.effective_lr, together.effective_lr[:, column], equal_nan=True)


def test_a_gradient_of_zero_has_no_effective_rate() -> None:
    updates = Adam().updates([0.1, 0.1], [1.0, 0.0])
    assert updates.change[1] < 0
    assert np.isnan(updates.effective_lr[1])


def test_a_schedule_stands_for_its_rates_and_brings_its_momenta_to_pytorch() -> None:
    cosine = Cosine(lr=0.1, T_max=cases.STEPS)
    by_schedule = Adam().updates(cosine, cases.GRADIENTS)
    assert np.array_equal(
        by_schedule.change, Adam().updates(cosine.table(cases.STEPS), cases.GRADIENTS).change
    )

    cycle = OneCycle(max_lr=0.1, total_steps=cases.STEPS)
    assert cycle.momentum is not None
    rates, momenta = cycle.table(cases.STEPS), cycle.momentum.table(cases.STEPS)
    for kind in ("sgd", "rmsprop", "adam"):
        cycled = make(kind).updates(cycle, cases.GRADIENTS).change
        assert np.array_equal(cycled, make(kind).updates(rates, cases.GRADIENTS, momenta=momenta).change)
        assert not np.array_equal(cycled, make(kind).updates(rates, cases.GRADIENTS).change)
        keras = make(kind, rule="keras")
        assert np.array_equal(
            keras.updates(cycle, cases.GRADIENTS).change, keras.updates(rates, cases.GRADIENTS).change
        )


def test_progress_is_told_and_ends_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    SGD().updates(np.ones(2500), np.ones(2500), progress=lambda done, total: told.append((done, total)))
    assert told == [(1024, 2500), (2048, 2500), (2500, 2500)]


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("adam", {"beta1": 0.9}, "adam: adam has no parameter 'beta1'; did you mean 'betas'?"),
        ("adam", {"betas": [0.9]}, "adam: betas must be two numbers, got [0.9]"),
        ("adam", {"betas": [0.9, 1.0]}, "adam: betas[1] must be < 1, got 1"),
        ("adamw", {"rule": "jax"}, "adamw: rule must be one of pytorch, keras, got 'jax'"),
        ("rmsprop", {"alpha": 1.5}, "rmsprop: alpha must be ≤ 1, got 1.5"),
        ("rmsprop", {"eps": float("nan")}, "rmsprop: eps must be a finite number, got nan"),
        ("adagrad", {"eps": "small"}, "adagrad: eps must be a number, got 'small'"),
        (
            "adagrad",
            {"rule": "keras", "lr_decay": 0.1},
            "adagrad: lr_decay is PyTorch's; Keras' Adagrad has none",
        ),
        ("sgd", {"rule": "keras", "dampening": 0.1}, "sgd: dampening is PyTorch's; Keras' SGD has none"),
        ("sgd", {"nesterov": True}, "sgd: nesterov needs a momentum > 0 and no dampening, as in PyTorch"),
    ],
)
def test_parameters_that_cannot_be_are_told_in_our_words(
    kind: str, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptimizerError) as caught:
        make(kind, **parameters)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([0.1, -0.1], [1, 2]), "adam: rates must be finite and ≥ 0, got -0.1 at step 1"),
        (([0.1], [1, 2]), "adam: rates must be as many as the steps (2), got 1"),
        (([0.1], [1], [1, 2]), "adam: weights must be one finite number, or one a parameter (1)"),
        (([0.1], [[1, math.inf]]), "gradients: gradients must be finite, got inf at step 0 of parameter 1"),
        (([0.1], []), "gradients: gradients must be at least one"),
        (([0.1], "x"), "gradients: gradients must be numbers, as many in every step"),
        (([0.1], [[1], [1, 2]]), "gradients: gradients must be numbers, as many in every step"),
        (
            ([0.1], [[[1]]]),
            "gradients: gradients must have the shape (steps) or (steps, parameters), got (1, 1, 1)",
        ),
        (([0.1], [1], 0, [1.0]), "adam: momenta must be < 1, got 1 at step 0"),
    ],
)
def test_series_that_do_not_fit_are_refused(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(OptimizerError) as caught:
        Adam().updates(*given)
    assert str(caught.value) == message


def test_weights_that_leave_float64_are_refused_with_their_step() -> None:
    with pytest.raises(OptimizerError, match="no finite numbers after the update of step 1"):
        SGD(weight_decay=1.0).updates([1e200] * 3, [0.0] * 3, weights=1)
    with pytest.raises(OptimizerError, match="no momentum"):
        Adagrad().updates([0.1], [1], momenta=[0.9])


def test_noise_is_the_same_for_the_same_seed() -> None:
    drawn = noise(50, parameters=4, seed=3, scale=2, mean=1, decay=0.01)
    assert np.array_equal(drawn, noise(50, parameters=4, seed=3, scale=2, mean=1, decay=0.01))
    assert not np.array_equal(drawn, noise(50, parameters=4, seed=4, scale=2, mean=1, decay=0.01))
    assert np.array_equal(noise(50, 4, seed=3)[:20], noise(20, 4, seed=3))
    normal = noise(50, 4, seed=3)
    np.testing.assert_allclose(drawn[25], (1 + 2 * normal[25]) * 0.1, rtol=1e-13)
    # PCG64's own stream, so that the documents' comparison stays what it is
    np.testing.assert_allclose(normal[0, :2], [2.0409191, -2.5556650], rtol=1e-7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"steps": 0}, "steps must be a whole number ≥ 1, got 0"),
        ({"steps": 10**7, "parameters": 2}, "these are 20,000,000"),
        ({"steps": 1, "seed": -1}, "seed must be a whole number ≥ 0, got -1"),
        ({"steps": 1, "scale": -1.0}, "scale must be a finite number ≥ 0, got -1"),
        ({"steps": 1, "mean": math.nan}, "mean must be a finite number, got nan"),
        ({"steps": 1, "decay": 0.0}, "decay must be a finite number > 0, got 0"),
        ({"steps": 1, "scale": 1e308, "mean": 1e308, "seed": 3}, "gradients must be finite"),
    ],
)
def test_noise_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptimizerError, match=message):
        noise(**given)


def test_a_series_too_long_is_refused() -> None:
    with pytest.raises(OptimizerError, match=r"at most 10\^7 numbers"):
        check_gradients(np.broadcast_to(np.float64(1), (10**7 + 1,)))
