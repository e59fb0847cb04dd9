"""The noisy quadratic model against its closed form, against sampling, and grouped against exact."""

from typing import Any

import numpy as np
import pytest

from lrplot.errors import OptimizerError
from lrplot.optimizers import Quadratic, noise
from lrplot.optimizers.spectrum import group, power_law
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.onecycle import OneCycle


@pytest.mark.parametrize("rate", [0.05, 0.7, 1.0, 1.3, 1.9])
def test_a_constant_rate_without_momentum_is_the_closed_form(rate: float) -> None:
    model = Quadratic(dimension=2, batch_size=4, start=3.0, noise=2.0)
    t = np.arange(101)
    loss = np.zeros(101)
    for h in (1.0, 0.5):
        kept, added = (1 - rate * h) ** (2 * t), rate**2 * h**2 / 4
        loss += h / 2 * (kept * 3.0 + added * (1 - kept) / (1 - (1 - rate * h) ** 2))
    np.testing.assert_allclose(model.expected_loss(np.full(100, rate)), loss, rtol=1e-12)


def test_three_steps_with_momentum_are_the_hand_worked_ones() -> None:
    # h = 1, c / batch_size = ½, μ = ½, η = ½; (A, C, V) from (1, 0, 0):
    # D = 1, V = 1 + ½ = 3/2, C = 1 - ¾ = ¼, A = 1 - ½(1 + ¼) = 3/8
    # D = 1/8 + 3/8 = ½, V = 3/8 + ¼ + 3/8 + ½ = 3/2, C = ½ - ¾ = -¼, A = 3/8 - ½(½ - ¼) = ¼
    # D = -1/8 + ¼ = 1/8, V = 3/8 - ¼ + ¼ + ½ = 7/8, C = 1/8 - 7/16, A = ¼ - ½(1/8 - 5/16) = 11/32
    model = Quadratic(dimension=1, batch_size=2, momentum=0.5)
    np.testing.assert_allclose(model.expected_loss([0.5] * 3) * 2, [1, 3 / 8, 1 / 4, 11 / 32], rtol=1e-15)


def test_a_curvature_and_exponents_shape_the_spectrum() -> None:
    # h = 2 and 2 · 2^-2 = ½, c = √h; one step at η = ¼ from 1: A = (1 - h/4)² + √h/16
    model = Quadratic(dimension=2, spectrum=2.0, curvature=2.0, noise=0.5)
    moments = [0.25 + 2**0.5 / 16, (7 / 8) ** 2 + 0.5**0.5 / 16]
    expected = [1.25, moments[0] + moments[1] / 4]
    np.testing.assert_allclose(model.expected_loss([0.25]), expected, rtol=1e-15)


@pytest.mark.parametrize("case", ["plain", "momentum", "onecycle"])
def test_sampled_sgd_has_the_expected_loss_within_its_standard_error(case: str) -> None:
    steps, runs = 60, 20_000
    model = Quadratic(dimension=3, batch_size=2, noise=0.5, momentum=0.0 if case == "plain" else 0.9)
    cycle = OneCycle(max_lr=0.4, total_steps=steps)
    rates, momenta = Cosine(lr=0.5, T_max=steps).table(steps), np.full(steps, model.momentum)
    if case == "onecycle":
        assert cycle.momentum is not None
        rates, momenta = cycle.table(steps), cycle.momentum.table(steps)
    random = np.random.Generator(np.random.PCG64(11))
    h = 1 / np.arange(1, 4.0)
    theta, velocity = random.choice([-1.0, 1.0], (runs, 3)), np.zeros((runs, 3))
    expected = model.expected_loss(rates, momenta)
    for step in range(steps):
        gradient = h * theta + random.standard_normal((runs, 3)) * np.sqrt(np.sqrt(h) / 2)
        velocity = momenta[step] * velocity + gradient
        theta = theta - rates[step] * velocity
        losses = theta**2 @ h / 2
        error = losses.std(ddof=1) / np.sqrt(runs)
        assert error < 0.02 * expected[step + 1]
        # 60 comparisons a case, strongly tied to one another
        assert abs(losses.mean() - expected[step + 1]) < 4 * error, step


def test_step_by_step_is_the_same_as_all_at_once() -> None:
    model = Quadratic(dimension=50, momentum=0.8, batch_size=3)
    rates = OneCycle(max_lr=1.5, total_steps=40).table(40)
    momenta = np.linspace(0, 0.9, 40)
    state = model.begin()
    losses = [model.loss(state)]
    for rate, momentum in zip(rates, momenta, strict=True):
        state = model.advance(state, rate, momentum)
        losses.append(model.loss(state))
    assert state.step == 40
    assert losses == model.expected_loss(rates, momenta).tolist()
    kept = model.advance(model.begin(), 0.5)
    assert model.loss(kept) == model.expected_loss([0.5])[1]


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.99])
@pytest.mark.parametrize("spectrum", [0.5, 1.0, 2.0])
def test_a_grouped_spectrum_has_the_same_loss(spectrum: float, momentum: float) -> None:
    exact = Quadratic(spectrum=spectrum, momentum=momentum, batch_size=1000, groups=None)
    grouped = exact.model_copy(update={"groups": Quadratic().groups})
    bound = exact.stability_bound
    for rates in (np.full(300, 0.99 * bound), Cosine(lr=0.5 * bound, T_max=300).table(300)):
        np.testing.assert_allclose(grouped.expected_loss(rates), exact.expected_loss(rates), rtol=1e-5)


