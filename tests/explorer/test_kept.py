"""A curve is saved into the text it was opened from: comments, epochs, training and order stay."""

from pathlib import Path

import pytest

from lrplot.explorer.kept import lost
from lrplot.explorer.results import saved_text
from lrplot.explorer.state import State
from lrplot.sources.reference import load

CONFIGS = Path(__file__).parents[2] / "configs"
SPEC = """\
# my run
title: Mine   # the title
training:     # ImageNet
  examples: 1281167
  batch_size: 256
epochs: 90
lr: 1e-1      # base
schedule:
  type: cosine
  eta_min: 1e-5  # floor
  warmup: {steps: 5 epochs}
"""


def opened(path: Path) -> State:
    return State.opened(tuple(load(str(path))))


def alone(path: Path) -> bool:
    return len(load(str(path))) == 1


@pytest.mark.parametrize("name", sorted(path.name for path in CONFIGS.glob("*.yaml")))
def test_every_config_stays_as_it_is_and_every_change_reads_back(name: str) -> None:
    path = CONFIGS / name
    if not alone(path):
        return
    state = opened(path)
    text = path.read_text(encoding="utf-8")
    assert saved_text(state, path) == (text, True)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    for control in state.curve.controls():
        if not isinstance(control.value, int | float) or isinstance(control.value, bool):
            continue
        changed = state.changed(control.path, control.value / 2)
        if changed.curve.error:
            continue
        made, kept = saved_text(changed, path)
        # Steps an epoch has by its training are no number that could be changed.
        assert kept or control.name == "steps_per_epoch", control.path
        if kept:
            assert [line for line in made.splitlines() if line.startswith("#")] == comments
            assert len(set(text.splitlines()) - set(made.splitlines())) <= 4


def test_changes_are_written_in_the_texts_own_units(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SPEC)
    state = opened(path).changed("lr", 0.2).changed("steps", 450_450 // 3).changed("schedule.eta_min", None)
    made, kept = saved_text(state, path)
    expected = SPEC.replace("1e-1", "0.2").replace("epochs: 90", "epochs: 30")
    assert (made, kept) == (expected.replace("  eta_min: 1e-5  # floor\n", ""), True)


def test_phases_updates_by_epoch_and_calls_keep_their_spelling(tmp_path: Path) -> None:
    phases = "lr: 0.1\nepochs: 30\nsteps_per_epoch: 100\nupdate: epoch  # !\nschedule:\n- type: linear\n  for: 5\n- {type: step, step_size: 7}\n"
    path = tmp_path / "phases.yaml"
    path.write_text(phases)
    state = opened(path)
    assert saved_text(state, path) == (phases, True)
    state = state.changed("schedule.schedule.lengths.0", 8).changed("schedule.schedule.parts.1.step_size", 9)
    assert saved_text(state, path) == (phases.replace("for: 5", "for: 8").replace("7}", "9}"), True)
    call = "# c\nsteps: 100\nschedule: OneCycleLR(optimizer, max_lr=0.1, total_steps=100)\n"
    path.write_text(call)
    assert saved_text(opened(path), path) == (call, True)
    made, kept = saved_text(opened(path).changed("schedule.pct_start", 0.5), path)
    assert (made.splitlines()[0], "pct_start: 0.5" in made, kept) == ("# c", True, True)


def test_what_cannot_be_kept_is_written_anew_and_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SPEC)
    made, kept = saved_text(opened(path).changed("steps_per_epoch", 77), path)
    assert not kept
    assert lost(path, made) == ("its comments", "'training'", "'epochs'")
    assert lost(path, SPEC) == ()
    path.write_text("a: [")
    assert lost(path, made) == ("all it says",)
