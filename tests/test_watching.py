"""A training's rates held against its plan while it runs."""

import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lrplot
from lrplot.run import Group, Run
from lrplot.schedules.base import Schedule
from lrplot.watching import Watch

PLAN = lrplot.Cosine(lr=1e-3, T_max=1000)
WARMED = lrplot.Warmup(schedule=lrplot.Cosine(lr=1e-3, T_max=900), steps=100)


class Optimizer:
    def __init__(self, *rates: float) -> None:
        self.param_groups: list[dict[str, Any]] = [{"lr": rate} for rate in rates]


def trained(watch: Watch, rate: Callable[[int], Any], n: int = 1000) -> None:
    for t in range(n):
        watch(rate(t))


def told(
    rate: Callable[[int], Any], plan: Schedule = PLAN, more: int = 9, n: int = 1000, **given: Any
) -> str:
    with pytest.raises(lrplot.PartingError) as parted:
        trained(lrplot.watch(None, plan, steps=n, more=more, **given), rate, n)
    return str(parted.value)


def test_a_training_as_planned_is_silent() -> None:
    watch = lrplot.watch(None, PLAN, steps=1000)
    trained(watch, lambda t: float(PLAN(t)))
    assert watch.step == 1000
    assert watch.verdict is None


def test_a_rate_of_float32_is_as_planned() -> None:
    trained(lrplot.watch(None, WARMED, steps=1000), lambda t: float(np.float32(WARMED(t))))


def test_a_rate_off_by_more_than_rounding_is_not() -> None:
    assert "at step 500" in told(lambda t: float(PLAN(t)) * (1 + 3e-9 * (t == 500)), more=0)
    assert "at step 500" in told(lambda t: np.float32(PLAN(t)) * np.float32(1 + 2e-6 * (t == 500)), more=0)
    trained(lrplot.watch(None, PLAN, steps=1000), lambda t: float(PLAN(t)) * (1 + 5e-10))


def test_a_rate_that_is_no_number_parts() -> None:
    assert "nan is used" in told(lambda t: math.nan if t == 3 else PLAN(t), more=0)


def test_it_raises_at_the_first_step_that_parts() -> None:
    optimizer = Optimizer(1e-3)
    watch = lrplot.watch(optimizer, PLAN, steps=1000)
    watch()
    optimizer.param_groups[0]["lr"] = 2e-3
    with pytest.raises(lrplot.PartingError, match=r"at step 1: 9\.99998e-4 is planned, 0\.002 is used"):
        watch()
    assert watch.verdict is not None
    assert watch.verdict.first is not None
    assert watch.verdict.first.step == 1
    watch()  # what was told once is not told again


