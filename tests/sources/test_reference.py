"""What a REF is taken for, in the one order in which the front ends are tried."""

import io
import sys
from pathlib import Path
from unittest import mock

import pytest

from lrplot.document.build import build
from lrplot.document.changes import Given, given
from lrplot.document.overrides import Overrides
from lrplot.document.tree import read
from lrplot.errors import LrplotError, UnusedBindingError, UnusedSettingError
from lrplot.frameworks.texts import read_source
from lrplot.python.source import parse
from lrplot.schedules import CATALOGUE
from lrplot.sources import catalogue, reference, scripts, specs
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.ref import Ref
from lrplot.sources.reference import TRIES, front_end_of, load, load_all, read_document
from tests.python.calls import CALLS

CONFIGS = sorted(map(str, Path("configs").glob("*.yaml")))
STEP = "StepLR(o, 30)"
ONE_CYCLE = "OneCycleLR(o, max_lr=0.5, total_steps=100)"

REFS = [
    # A name is a name, whatever its case, its language, and the files beside it.
    ("cosine", catalogue.SCHEDULE),
    ("Cosine", catalogue.SCHEDULE),
    ("余弦退火", catalogue.SCHEDULE),
    ("there", specs.SPEC),
    ("adam", catalogue.OPTIMIZER),
    ("SGD", catalogue.OPTIMIZER),
    # A call or a snippet is one unless there is a file of that name.
    (STEP, scripts.PYTHON),
    ("nobody(knows)", scripts.PYTHON),
    ("import torch\n", scripts.PYTHON),
    ("torch/optim.StepLR(o, 30)", scripts.PYTHON),
    ("lr: 0.1\nschedule: cosine", scripts.PYTHON),
    ("file(1).yaml", specs.SPEC),
    ("gone(1).yaml", scripts.PYTHON),
    # A path is told by its suffix, there or not; a file without one is a spec.
    ("train.py", scripts.PYTHON),
    ("gone.py", scripts.PYTHON),
    ("gone.yaml", specs.SPEC),
    ("gone.yml", specs.SPEC),
    ("gone.json", specs.SPEC),
    ("cosine.yaml", specs.SPEC),
    ("folder/cosine", specs.SPEC),
    ("there.txt", specs.SPEC),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files whose names could be something else."""
    for name in ("cosine", "there", "there.txt", "file(1).yaml"):
        (tmp_path / name).write_text("schedule: linear\nlr: 0.1\nsteps: 9\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("spelled", "wanted"), REFS, ids=[spelled for spelled, _ in REFS])
def test_a_ref_is_what_the_first_front_end_that_knows_it_says(spelled: str, wanted: FrontEnd) -> None:
    assert front_end_of(Ref(spelled)) is wanted


INPUTS = [
    ("lr: 0.1\nschedule: cosine", specs.SPEC),
    ("# import torch\nlr: 0.1\nschedule: cosine", specs.SPEC),
    ("cosine", scripts.PYTHON),
    ("", specs.SPEC),
    ("a, b\n1, 2", scripts.PYTHON),
    ("x: int", specs.SPEC),
    ("import torch", scripts.PYTHON),
    ("# spec: no\n\nfrom a import b", scripts.PYTHON),
    ("lr = 0.1", scripts.PYTHON),
    (">>> StepLR(o, 30)", scripts.PYTHON),
    ('"""A docstring."""\nStepLR(o, 30)', scripts.PYTHON),
    ("<html>", specs.SPEC),
    ("schedule: [", specs.SPEC),
]


@pytest.mark.parametrize(("text", "wanted"), INPUTS, ids=[text for text, _ in INPUTS])
def test_standard_input_is_told_by_its_text(text: str, wanted: FrontEnd) -> None:
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()))):
        assert front_end_of(Ref("-")) is wanted


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("spelled", "said"), [("nope", "neither a schedule"), ("", "an empty REF"), (".", "is a folder")]
)
def test_what_nobody_knows_is_told(spelled: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        front_end_of(Ref(spelled))


def test_every_name_of_the_catalogue_is_tried_as_a_name() -> None:
    for name, entry in CATALOGUE.items():
        assert front_end_of(Ref(name)) is catalogue.SCHEDULE
        assert read_document(name).root.source.name == entry.name


def test_a_text_is_read_once_and_a_spec_is_built_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f'lr: 0.1\nsteps: 90\nschedules: {{a: cosine, b: "{STEP}"}}\n', encoding="utf-8")
    docstring = f'"""A docstring."""\n{STEP}'
    lr = Overrides(settings={"lr": "0.3"})
    for ref, trees, texts in ((str(path), 1, 1), (STEP, 0, 1), ("-", 1, 1)):
        with (
            mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(docstring.encode()))),
            mock.patch("lrplot.sources.ref.read", side_effect=read) as trees_read,
            mock.patch("lrplot.python.source.parse", side_effect=parse) as parsed,
            mock.patch.object(reference, "build", side_effect=build) as built,
        ):
            load(ref, lr)
        assert (trees_read.call_count, parsed.call_count, built.call_count) == (trees, texts, 1), ref


def test_a_file_is_read_once_for_all_front_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("schedule: cosine\nlr: 0.1\nsteps: 9\n", encoding="utf-8")
    ref = Ref(str(path))
    specs.SPEC.lower(ref, Given())
    path.unlink()
    assert specs.SPEC.lower(ref, Given()).label == "a"


BY_HAND = """
import torch
optimizer = torch.optim.SGD(p, lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=95)
for epoch in range(100):
    if epoch < 5:
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (epoch + 1) / 5
    else:
        scheduler.step()
    train()
"""
PARTLY = "SequentialLR(o, [CyclicLR(o, 0.02, 0.2, 4), StepLR(o, 30)], [11])"
BOTH = "SequentialLR(o, [StepLR(o, 3), OneCycleLR(o, 0.2, 100)], [11])"
REFERENCES = [*CATALOGUE, "adam", *CONFIGS, *dict.fromkeys(call.text for call in CALLS), ONE_CYCLE]
REFERENCES += [BY_HAND, PARTLY, BOTH, "docs/scripts/accumulate.py"]


@pytest.mark.parametrize("ref", REFERENCES)
def test_a_base_rate_is_recorded_as_unused_where_another_makes_no_other_schedule(ref: str) -> None:
    let = next((call.let for call in CALLS if call.text == ref), {})

    def built(rate: str) -> tuple[list[object], bool]:
        said = given(Overrides(settings={"lr": rate}, bindings=let))
        found = build(read_document(ref, said))
        return [run.schedule for run in found.runs], any(each.option == "--lr" for each in found.unused)

    (schedules, unused), (others, _) = built("0.3"), built("0.15")
    assert unused == (schedules == others)


def test_only_rates_that_a_loop_computes_are_read_with_another_base_rate() -> None:
    said = Overrides(settings={"lr": "0.3"})
    for ref, times in ((STEP, 1), (ONE_CYCLE, 1), ("Adam(p, lr=0.1)", 1), (BY_HAND, 2)):
        with mock.patch("lrplot.frameworks.texts.read_source", side_effect=read_source) as texts:
            build(read_document(ref, given(said)))
        assert texts.call_count == times, ref


def test_an_option_is_refused_only_where_no_ref_has_a_use_for_it() -> None:
    lr, metrics = Overrides(settings={"lr": "3"}), Overrides(settings={"metrics": "exp(-t)"})
    assert [len(runs) for runs in load_all(["cosine", ONE_CYCLE], lr)] == [1, 1]
    with pytest.raises(UnusedSettingError, match="--lr changes nothing: OneCycleLR"):
        load_all([ONE_CYCLE, "piecewise"], lr)
    assert [len(runs) for runs in load_all(["plateau", "cosine"], metrics)] == [1, 1]
    with pytest.raises(UnusedSettingError, match="--metrics changes nothing"):
        load_all(["step", "cosine"], metrics)
    calls = ["StepLR(o, n)", "StepLR(o, 3)"]
    assert len(load_all(calls, Overrides(bindings={"n": "4"}))) == 2
    with pytest.raises(UnusedBindingError, match="--let m"):
        load_all(calls, Overrides(bindings={"n": "4", "m": "4"}))


def test_a_name_beside_a_base_rate_that_changes_only_the_other_is_drawn_over_its_run() -> None:
    (_, (name,)) = load_all([STEP, "piecewise"], Overrides(settings={"lr": "3"}), together=True)
    assert name.notes[0] == "--lr changes nothing: piecewise gives its own rates"
    assert name.notes[1].startswith("piecewise: drawn over ")


def test_a_binding_that_one_call_of_a_spec_uses_is_used() -> None:
    text = 'steps: 9\nlr: 0.1\nschedules: {a: "StepLR(o, n)", b: "StepLR(o, 2)"}'
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()))):
        a, _ = load("-", Overrides(bindings={"n": "4"}))
    assert a.schedule([3, 4]).tolist() == pytest.approx([0.1, 0.01])


def test_every_front_end_is_one_row() -> None:
    assert len({each.front_end.name for each in TRIES}) == len(TRIES)


def test_a_training_that_ends_before_the_longest_of_its_text_is_told(tmp_path: Path) -> None:
    phase = "    for _ in range(5):\n        optimizer.step()\n    scheduler.step()\n"
    path = tmp_path / "phases.py"
    path.write_text(
        "import torch\nhead, whole = make()\noptimizer = torch.optim.SGD(head.parameters(), lr=0.1)\n"
        f"scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)\nfor epoch in range(3):\n{phase}"
        "optimizer = torch.optim.SGD(whole.parameters(), lr=0.01)\n"
        f"scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)\nfor epoch in range(4):\n{phase}"
    )
    runs = load(str(path))
    assert [run.steps for run in runs] == [20, 20]
    assert "the training under scheduler 1 has 3 epochs; drawn over the 4 of the longest" in runs[0].notes