@pytest.mark.parametrize("dimension", [1, 31, 40, 1000, 100_000])
@pytest.mark.parametrize("exponent", [0.0, 1e-18, 0.1, 1.0, 10.0])
def test_groups_keep_the_number_and_the_sums(dimension: int, exponent: float) -> None:
    eigenvalues = power_law(dimension, exponent, 3.0)
    nodes, weights = group(eigenvalues, 60)
    assert len(nodes) <= 60
    assert (weights > 0).all()
    assert nodes.min() >= eigenvalues.min() * (1 - 1e-12)
    assert nodes.max() <= 3 * (1 + 1e-12)
    assert weights.sum() == pytest.approx(dimension, rel=1e-12)
    for power in (1, 2, 5):
        assert weights @ nodes**power == pytest.approx((eigenvalues**power).sum(), rel=1e-10)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_stability_bound_is_where_the_loss_stops_falling(momentum: float) -> None:
    model = Quadratic(dimension=5, curvature=4.0, momentum=momentum, batch_size=10**15)
    bound = model.stability_bound
    assert bound == pytest.approx(2 * (1 + momentum) / 4)
    below = model.simulate(np.full(20_000, 0.999 * bound))
    above = model.simulate(np.full(20_000, 1.001 * bound))
    assert below.final < 1e-6 * below.losses[0]
    assert above.diverged is not None
    assert below.diverged is None
    assert below.unstable.tolist() == []
    assert above.unstable.tolist() == [[0, 20_000]]


def test_the_crossings_of_the_bound_are_told_with_the_momenta_of_their_step() -> None:
    model = Quadratic(dimension=2)
    rates = [1.0, 2.0, 2.5, 1.9, 3.0]
    assert model.simulate(rates).unstable.tolist() == [[1, 3], [4, 5]]
    assert model.simulate(rates, [0.0, 0.5, 0.5, 0.0, 0.4]).unstable.tolist() == [[4, 5]]


def test_a_divergence_is_a_step_and_what_follows_is_not_a_number() -> None:
    model = Quadratic(dimension=10)
    run = model.simulate(np.full(1000, 3.0))
    assert run.diverged is not None
    limit = 1e6 * run.losses[0]
    assert run.losses[run.diverged - 1] <= limit < run.losses[run.diverged]
    assert np.isnan(run.losses[run.diverged + 1 :]).all()
    assert len(run.losses) == 1001
    assert np.isnan(run.final)
    assert run.best == (0, run.losses[0])
    beyond = model.simulate([1e200, 0.1])
    assert beyond.diverged == 1
    assert np.isnan(beyond.losses[1:]).all()
    assert model.has_diverged(float("nan"))
    assert model.has_diverged(model.loss(model.advance(model.begin(), 1e200)))
    assert not model.has_diverged(limit)


def test_a_simulation_tells_its_best_and_when_a_target_is_reached() -> None:
    run = Quadratic(dimension=1, batch_size=10**15).simulate([0.5, 0.5, 1.5])
    np.testing.assert_allclose(run.losses, [0.5, 0.125, 0.03125, 0.0078125], rtol=1e-12)
    assert run.reached(0.2) == 1
    assert run.reached(0.5) == 0
    assert run.reached(1e-3) is None
    assert run.best[0] == 3
    assert run.final == run.best[1]


def test_progress_is_told_and_ends_at_the_end() -> None:
    told: list[tuple[int, int]] = []
    Quadratic(dimension=2).simulate(np.full(2100, 0.1), progress=lambda done, of: told.append((done, of)))
    assert told == [(1024, 2100), (2048, 2100), (2100, 2100)]


def test_no_steps_leave_the_start() -> None:
    assert Quadratic(dimension=2).expected_loss([]).tolist() == [0.75]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dimension": 0}, "quadratic: dimension must be > 0, got 0"),
        ({"momentum": 1.0}, "quadratic: momentum must be < 1, got 1"),
        ({"start": 0.0}, "quadratic: start must be ≥ 1e-100, got 0"),
        ({"groups": 3}, "quadratic: groups must be ≥ 30, got 3"),
        ({"batch": 3}, "quadratic: quadratic has no parameter 'batch'; did you mean 'batch_size'?"),
        ({"batch_size": 2.5}, "quadratic: batch_size must be a whole number, got 2.5"),
    ],
)
def test_parameters_that_cannot_be_are_told_in_our_words(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(OptimizerError) as caught:
        Quadratic(**parameters)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([0.1, np.nan],), "rates must be finite and ≥ 0, got nan at step 1"),
        ((["a"],), "rates must be a list of numbers, one a step"),
        ((Cosine(lr=0.1, T_max=3),), "rates must be numbers, got a schedule; give its table(steps)"),
        (([0.1], [1.0]), "momenta must be < 1, got 1 at step 0"),
        (([0.1], [0.5, 0.5]), "momenta must be as many as the steps (1), got 2"),
        ((np.broadcast_to(0.1, 10**7 + 1),), "rates are at most 10^7, one a step; these are 10,000,001"),
    ],
)
def test_rates_that_cannot_be_are_refused(given: tuple[Any, ...], message: str) -> None:
    with pytest.raises(OptimizerError) as caught:
        Quadratic(dimension=2).simulate(*given)
    assert str(caught.value) == f"quadratic: {message}"


def test_the_models_gradients_are_those_an_optimizer_takes() -> None:
    # One direction, its noise given: SGD on the gradients h·θ + noise, worked out beside, is SGD of lrplot.
    from lrplot.optimizers import SGD

    drawn, theta = noise(30, seed=2)[:, 0], [1.0]
    for step in range(30):
        theta.append(theta[-1] - 0.3 * (theta[-1] + drawn[step]))
    gradients = np.array(theta[:-1]) + drawn
    np.testing.assert_allclose(SGD().updates(np.full(30, 0.3), gradients, 1.0).weights, theta, rtol=1e-12)
