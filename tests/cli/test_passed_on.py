"""Flags behind ``--``, and commands in quotes: what the script's own parser gets."""

from pathlib import Path

import pytest
from command import lrplot

SCRIPT = """
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, required=True)
parser.add_argument("--epochs", type=int, default=9)
parser.add_argument("--sched", choices=["step", "cosine"], default="step")
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=args.learning_rate)
if args.sched == "step":
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
else:
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
for epoch in range(args.epochs):
    optimizer.step()
    scheduler.step()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "other.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "spec.yaml").write_text("lr: 0.1\nsteps: 9\nschedule: cosine\n", encoding="utf-8")
    return tmp_path


def said(folder: Path, *words: str) -> tuple[int, str]:
    done = lrplot(*words, cwd=folder)
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize(
    "words",
    [
        ("at", "train.py", "2", "3", "last", "--", "--learning_rate", "2e-5", "--epochs", "5"),
        ("at", "python train.py --learning_rate 2e-5 --epochs 5", "2", "3", "last"),
        ("at", "torchrun --nproc_per_node=2 ./train.py --learning_rate=2e-5 --epochs=5", "2", "3", "last"),
        (
            "at",
            "CUDA_VISIBLE_DEVICES=0 python train.py --learning_rate 2e-5",
            "2",
            "3",
            "last",
            "--",
            "--epochs",
            "5",
        ),
    ],
)
def test_a_scripts_flags_are_given_behind_two_dashes_or_in_its_command(
    folder: Path, words: tuple[str, ...]
) -> None:
    code, text = said(folder, *words)
    assert code == 0
    assert [line.split() for line in text.splitlines()[-3:]] == [["2", "2e-5"], ["3", "2e-6"], ["4", "2e-6"]]


def test_a_picture_of_a_command_is_named_as_its_script(folder: Path) -> None:
    code, _ = said(folder, "render", "train.py", "--dpi", "30", "--", "--learning_rate", "1")
    assert code == 0
    assert (folder / "train.png").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lerning_rate", "1"], "it has no option --lerning_rate; did you mean '--learning_rate'?"),
        (["--epochs", "3"], "it needs --learning_rate"),
        (["--learning_rate", "fast"], "--learning_rate wants a number, got 'fast'"),
        (["--learning_rate", "1", "--sched", "cosin"], "is one of step, cosine, got 'cosin'; did you mean"),
    ],
)
def test_what_the_parser_would_refuse_is_refused(folder: Path, words: list[str], told: str) -> None:
    code, text = said(folder, "render", "train.py", "--", *words)
    assert code == 2
    assert text.startswith("lrplot: train.py: ")
    assert told in text


def test_flags_are_for_the_one_script(folder: Path) -> None:
    code, text = said(folder, "compare", "train.py", "spec.yaml", "-f", "table", "--", "--learning_rate", "1")
    assert code == 0
    assert "StepLR" in text
    code, text = said(folder, "compare", "train.py", "other.py", "--", "--learning_rate", "1")
    assert code == 2
    assert "which of train.py, other.py" in text
    assert "'python train.py --learning_rate 1'" in text
    code, text = said(folder, "render", "spec.yaml", "--", "--learning_rate", "1")
    assert code == 2
    assert "spec.yaml is none" in text


def test_diff_sets_a_script_beside_itself_with_flags(folder: Path) -> None:
    command = "python train.py --learning_rate 1"
    code, text = said(folder, "diff", command, "--", "--epochs", "12")
    assert code == 1
    assert "12" in text
    code, _ = said(folder, "diff", command, "--", "--epochs", "9")
    assert code == 0


def test_two_dashes_still_end_the_options(folder: Path) -> None:
    (folder / "-x.yaml").write_text("lr: 0.1\nsteps: 9\nschedule: cosine\n", encoding="utf-8")
    code, _ = said(folder, "render", "-f", "table", "--", "-x.yaml")
    assert code == 0


def test_a_command_whose_script_is_elsewhere_is_told_so(folder: Path) -> None:
    code, text = said(folder, "render", "python nowhere/train.py --lr 1")
    assert code == 2
    assert "nowhere/train.py: no such script here" in text


def test_a_class_of_arguments_from_elsewhere_is_its_trainers(folder: Path) -> None:
    (folder / "hf.py").write_text(
        "from transformers import HfArgumentParser, TrainingArguments, Trainer\n"
        "(args,) = HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()\n"
        "Trainer(model, args=args).train()\n",
        encoding="utf-8",
    )
    flags = ("--", "--learning_rate", "2e-5", "--max_steps", "100", "--output_dir", "out")
    code, text = said(folder, "at", "hf.py", "50", *flags)
    assert code == 0
    assert text.split()[-2:] == ["50", "1e-5"]
    code, text = said(folder, "at", "hf.py", "50")
    assert code == 2
    assert "lrplot render train.py -- --learning_rate" in text


def test_a_script_that_is_not_followed_is_drawn_from_its_flags_and_says_so(folder: Path) -> None:
    (folder / "pretrain.py").write_text(
        "from megatron import pretrain\npretrain(provider, model, forward_step)\n", encoding="utf-8"
    )
    flags = "--lr 1e-4 --train-iters 100 --lr-decay-style linear --min-lr 0 --global-batch-size 8"
    code, text = said(folder, "at", f"python pretrain.py {flags} --micro-batch-size 1", "50")
    assert code == 0
    assert "the script's own text is not followed" in text
