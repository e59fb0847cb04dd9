"""What a spec means: inheritance, durations, phases, overlays, sweeps."""

import json
from pathlib import Path

import numpy as np
import pytest
from examples import make

from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.overrides import Overrides, Said
from lrplot.document.tree import read
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.sources.reference import load


def runs(text: str) -> tuple[Run, ...]:
    return build(Document(read(text, "it.yaml"), "it")).runs


def one(text: str) -> Run:
    (run,) = runs(text)
    return run


def test_the_designs_example_is_read_as_it_says() -> None:
    run = one(
        """
        title: Warm-up + cosine decay
        lr: 0.1
        epochs: 90
        steps_per_epoch: 5005
        schedule:
          type: cosine
          eta_min: 1e-5
          warmup: {steps: 5 epochs}
        figure: {yscale: log}
        """
    )
    cosine = make("cosine", lr=0.1, eta_min=1e-5, T_max=float(85 * 5005))
    assert run.schedule == make("warmup", schedule=cosine, steps=5 * 5005)
    assert (run.steps, run.steps_per_epoch) == (450_450, 5005)
    assert (run.style.title, run.style.yscale) == ("Warm-up + cosine decay", "log")


@pytest.mark.parametrize("number", ["1e-4", "1E-4", "1.e-4", ".0001", "0.0001", "+1e-4"])
def test_yaml_1_2_numbers_are_numbers(number: str) -> None:
    assert one(f"lr: {number}\nsteps: 9\nschedule: constant").schedule == make("constant", lr=1e-4)


@pytest.mark.parametrize("number", ["1000", "1e3", "1E+3", "1000.0"])
def test_a_whole_number_may_be_written_as_a_float(number: str) -> None:
    assert one(f"lr: 0.1\nsteps: {number}\nschedule: constant").steps == 1000


def test_json_is_read_too() -> None:
    text = json.dumps({"lr": 1e-4, "steps": 50, "schedule": {"type": "step", "step_size": 10}}, indent=1)
    assert one(text).schedule == make("step", lr=1e-4, step_size=10.0)


def test_the_base_rate_comes_from_the_nearest_enclosing_schedule() -> None:
    run = one(
        """
        lr: 0.3
        steps: 100
        schedule:
          type: product
          lr: 0.2
          factors: [{type: cosine}, {type: step, lr: 0.1, step_size: 5}, {type: onecycle}]
        """
    )
    cosine = make("cosine", lr=0.2, T_max=100.0)
    cycle = make("onecycle", max_lr=0.2, total_steps=100, cycle_momentum=True)
    assert run.schedule == make(
        "product", lr=0.2, factors=[cosine, make("step", lr=0.1, step_size=5.0), cycle]
    )


def test_a_base_lr_is_never_inherited() -> None:
    with pytest.raises(LrplotError, match="cyclic needs 'base_lr'"):
        one("lr: 0.3\nsteps: 100\nschedule: {type: cyclic}")


def test_phases_give_their_length_and_the_last_takes_what_remains() -> None:
    run = one(
        """
        lr: 0.1
        epochs: 20
        steps_per_epoch: 10
        schedule:
          - {type: linear, lr: 0.01, end_lr: 0.1, for: 5 epochs}
          - {type: constant, for: 25%}
          - {type: cosine, warmup: {steps: 10}}
        """
    )
    rise = make("linear", lr=0.01, end_lr=0.1, T_max=50.0)
    tail = make("warmup", schedule=make("cosine", lr=0.1, T_max=90.0), steps=10)
    assert run.schedule == make("sequence", parts=[rise, make("constant", lr=0.1), tail], lengths=[50, 50])


def test_a_phases_for_includes_its_own_warm_up() -> None:
    run = one(
        "lr: 0.1\nsteps: 90\nschedule: [{type: linear, for: 30, warmup: {steps: 10}}, {type: constant}]"
    )
    first = make("warmup", schedule=make("linear", lr=0.1, T_max=20.0), steps=10)
    assert run.schedule == make("sequence", parts=[first, make("constant", lr=0.1)], lengths=[30])


def test_a_schedule_that_runs_underneath_keeps_the_whole_length() -> None:
    run = one("lr: 0.1\nsteps: 90\nschedule: {type: cosine, warmup: {steps: 10, prefix: false}}")
    assert run.schedule == make("warmup", schedule=make("cosine", lr=0.1, T_max=90.0), steps=10, prefix=False)


def test_updated_by_epoch_every_bare_number_counts_epochs() -> None:
    run = one(
        """
        lr: 0.1
        epochs: 90
        steps_per_epoch: 100
        update: epoch
        schedule: {type: step, step_size: 30, warmup: {steps: 5}}
        """
    )
    rates = run.schedule([0, 99, 100, 499, 500, 3499, 3500])
    np.testing.assert_allclose(rates, [0, 0, 0.02, 0.08, 0.1, 0.1, 0.01], rtol=1e-14)


def test_updated_by_epoch_inherits_epochs() -> None:
    run = one("lr: 0.1\nepochs: 90\nsteps_per_epoch: 100\nupdate: epoch\nschedule: {type: cosine}")
    inner = make("cosine", lr=0.1, T_max=90.0)
    assert run.schedule == make("epochwise", schedule=inner, steps_per_epoch=100)
    assert run.steps == 9000