@pytest.mark.parametrize(
    ("rate", "plan", "said"),
    [
        (lambda t: WARMED(4 * t), WARMED, "stepped 4 times an update"),
        (lambda t: PLAN(t // 4), PLAN, "stepped once in 4 updates"),
        (lambda t: PLAN(max(0, t - 1)), PLAN, "1 update late"),
        (lambda t: PLAN(t + 1), PLAN, "watch is called after scheduler.step()"),
        (lambda t: PLAN(t - (t > 300)), PLAN, "1 update did not step the schedule"),
        (lambda t: PLAN(t % 300), PLAN, "began again at 0 at update 300"),
        (lambda _t: PLAN(0), PLAN, "the scheduler is never stepped"),
        (lambda t: 2 * PLAN(t), PLAN, "every rate is 2 times the planned one"),
        (lrplot.Cosine(lr=1e-3, T_max=1000), WARMED, "the run has no warm-up"),
    ],
)
def test_the_cause_is_the_one_that_verify_tells(
    rate: Callable[[int], float], plan: Schedule, said: str
) -> None:
    assert said in told(lambda t: float(rate(t)), plan)


def test_the_message_of_the_page_is_what_is_told(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "watch.md").read_text(encoding="utf-8")
    shown = page.split("<!-- message -->\n```\n")[1].split("\n```")[0]
    spec = tmp_path / "plan.yaml"
    spec.write_text("lr: 1e-3\nsteps: 1000\nschedule: {type: cosine, warmup: {steps: 100}}\n")
    watch = lrplot.watch(None, spec, more=9)
    with pytest.raises(lrplot.PartingError) as parted:
        trained(watch, lambda t: float(WARMED(4 * t)))
    assert str(parted.value) == shown


def test_one_row_is_said_to_be_little() -> None:
    assert "more=9" in told(lambda t: float(PLAN(4 * t)), more=0)
    assert "more=9" not in told(lambda t: float(PLAN(4 * t)), more=3)


def test_updates_that_are_waited_for_end_with_the_plan() -> None:
    assert "at step 998" in told(lambda t: 1.0 if t >= 998 else float(PLAN(t)), more=50)


def test_a_warning_is_given_once_where_watch_is_called() -> None:
    watch = lrplot.watch(None, PLAN, steps=1000, on_parting="warn")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained(watch, lambda t: float(PLAN(2 * t)))
    (warned,) = caught
    assert warned.category is lrplot.PartingWarning
    assert warned.filename == __file__


def test_a_step_is_said_where_a_run_goes_on_or_not_every_update_is_looked_at() -> None:
    watch = lrplot.watch(None, PLAN, steps=1000)
    for step in (0, 10, 500, 20, 999):
        watch(float(PLAN(step)), step=step)
    assert watch.step == 1000
    with pytest.raises(lrplot.PartingError, match="1 of 4 rows"):
        watch(float(PLAN(0)), step=30)  # beside 0, 10 and 20: what came later is no part of it


def test_its_memory_does_not_grow_with_the_steps() -> None:
    flat = lrplot.Constant(lr=0.1)
    watch = lrplot.watch(None, flat, steps=10**6)
    for step in range(0, 10**5, 7):
        watch(0.1, step=step)
    held = [value for value in vars(watch).values() if isinstance(value, list)]
    assert sum(map(sys.getsizeof, held)) < 100_000
    with pytest.raises(lrplot.PartingError, match="rows"):
        watch(0.2)


def test_a_parting_after_many_updates_is_explained_from_some_of_them() -> None:
    plan = lrplot.Linear(lr=1.0, T_max=200_000)
    rates = plan.table(50_000).tolist()
    said = told(lambda t: rates[t % 40_000], plan, n=50_000)
    assert "began again at 0 at update 40000" in said
    assert "fits all 20010 rows" in said


def test_a_parameter_group_is_chosen() -> None:
    watch = lrplot.watch(Optimizer(1.0, 1e-3), PLAN, steps=1000, group=1)
    watch()
    assert watch.verdict is None
    with pytest.raises(lrplot.LrplotError, match="group 2: the optimizer has 2 parameter groups"):
        lrplot.watch(Optimizer(1.0, 1e-3), PLAN, steps=1000, group=2)


def grouped(*names: str) -> Any:
    """An optimizer whose groups have a name, and the rate planned for a backbone."""
    optimizer = Optimizer(*(0.001 for _ in names))
    for group, name in zip(optimizer.param_groups, names, strict=True):
        group.update({"name": name} if name else {})
    return optimizer


@pytest.mark.parametrize(
    ("names", "group"),
    [
        (("backbone", "head"), 0),
        (("backbone", "head"), "backbone"),
        (("", "backbone", ""), 1),
        (("", ""), 1),
        (("", ""), "backbone"),
        ((), "backbone"),
    ],
)
def test_a_group_is_held_against_its_own_plan(names: tuple[str, ...], group: int | str) -> None:
    low = Group("backbone", lrplot.Constant(lr=0.001))
    plan = Run("plan", lrplot.Constant(lr=0.1), 9, groups=(Group("head", lrplot.Constant(lr=0.1)), low))
    watch = lrplot.watch(grouped(*names) if names else None, plan, group=group)
    watch(None if names else 0.001)
    assert watch.verdict is None
    with pytest.raises(lrplot.PartingError, match=r"^plan, backbone: the rate parts from the plan at step 1"):
        watch(0.1)


def test_the_main_group_is_not_excused_by_another_ones_plan() -> None:
    plan = Run("plan", lrplot.Constant(lr=0.1), 9, groups=(Group("head", lrplot.Constant(lr=0.001)),))
    with pytest.raises(lrplot.PartingError):
        lrplot.watch(grouped("", ""), plan)()


@pytest.mark.parametrize(
    ("group", "said"), [(2, "the plan has the groups head, b"), ("neck", "named are head")]
)
def test_a_group_that_no_plan_is_made_for_is_refused(group: int | str, said: str) -> None:
    groups = tuple(Group(name, lrplot.Constant(lr=0.1)) for name in ("head", "b"))
    with pytest.raises(lrplot.LrplotError, match=said):
        lrplot.watch(grouped("", "", ""), Run("plan", lrplot.Constant(lr=1), 9, groups=groups), group=group)


class Keras:
    """As Keras 2 has it: a schedule, or a variable that is no number itself."""

    iterations = 7

    def __init__(self, learning_rate: object) -> None:
        self.learning_rate = learning_rate


class Variable:
    def numpy(self) -> np.float32:
        return np.float32(PLAN(7))


@pytest.mark.parametrize("rate", [PLAN, Variable(), float(PLAN(7)), np.float32(PLAN(7))])
def test_an_optimizer_may_have_a_learning_rate(rate: object) -> None:
    watch = lrplot.watch(Keras(rate), PLAN, steps=1000)
    watch(step=7)
    assert watch.verdict is None


def test_a_tolerance_is_a_share_of_the_peak() -> None:
    trained(lrplot.watch(None, PLAN, steps=1000, tolerance=0.01), lambda t: float(PLAN(t)) + 9e-6)
    assert "within 0.01 of the peak" in told(lambda t: float(PLAN(t)) + 1.1e-5, tolerance=0.01)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"optimizer": object()}, "param_groups or a learning_rate"),
        ({"plan": ["cosine", "step"]}, "a plan is one schedule"),
        ({"on_parting": "exit"}, "on_parting must be"),
        ({"more": -1}, "more must be a whole number"),
        ({"group": 1.5}, "group must be a whole number ≥ 0 or a name"),
        ({"tolerance": math.nan}, "tolerance must be a share"),
        ({"tolerance": "1%"}, "tolerance must be a share"),
        ({"plan": "cosin"}, "did you mean 'cosine'"),
        ({"optimizer": type("Empty", (), {"param_groups": [{"betas": 1}]})()}, "has no 'lr', but betas"),
    ],
)
def test_what_cannot_be_watched_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(lrplot.LrplotError, match=said):
        lrplot.watch(**({"optimizer": None, "plan": "cosine"} | given))


def test_a_call_without_a_rate_or_at_no_step_is_refused() -> None:
    watch = lrplot.watch(None, PLAN, steps=1000)
    with pytest.raises(lrplot.LrplotError, match="call it with the rate"):
        watch()
    with pytest.raises(lrplot.LrplotError, match="step must be a whole number"):
        watch(0.1, step=-1)


def test_a_log_is_no_plan(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,lr\n0,0.1\n10,0.05\n20,0.01\n")
    with pytest.raises(lrplot.LrplotError, match="what a training logged"):
        lrplot.watch(None, str(tmp_path / "log.csv"))
