"""Configurations as they are given on the command line, with nothing else or with what they ask for."""

import json
from pathlib import Path

import pytest
from command import lrplot

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.run import spread
from lrplot.sources.reference import load, load_all

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize(
    ("file", "steps", "peak"),
    [
        ("detectron2/faster_rcnn_R_50_FPN_3x.yaml", 270_000, 0.02),
        ("nanogpt/train_gpt2.py", 600_001, 6e-4),
    ],
)
def test_a_configuration_that_says_all_is_drawn_with_no_option(file: str, steps: int, peak: float) -> None:
    (run,) = load(str(EXAMPLES / file))
    assert (run.steps, float(run.schedule(2000))) == (steps, peak)


def test_a_script_with_the_names_of_nanogpt_stays_a_script(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "max_iters = 10\nlr_decay_iters = 10\nlearning_rate = 1e-3\nfor i in range(max_iters):\n    pass\n"
    )
    with pytest.raises(LrplotError, match="no scheduler"):
        load(str(tmp_path / "train.py"))


def test_a_rate_that_is_asked_for_can_be_given() -> None:
    said = Overrides({"lr": "2e-5", "steps": "900"}, facts={"warmup_steps": 30})
    (run,) = load(str(EXAMPLES / "deepspeed/alpaca_offload_auto.json"), said)
    assert float(run.schedule(30)) == pytest.approx(2e-5)


def test_a_deepspeed_file_without_a_scheduler_says_whose_rate_it_is() -> None:
    with pytest.raises(LrplotError, match="has no scheduler: the rate is that of the program"):
        load(str(EXAMPLES / "deepspeed/llava_zero2_noscheduler.json"))


def test_groups_are_curves_of_their_own_and_a_momentum_is_none() -> None:
    (run,) = load(str(EXAMPLES / "ultralytics/train.sh"), Overrides(facts={"examples": 1280}))
    assert run.label == "train"
    assert [each.label for each in spread([run])] == ["weights", "bias"]


def test_a_command_names_its_files_from_where_one_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    (run,) = load("python train.py nanogpt/train_gpt2.py --max_iters=1000")
    assert run.steps == 1001


def test_a_hash_inside_a_word_begins_no_comment() -> None:
    (run,) = load("swift sft --model Q --dataset org/name#500 --num_train_epochs 1 # --num_train_epochs 9")
    assert run.steps == 32


@pytest.mark.parametrize(
    ("option", "said"),
    [("--examples", Overrides(facts={"examples": 100})), ("--trainer", Overrides(trainer="transformers"))],
)
def test_a_fact_that_no_ref_has_a_use_for_is_told(option: str, said: Overrides) -> None:
    with pytest.raises(LrplotError, match=f"{option} changes nothing"):
        load("cosine", said)
    with pytest.raises(LrplotError, match=f"{option} changes nothing"):
        load_all(["cosine", "linear"], said)


def test_a_fact_may_concern_one_of_several_refs() -> None:
    refs = ["cosine", str(EXAMPLES / "hf_flags/alpaca.sh")]
    ((cosine,), (alpaca,)) = load_all(refs, Overrides(facts={"examples": 52_002}), together=True)
    assert cosine.steps == alpaca.steps


def test_how_the_steps_came_about_is_in_explain_and_in_json(tmp_path: Path) -> None:
    said = ["--examples", "52002", "--devices", "4"]

    def run(*words: str) -> bytes:
        return lrplot(*words, cwd=tmp_path).stdout

    path = str(EXAMPLES / "hf_flags/alpaca.sh")
    # 52002 rows / (4 devices × 4) = 3250.1 batches, 8 accumulated: 406 whole updates and a last one, by 3 epochs.
    line = "52002 examples / (4 × 4 devices) = 3251 batches → 407 updates × 3 epochs = 1221"
    (curve,) = json.loads(run("render", path, *said, "-f", "json", "--at", "0"))["curves"]
    assert line in curve["derivation"]
    (found,) = json.loads(run("explain", path, *said, "-f", "json"))["explained"]
    assert line in found["derivation"]
    assert line in run("explain", path, *said, "-f", "text").decode()
