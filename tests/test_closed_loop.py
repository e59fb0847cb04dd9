"""Schedules in the noisy quadratic model, the loss fed back to those that react."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from examples import make

from lrplot.curve import Curve, simulated
from lrplot.document.overrides import Overrides, Said
from lrplot.errors import LrplotError
from lrplot.optimizers import Quadratic
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.sources.reference import load

# One direction of curvature 1: E[θ²] ← (1 - η)² E[θ²] + η²/batch_size, the loss is half of it.
ONE = Quadratic(dimension=1, batch_size=10)


def losses(rates: list[float]) -> list[float]:
    square, found = 1.0, [0.5]
    for rate in rates:
        square = (1 - rate) ** 2 * square + rate**2 / 10
        found.append(square / 2)
    return found


def closed(schedule: Schedule, steps: int) -> Run:
    run = simulated(Run("it", schedule, steps, model=ONE))
    assert run.simulation is not None
    return run


def by_hand(steps: int, lr: float, factor: float, patience: int) -> list[float]:
    """PyTorch's count, written out: more than ``patience`` losses no better than 1 - 1e-4 of the best."""
    rates: list[float] = []
    best, bad = np.inf, 0
    for _ in range(steps):
        rates.append(lr)
        loss = losses(rates)[-1]
        bad = 0 if loss < best * (1 - 1e-4) else bad + 1
        best = min(best, loss) if bad == 0 else best
        if bad > patience:
            lr, bad = lr * factor, 0
    return rates


def test_a_plateau_sees_the_loss_it_makes() -> None:
    run = closed(make("plateau", lr=0.9, factor=0.5, patience=3, formula="0"), 60)
    expected = by_hand(60, 0.9, 0.5, 3)
    assert len(set(expected)) > 3
    np.testing.assert_allclose(run.schedule.table(60), expected, rtol=1e-12)
    np.testing.assert_allclose(run.simulation.losses, losses(expected), rtol=1e-12)  # type: ignore[union-attr]


def test_after_a_warm_up_it_sees_the_losses_from_there_on() -> None:
    plateau = make("plateau", lr=0.9, factor=0.5, patience=2, formula="0")
    run = closed(make("warmup", schedule=plateau, steps=10), 50)
    rates = run.schedule.table(50)
    np.testing.assert_allclose(rates[:10], 0.09 * np.arange(10), rtol=1e-12)
    np.testing.assert_allclose(run.simulation.losses, losses(rates.tolist()), rtol=1e-12)  # type: ignore[union-attr]
    inner = run.schedule.inside()[0].schedule
    np.testing.assert_allclose(inner.metrics, losses(rates.tolist())[11:], rtol=1e-12)  # type: ignore[attr-defined]
    assert len(set(rates[10:].tolist())) > 2


def test_updated_once_an_epoch_it_sees_the_loss_at_each_epochs_end() -> None:
    plateau = make("plateau", lr=0.9, factor=0.5, patience=1, formula="0")
    run = closed(make("epochwise", schedule=plateau, steps_per_epoch=5), 60)
    rates = run.schedule.table(60).tolist()
    assert len(set(rates)) > 2
    assert all(len(set(rates[i : i + 5])) == 1 for i in range(0, 60, 5))
    inner = run.schedule.inside()[0].schedule
    np.testing.assert_allclose(inner.metrics, losses(rates)[5::5], rtol=1e-12)  # type: ignore[attr-defined]


def test_optax_rule_sees_the_loss_before_its_own_step() -> None:
    run = closed(make("plateau", lr=0.9, factor=0.5, patience=3, rule="optax", formula="0"), 40)
    rates = run.schedule.table(40).tolist()
    assert len(set(rates)) > 2
    np.testing.assert_allclose(run.schedule.metrics, losses(rates)[:40], rtol=1e-12)  # type: ignore[attr-defined]


def test_a_rate_beyond_the_bound_diverges_and_says_when() -> None:
    run = closed(make("plateau", lr=3.0, factor=0.9, patience=30, formula="0"), 60)
    simulation = run.simulation
    assert simulation is not None
    assert simulation.diverged is not None
    assert losses([3.0] * simulation.diverged)[-1] > 0.5e6 >= losses([3.0] * simulation.diverged)[-2]
    assert simulation.steps_above == 60
    (panel,) = Curve(run).panels()
    assert np.isnan(panel.middle.rates[-1])
    assert np.nanmax(panel.middle.rates) < np.inf


def test_momentum_moves_only_where_the_model_has_any() -> None:
    onecycle = make("onecycle", max_lr=0.5, total_steps=20)
    plain = simulated(Run("it", onecycle, 20, model=ONE)).simulation
    assert plain is not None
    np.testing.assert_allclose(plain.losses, losses(onecycle.table(20).tolist()), rtol=1e-12)
    model = Quadratic(dimension=1, batch_size=10, momentum=0.5)
    moved = simulated(Run("it", onecycle, 20, model=model)).simulation
    assert moved is not None
    again = model.simulate(onecycle.table(20), onecycle.momentum.table(20))  # type: ignore[union-attr]
    assert moved.losses.tolist() == again.losses.tolist()
    assert moved.losses.tolist() != model.simulate(onecycle.table(20)).losses.tolist()


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(LrplotError, match="at most 10,000,000 steps are simulated"):
        simulated(Run("it", make("constant", lr=0.1), 10**8, model=ONE))
    late = make("excerpt", schedule=make("plateau", lr=0.1, formula="0"), start=5)
    with pytest.raises(LrplotError, match="begun late"):
        simulated(Run("it", late, 10, model=ONE))


def test_a_frameworks_plateau_is_simulated_without_metrics_of_its_own() -> None:
    call = "ReduceLROnPlateau(optimizer, factor=0.5, patience=3)"
    (run,) = load(call, Overrides(settings={"lr": "0.9", "steps": "60"}, simulated=True))
    run = simulated(replace(run, model=ONE))
    np.testing.assert_allclose(run.schedule.table(60), by_hand(60, 0.9, 0.5, 3), rtol=1e-12)


def test_a_specs_own_model_stays_and_is_changed_by_path(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("lr: 1\nsteps: 9\nschedule: cosine\nsimulate: {batch_size: 4}\n")
    said = Overrides(changes=(Said("simulate.dimension", "7", "--dimension"),), simulated=True)
    (run,) = load(str(tmp_path / "a.yaml"), said)
    assert run.model == Quadratic(batch_size=4, dimension=7)