def test_an_epochwise_part_has_its_own_clock() -> None:
    run = one(
        "lr: 0.1\nsteps: 1000\nschedule: {type: epochwise, steps_per_epoch: 50, schedule: {type: cosine}}"
    )
    assert run.schedule == make("epochwise", schedule=make("cosine", lr=0.1, T_max=20.0), steps_per_epoch=50)


def test_only_epochs_mean_one_step_an_epoch() -> None:
    run = one("lr: 0.1\nepochs: 90\nschedule: {type: step, step_size: 30 epochs}")
    assert (run.steps, run.steps_per_epoch) == (90, 1)
    assert run.schedule == make("step", lr=0.1, step_size=30.0)


def test_steps_and_epochs_together_give_the_steps_in_an_epoch() -> None:
    assert one("lr: 0.1\nsteps: 900\nepochs: 90\nschedule: constant").steps_per_epoch == 10


def test_without_a_horizon_the_schedules_own_length_is_drawn() -> None:
    assert one("schedule: {type: onecycle, max_lr: 0.1, total_steps: 1000}").steps == 1000
    assert one("lr: 0.1\nschedule: {type: cosine, T_max: 70, warmup: {steps: 30}}").steps == 100


def test_several_schedules_overlay() -> None:
    a, b = runs("lr: 0.1\nsteps: 50\nschedules:\n  余弦: cosine\n  '[red]': {type: step, step_size: 5}")
    assert (a.label, b.label) == ("余弦", "[red]")
    assert a.schedule == make("cosine", lr=0.1, T_max=50.0)


def test_a_sweep_is_a_curve_a_value() -> None:
    swept = runs(
        "lr: 0.1\nsteps: 50\nschedule: exponential\nsweep: {gamma: [0.9, 0.95], schedule.lr: [1, 1e-1]}"
    )
    assert [run.label for run in swept] == [
        "gamma=0.9, lr=1",
        "gamma=0.9, lr=1e-1",
        "gamma=0.95, lr=1",
        "gamma=0.95, lr=1e-1",
    ]
    assert swept[2].schedule == make("exponential", lr=1.0, gamma=0.95)


def test_a_sweep_reaches_into_phases() -> None:
    swept = runs(
        "lr: 0.1\nsteps: 50\nschedule: [{type: constant, for: 5}, cosine]\nsweep: {schedule.0.for: [5, 9]}"
    )
    assert [run.schedule.lengths for run in swept] == [(5,), (9,)]  # type: ignore[attr-defined]


def test_a_sweep_of_too_many_is_refused() -> None:
    values = list(range(1, 102))
    with pytest.raises(LrplotError, match="10201 curves; at most 10000"):
        runs(f"lr: 0.1\nsteps: 50\nschedule: cosine\nsweep: {{T_max: {values}, eta_min: {values}}}")


def test_points_take_durations() -> None:
    run = one(
        "epochs: 20\nsteps_per_epoch: 10\nschedule: {type: piecewise, points: {0: 0.1, 10 epochs: 1e-2, 90%: 0}}"
    )
    assert run.schedule == make("piecewise", points=[(0.0, 0.1), (100.0, 0.01), (180.0, 0.0)])


def test_an_alias_is_what_it_stands_for() -> None:
    a, b = runs("lr: 0.1\nsteps: 50\nschedules: {a: &x {type: cosine}, b: *x}")
    assert a.schedule == b.schedule


def test_aliases_that_multiply_are_refused_at_once() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(LrplotError, match="more than 100000 nodes"):
        runs("\n".join(lines))


@pytest.mark.parametrize("deep", ["[" * 100_000, "a: " + "{b: " * 70 + "1" + "}" * 70, "- " * 70 + "x"])
def test_depth_is_refused_at_once(deep: str) -> None:
    with pytest.raises(LrplotError, match="nested more than 64 deep"):
        runs(deep)


def test_overrides_change_a_catalogue_name() -> None:
    said = Overrides(
        {"steps": "1e6", "lr": "0.3"},
        (Said("eta_min", "1e-5", "--set"), Said("figure.yscale", "log", "--yscale")),
    )
    (run,) = load("cosine", said)
    assert run.schedule == make("cosine", lr=0.3, eta_min=1e-5, T_max=1e6)
    assert run.style.yscale == "log"


def test_a_new_horizon_replaces_the_old_one(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("lr: 0.1\nepochs: 90\nsteps_per_epoch: 10\nschedule: cosine\n")
    (run,) = load(str(spec), Overrides({"steps": "50"}))
    assert (run.label, run.steps, run.steps_per_epoch) == ("spec", 50, 10)


def test_a_base_rate_that_changes_nothing_is_refused() -> None:
    with pytest.raises(LrplotError, match="--lr changes nothing"):
        load("piecewise", Overrides({"lr": "0.3"}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("schedule.gamma.x", "nothing to set inside"),
        ("schedule..x", "is no path"),
        ("eta_mim", "did you mean 'eta_min'"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(change: str, said: str) -> None:
    spec = (Said("schedule.gamma", "1", "--set"), Said(change, "1", "--set"))
    with pytest.raises(LrplotError, match=said):
        load("cosine", Overrides(changes=spec))
