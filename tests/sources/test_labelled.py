"""Labels before REFs, as legends call them."""

from pathlib import Path

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.labelled import labelled
from lrplot.sources.reference import load


@pytest.mark.parametrize(
    ("text", "label", "reference"),
    [
        ("Ours=cosine", "Ours", "cosine"),
        ("Loshchilov 2017=sgdr", "Loshchilov 2017", "sgdr"),
        ("我们的=cosine", "我们的", "cosine"),
        ("A=StepLR(optimizer, step_size=30)", "A", "StepLR(optimizer, step_size=30)"),
        ("StepLR(optimizer, step_size=30)", "", "StepLR(optimizer, step_size=30)"),
        ("scheduler = StepLR(optimizer, 30)", "", "scheduler = StepLR(optimizer, 30)"),
        ("a == b", "", "a == b"),
        ("configs/a=b.yaml", "", "configs/a=b.yaml"),
        (
            "CUDA_VISIBLE_DEVICES=0 python train.py --lr 1",
            "",
            "CUDA_VISIBLE_DEVICES=0 python train.py --lr 1",
        ),
        ("python train.py optim.lr=0.1", "", "python train.py optim.lr=0.1"),
        ("torchrun train --lr=0.1", "", "torchrun train --lr=0.1"),
    ],
)
def test_only_words_before_a_ref_are_a_label(text: str, label: str, reference: str) -> None:
    assert labelled(text) == (label, reference)


def test_a_file_with_an_equals_sign_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a=cosine").write_text("x")
    assert labelled("a=cosine") == ("", "a=cosine")


def test_the_run_has_the_label_and_the_curve_is_the_same() -> None:
    (ours,) = load("Ours=cosine", Overrides(settings={"steps": "50"}))
    (plain,) = load("cosine", Overrides(settings={"steps": "50"}))
    assert (ours.label, ours.schedule) == ("Ours", plain.schedule)


def test_a_label_of_nothing_is_told() -> None:
    with pytest.raises(LrplotError, match="labels nothing"):
        load("Ours=")
