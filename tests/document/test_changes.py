"""What is said over a document makes another one."""

import pytest

from lrplot.document.build import build
from lrplot.document.changes import with_settings, with_sweep, with_value
from lrplot.document.document import Document
from lrplot.document.tree import literal, read


def test_changes_make_a_new_document() -> None:
    old = Document(read("lr: 0.1\nepochs: 9\nschedule: step", "a.yaml"), "a")
    longer = with_settings(old, {"steps": literal(100, "--steps")})
    dropped = with_value(longer, "gamma", literal(0.5, "--set"))
    swept = with_sweep(dropped, "step_size", literal([10, 20], "--sweep"), "--sweep")
    assert [(run.label, run.steps) for run in build(swept).runs] == [
        ("step_size=10", 100),
        ("step_size=20", 100),
    ]
    assert [float(run.schedule(20)) for run in build(swept).runs] == pytest.approx([0.025, 0.05])
    assert old.root.entries.keys() == {"lr", "epochs", "schedule"}
    (run,) = build(old).runs
    assert run.steps == 9
