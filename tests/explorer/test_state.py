"""The explorer's state: what it opens, changes, undoes and saves, without a screen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lrplot.__main__ import run as lrplot
from lrplot.checks.rules import Severity, lint
from lrplot.document.overrides import Overrides
from lrplot.errors import DurationError, LrplotError, UsageError
from lrplot.explorer.loss import MOST_UPDATES, loss_of
from lrplot.explorer.results import overlay_text, spec_text
from lrplot.explorer.spec_edit import run_of, value_at
from lrplot.explorer.state import Edited, State
from lrplot.explorer.words import finding_lines, findings
from lrplot.optimizers import Quadratic
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.schedules.constant import Constant
from lrplot.sources.reference import load

ROOT = Path(__file__).parents[2]
REFERENCES = (
    *CATALOGUE,
    "OneCycleLR(optimizer, max_lr=0.4, total_steps=500, three_phase=True)",
    "SequentialLR(optimizer, [LinearLR(optimizer, 0.2, total_iters=7), CosineAnnealingLR(optimizer, 60)], [7])",
    *(
        str(ROOT / f"configs/{name}.yaml")
        for name in ("warmup_cosine", "fixed_rates", "resumed", "adamw_decay")
    ),
)


def opened(reference: str) -> State:
    return State.opened(tuple(load(reference)))


def saved(text: str, folder: Path) -> tuple[Run, ...]:
    (folder / "saved.yaml").write_text(text, encoding="utf-8")
    return tuple(load(str(folder / "saved.yaml")))


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_saved_spec_has_the_very_curve_that_was_opened(reference: str, tmp_path: Path) -> None:
    state = opened(reference)
    for index, run in enumerate(load(reference)):
        (again,) = saved(spec_text(state.choose(index)), tmp_path)
        assert (again.steps, again.steps_per_epoch) == (run.steps, run.steps_per_epoch)
        assert again.schedule.table(run.steps).tobytes() == run.schedule.table(run.steps).tobytes()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_parameter_of_every_schedule_can_be_moved_and_saved(name: str, tmp_path: Path) -> None:
    state = State.typical(name)
    for control in state.curve.controls():
        if (control.slider is None and not control.choices) or control.path == "epochs":
            continue
        for by in (1, -1):
            changed = state.changed(control.path, value := control.moved(by))
            assert value_at(changed.curve.spec, control.path) == value
            assert changed.undone().curve == state.curve
            if not changed.curve.error:
                (again,) = saved(spec_text(changed), tmp_path)
                assert again.schedule == changed.curve.run.schedule


def test_what_a_picture_shows_is_saved_with_the_curve(tmp_path: Path) -> None:
    spec = "lr: 0.1\nsteps: 90\nschedule: cosine\nfigure: {theme: dark, size: [5, 3], yscale: log}\ntitle: Mine\n"
    (tmp_path / "mine.yaml").write_text(spec)
    state = opened(str(tmp_path / "mine.yaml"))
    assert state.log
    (again,) = saved(spec_text(state), tmp_path)
    assert again.style == load(str(tmp_path / "mine.yaml"))[0].style
    state = State(state.curves, log=False)
    (again,) = saved(spec_text(state), tmp_path)
    assert (again.style.yscale, again.style.theme, again.style.title) == ("linear", "dark", "Mine")


def test_the_saved_spec_is_drawn_as_the_opened_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spec = ROOT / "configs/warmup_cosine.yaml"
    (tmp_path / "warmup_cosine.yaml").write_text(spec_text(opened(str(spec))))
    drawn = []
    for path in (spec, tmp_path / "warmup_cosine.yaml"):
        assert lrplot(["render", str(path), "-f", "chart"]) == 0
        drawn.append(capfd.readouterr().out)
    assert drawn[0] == drawn[1]


def test_a_length_that_is_the_whole_runs_follows_the_run() -> None:
    state = opened("CosineAnnealingLR(optimizer, T_max=60)").changed("steps", 200)
    assert state.curve.run.schedule([100]).round(12).tolist() == [0.05]
    fixed = state.changed("schedule.T_max", 50).changed("steps", 400)
    assert fixed.curve.run.schedule([25]).round(12).tolist() == [0.05]
    assert fixed.changed("schedule.T_max", None).curve.run.schedule([200]).round(12).tolist() == [0.05]


def test_a_longer_warm_up_leaves_less_to_the_schedule() -> None:
    state = State.typical("warmup_linear").changed("steps", 100).changed("schedule.warmup.steps", 20)
    assert state.curve.run.schedule([10, 20, 60, 100]).round(12).tolist() == [0.05, 0.1, 0.05, 0.0]


def test_a_wrong_value_is_told_and_the_last_good_curve_stays() -> None:
    state = State.typical("onecycle")
    wrong = state.changed("schedule.pct_start", 1.5)
    assert wrong.curve.error == "onecycle: pct_start must be ≤ 1, got 1.5"
    assert wrong.curve.run is state.curve.run
    with pytest.raises(UsageError, match="not yet right: onecycle: pct_start must be ≤ 1"):
        spec_text(wrong)
    assert wrong.undone().curve == state.curve


def test_two_values_that_go_together_can_be_changed_one_after_the_other() -> None:
    both = State.typical("exponential").changed("schedule.rate", 0.5)
    assert "exactly one of 'gamma' and 'rate', got both" in both.curve.error
    one = both.changed("schedule.gamma", None).curve
    assert not one.error
    assert one.run.schedule([2]).round(6).tolist() == [0.036788]


def test_a_curve_that_cannot_be_drawn_is_an_error_as_well() -> None:
    wrong = (
        State.typical("multiplicative")
        .changed("schedule.factor", "1 / (1 + t)")
        .changed("steps", 10**12)
        .curve
    )
    assert "at most 10000000 steps" in wrong.error
    assert wrong.run.steps == 100


def test_a_whole_drag_is_undone_at_once_and_key_presses_one_by_one() -> None:
    state = State.typical("cosine")
    for rate in (0.2, 0.3, 0.4):
        state = state.changed("lr", rate, drag=True)
    state = state.released().changed("lr", 0.5).changed("lr", 0.6)
    rates = [state.curve.spec["lr"]]
    while state.past:
        state = state.undone()
        rates.append(state.curve.spec["lr"])
    assert rates == [0.6, 0.5, 0.4, 0.1]
    assert state.redone().redone().curve.spec["lr"] == 0.5
    assert state.redone().changed("lr", 0.7).future == ()


def test_what_is_added_fits_the_run_and_has_a_name_of_its_own() -> None:
    state = State.typical("cosine").changed("steps", 5000).added("step").added("step").copied()
    assert [curve.label for curve in state.curves] == ["cosine", "step", "step 2", "step 2 2"]
    assert state.runs[1].schedule([1499, 1500]).round(6).tolist() == [0.1, 0.01]
    for _ in range(5):
        state = state.removed()
    assert [curve.label for curve in state.curves] == ["cosine"]


def test_all_curves_become_one_spec_where_their_horizons_agree(tmp_path: Path) -> None:
    state = State.typical("cosine").added("onecycle").changed("schedule.pct_start", 0.4)
    runs = saved(overlay_text(state), tmp_path)
    assert [run.label for run in runs] == ["cosine", "onecycle"]
    assert [run.schedule for run in runs] == [run.schedule for run in state.runs]
    with pytest.raises(UsageError, match="horizons differ"):
        overlay_text(state.changed("steps", 900))


def test_the_cursor_goes_where_a_text_says_and_stays_on_the_curves() -> None:
    state = opened(str(ROOT / "configs/warmup_cosine.yaml"))
    cursors = [state.at_text(text).cursor for text in ("1234", "10%", "2 epochs", "last", "1e12")]
    assert cursors == [1234, 45_045, 10_010, 450_449, 450_449]
    assert state.at(450_449).changed("steps", 100_000).cursor == 99_999
    with pytest.raises(DurationError, match="not a duration"):
        state.at_text("somewhere")


def test_typed_values_are_read_as_a_spec_reads_them() -> None:
    controls = {control.name: control for control in State.typical("multistep").curve.controls()}
    assert controls["gamma"].read("1e-1") == 0.1
    assert controls["milestones.0"].read("5 epochs") == "5 epochs"
    assert controls["gamma"].read("none") is None
    (factor,) = (c for c in State.typical("lambda").curve.controls() if c.name == "factor")
    assert factor.read(" 0.9 ** (t // 2) ") == "0.9 ** (t // 2)"


NASTY = (
    ".inf", ".nan", "-1", "0", "1e30", "1e400", "9" * 400, "[]", "[1, x]", "{}", "{a: 1}", "abc", "'", "[1",
    "yes", "5 epochs", "200%", "07", "-0.0", "!!python/object:os.system x", "1e-320", "__import__('os')", "",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["onecycle", "multistep", "piecewise", "lambda", "plateau", "callback", "sequence", "noam"]
)
def test_whatever_is_typed_is_taken_or_told(name: str) -> None:
    state = State.typical(name)
    for control in state.curve.controls():
        for text in NASTY:
            try:
                changed = state.changed(control.path, control.read(text))
            except LrplotError:
                continue
            for each in changed.curve.controls():
                assert isinstance(each.shown, str)
                assert isinstance(each.typed, str)
                again = changed.changed(each.path, each.moved(1)) if each.path == control.path else changed
                assert again.curve.run.schedule is not None


def test_milestones_are_put_in_and_taken_away() -> None:
    state = State.typical("multistep").changed("schedule.milestones.1", [90, 100])
    assert state.curve.run.schedule.milestones == (60, 90, 100, 160)
    assert state.changed("schedule.milestones.0", None).curve.run.schedule.milestones == (90, 100, 160)


def test_what_stands_beside_the_schedule_has_no_default() -> None:
    state = State.typical("cosine")
    assert state.changed("steps", None) is state
    assert state.changed("lr", "x").curve.error == "cosine: lr must be a number, got 'x'"
    assert {control.name for control in state.changed("lr", "x").curve.controls()} >= {"lr", "steps"}


def test_a_loss_is_the_models_and_a_long_run_is_compressed() -> None:
    model = Quadratic(dimension=2, batch_size=4)
    run = Run("constant", Constant(lr=0.5), 3, model=model)
    assert loss_of(run).losses.round(6).tolist() == [0.75, 0.304688, 0.161621, 0.108002]
    long = loss_of(Run("constant", Constant(lr=0.5), 10**12, model=model))
    assert long.losses.tolist() == model.expected_loss([0.5] * MOST_UPDATES).tolist()
    assert long.sample(80).steps[-1] == 10**12
    diverged = loss_of(Run("constant", Constant(lr=5.0), 1000, model=model))
    assert np.isfinite(diverged.sample(80).rates).all()
    assert diverged.sample(80).steps[-1] < 100


def test_opening_keeps_what_stands_beside_the_schedule() -> None:
    run = load(str(ROOT / "configs/adamw_decay.yaml"))[0]
    edited = Edited.opened(run)
    assert edited.run.optimization is not None
    assert run_of(edited.spec, "again").optimization.optimizer == run.optimization.optimizer


@pytest.mark.parametrize(
    ("reference", "settings"),
    [
        ("CosineAnnealingLR(o, T_max=50)", {"lr": "0.1", "steps": "100"}),
        (
            "get_linear_schedule_with_warmup(o, 10, 90)",
            {"lr": "1e-6", "epochs": "90", "steps_per_epoch": "391"},
        ),
        ("o = Adam(p, lr=0.2)\ns = StepLR(o, 30)\nfor e in range(90):\n    o.step()", {"steps": "90"}),
        ("warmup_cosine", {}),
        ("cosine", {}),
    ],
)
def test_what_is_found_is_what_lint_finds(reference: str, settings: dict[str, str]) -> None:
    (run,) = load(reference, Overrides(settings=settings))
    found = lint(run)
    state = State.opened((run,))
    assert [(each.rule.code, each.sentence) for each in findings(state.curve.run)] == [
        (each.rule.code, each.sentence) for each in found
    ]
    told = [str(line) for line in finding_lines(found, 9, ascii_only=False)]
    warned = [each for each in found if each.rule.severity > Severity.NOTE]
    assert [line.split(" ")[0].rstrip(":") for line in told] == [
        each.rule.code for each in warned
    ] or not warned
    notes = len(found) - len(warned)
    assert (f"{notes} note{'s' * (notes > 1)} hidden" in told[-1]) == (notes > 0)
    codes = {each.rule.code for each in found}
    assert not findings(state.curve.run, codes)


def of_spec(**spec: Any) -> State:
    return State.opened((run_of(spec, "mine"),))


def test_the_epochs_of_a_run_are_changed_and_its_steps_follow() -> None:
    state = of_spec(lr=0.1, steps=1000, steps_per_epoch=100, schedule={"type": "cosine"})
    (epochs,) = [control for control in state.curve.controls() if control.path == "epochs"]
    assert (epochs.shown, epochs.written) == ("10", None)
    assert state.changed("epochs", 2.5).curve.run.steps == 250
    assert state.changed("epochs", 2.5).undone().curve.run.steps == 1000
    wrong = state.changed("epochs", 0)
    assert wrong.curve.run.steps == 1000
    assert "steps" in wrong.curve.error
    assert state.changed("epochs", "many").curve.error
    one = of_spec(lr=0.1, epochs=90, schedule="cosine")
    assert "epochs" not in [control.path for control in one.curve.controls()]


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [({"type": "cosine"}, 3e-4), ({"type": "piecewise", "points": {0: 0.02, 50: 0.01}}, 0.02)],
)
def test_what_is_added_to_a_spec_takes_its_base_rate(schedule: dict[str, Any], rate: float) -> None:
    state = of_spec(lr=3e-4, steps=1000, schedule=schedule)
    assert state.added("onecycle").curve.run.schedule(np.array([299]))[0] == pytest.approx(rate, rel=1e-4)
    assert state.added("step").curve.spec["lr"] == rate


def test_a_loss_that_does_not_move_is_flat() -> None:
    state = of_spec(lr=1e-9, steps=100, schedule={"type": "cosine"})
    still, moving = loss_of(state.curve.run), loss_of(state.changed("lr", 0.1).curve.run)
    assert still is not None
    assert moving is not None
    assert (still.flat, moving.flat) == (True, False)
