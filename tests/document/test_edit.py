"""Values changed in the text of a spec: all else stays as it was written, byte for byte."""

import pytest

from lrplot.document.edit import NotEditedError, edit

SPEC = """\
# my run
title: Cosine   # the title
epochs: 90
# below
schedule:
  # kind
  type: cosine   # annealing
  eta_min: 1.0e-5
  warmup: {steps: 5 epochs}  # Goyal et al.
# end
"""


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({"epochs": 30}, "epochs: 90", "epochs: 30"),
        ({"schedule.type": "linear"}, "cosine   #", "linear   #"),
        ({"schedule.warmup.steps": 7}, "{steps: 5 epochs}", "{steps: 7}"),
        ({"schedule.warmup.shape": "log"}, "5 epochs}", "5 epochs, shape: log}"),
        ({"schedule.eta_min": None}, "  eta_min: 1.0e-5\n", ""),
        ({"schedule.exponent": 2}, "al.\n", "al.\n  exponent: 2\n"),
        ({"lr": 0.1, "epochs": 1}, "al.\n", "al.\nlr: 0.1\n"),
        ({"figure.yscale": "log"}, "al.\n", "al.\nfigure: {yscale: log}\n"),
        ({"schedule.warmup": None}, "  warmup: {steps: 5 epochs}  # Goyal et al.\n", ""),
    ],
)
def test_only_what_changed_is_written_anew(changes: dict[str, object], old: str, new: str) -> None:
    expected = SPEC.replace(old, new).replace("epochs: 90", f"epochs: {changes.get('epochs', 90)}")
    assert edit(SPEC, changes) == expected


def test_line_ends_byte_order_mark_and_json_are_kept() -> None:
    assert edit("lr: 1\r\nsteps: 9\r\n", {"schedule": "step"}) == "lr: 1\r\nsteps: 9\r\nschedule: step\r\n"
    assert edit("\ufefflr: 1 # 余弦\nsteps: 9", {"lr": 2, "a": 3}) == "\ufefflr: 2 # 余弦\nsteps: 9\na: 3\n"
    json = '{\n "lr": 1,\n "schedule": {"type": "step", "gamma": 0.5}\n}\n'
    made = edit(json, {"schedule.step_size": "30%", "schedule.gamma": None, "lr": 0.25})
    assert made == '{\n "lr": 0.25,\n "schedule": {"type": "step", "step_size": "30%"}\n}\n'


def test_members_of_lists_and_phases_are_reached() -> None:
    phases = "schedule:\n- type: linear  # up\n  for: 10\n- {type: step, milestones: [1, 2]}\n"
    made = edit(phases, {"schedule.0.for": 20, "schedule.1.milestones.1": 5})
    assert made == phases.replace("for: 10", "for: 20").replace("[1, 2]", "[1, 5]")
    assert edit("a:\n - 1\n - 2\nb: 3\n", {"a": [7]}) == "a:\n [7]\nb: 3\n"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("schedule: |\n  f(x)\n", {"schedule": 1}),
        ("schedule:\n- type: step\n  for: 3\n", {"schedule.0.type": None}),
        ("schedule: step\n", {"schedule.gamma": 0.5}),
        ("schedule: step\n", {"schedule": None}),
        ("a: [1]\n", {"a.5": 2}),
        ("a: [\n", {"a": 2}),
        ("# " + "x" * 300_000, {"a": 2}),
    ],
)
def test_what_would_write_more_anew_is_left_to_others(text: str, changes: dict[str, object]) -> None:
    with pytest.raises(NotEditedError):
        edit(text, changes)
