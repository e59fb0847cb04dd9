"""A name of the catalogue is its documented defaults, whatever is given beside it."""

from pathlib import Path

import pytest
from command import lrplot

from lrplot.document.overrides import Overrides, Said
from lrplot.schedules import CATALOGUE, schedule_class
from lrplot.schedules.base import values
from lrplot.schedules.fields import kind_of, parameters
from lrplot.sources.reference import load, load_all

TYPES = [entry for entry in CATALOGUE.values() if entry.class_name]


@pytest.mark.parametrize("entry", TYPES, ids=lambda entry: entry.name)
def test_a_name_differs_from_the_table_of_parameters_in_nothing(entry: object) -> None:
    (run,) = load(entry.name)  # type: ignore[attr-defined]
    model = schedule_class(run.schedule.type)
    for name, info in parameters(model).items():
        kind = kind_of(info)
        filled = kind is not None and (kind.inherits is not None or kind.holds in {"schedule", "schedules"})
        if info.is_required() or filled or info.default in (None, ()):
            continue
        assert values(run.schedule)[name] == info.default, name


def rates(name: str, *steps: int, over: dict[str, str] | None = None, **changes: str) -> list[float]:
    said = tuple(Said(path, text, "--set") for path, text in changes.items())
    (run,) = load(name, Overrides(settings=over or {}, changes=said))
    return [float(rate) for rate in run.schedule(steps)]


def test_what_is_not_given_is_the_documented_default() -> None:
    # By hand from DESIGN 3: gamma 0.1, power 1, T_mult 1, no warm-up.
    assert rates("multistep", 29, 30, 60, milestones="[30, 60]") == pytest.approx([0.1, 0.01, 0.001])
    assert rates("polynomial", 0, 25, 75, T_max="100") == pytest.approx([0.1, 0.075, 0.025])
    assert rates("cosine_restarts", 10, 15, 20, 30, T_0="10") == pytest.approx([0.1, 0.05, 0.1, 0.1])
    assert rates("wsd", 0, 49, 75, over={"steps": "100"}, decay_steps="50") == pytest.approx([0.1, 0.1, 0.05])
    assert rates("exponential", 0, 1, rate="1") == pytest.approx([0.1, 0.1 / 2.718281828459045])
    assert rates("cyclic", 0, 2000, over={"lr": "0.5"}) == pytest.approx([0.001, 0.5])


def test_the_lengths_of_a_name_are_shares_of_its_run() -> None:
    assert rates("step", 299, 300, 600, over={"steps": "1000"}) == pytest.approx([0.1, 0.01, 0.001])
    # A share of less than half a step is one.
    assert rates("step", 0, over={"steps": "1"}) == pytest.approx([0.1])
    # Twenty epochs of twenty steps, not of the fifty of the name alone.
    assert rates("epochwise", 19, 20, over={"epochs": "20", "steps_per_epoch": "20"})[0] == 0.1


def test_names_seen_together_have_the_longest_horizon_of_them() -> None:
    (cosine,), (step,) = load_all(["cosine", "step"], Overrides(), together=True)
    assert (cosine.steps, step.steps) == (1000, 1000)
    assert not cosine.notes
    assert step.notes == (
        "step: drawn over 1000 steps, the longest of the names (--steps gives another number)",
    )
    assert step.schedule([299, 300]).tolist() == pytest.approx([0.1, 0.01])


def test_a_name_beside_a_run_has_that_runs_horizon() -> None:
    (given,), (step,) = load_all(["StepLR(o, 30)", "step"], Overrides(settings={"lr": "1", "steps": "90"}))
    assert (given.steps, step.steps) == (90, 90)
    call = "OneCycleLR(o, max_lr=0.1, total_steps=70)"
    (_, (cyclic,), (cosine,)) = load_all([call, "cyclic", "cosine"], Overrides(), together=True)
    assert (cyclic.steps, cosine.steps) == (70, 70)


def test_compare_says_so_on_standard_error_only(tmp_path: Path) -> None:
    command = ("compare", "cosine", "step", "-f", "table")
    done = lrplot(*command, cwd=tmp_path)
    assert [line.split()[:2] for line in done.stdout.decode().splitlines()[1:]] == [
        ["cosine", "1000"],
        ["step", "1000"],
    ]
    assert done.stderr.count(b"note") == 1
    assert b"step: drawn over 1000 steps" in done.stderr
    steps = lrplot(*command, "--steps", "70", cwd=tmp_path)
    assert steps.stderr == b""
    assert [line.split()[1] for line in steps.stdout.decode().splitlines()[1:]] == ["70", "70"]
