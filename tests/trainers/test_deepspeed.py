"""DeepSpeed's JSON: the rates of its engine, and what Transformers' Trainer makes of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import deepspeed, transformers
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

ENGINE = [row for _, row in rows("deepspeed_*.jsonl")]
TRAINED = [((4, 57) if "v4" in stem else (5, 23), row) for stem, row in rows("hf_deepspeed*.jsonl")]
AUTO = {
    "zero_optimization": {"stage": 2},
    "scheduler": {
        "type": "WarmupDecayLR",
        "params": dict.fromkeys(
            ("total_num_steps", "warmup_min_lr", "warmup_max_lr", "warmup_num_steps"), "auto"
        ),
    },
}


@pytest.mark.parametrize("row", ENGINE, ids=[row["id"] for row in ENGINE])
def test_an_engine_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    form = Form(row["id"], "mapping", row["config"])
    agrees(deepspeed.training(form, Facts(steps=row["extra"]["steps"])), row)


@pytest.mark.parametrize(
    ("version", "row"), TRAINED, ids=[f"{row['id']}-{version[0]}" for version, row in TRAINED]
)
def test_the_trainer_fills_it_in(version: tuple[int, ...], row: dict[str, Any]) -> None:
    form = Form(row["id"], "mapping", {**row["config"]["args"], "deepspeed": row["config"]["deepspeed"]})
    extra = row.get("extra", {"examples": 160, "devices": 1})
    facts = Facts(extra["examples"], extra["devices"], version=version)
    if "error" in row:
        with pytest.raises(LrplotError, match=r"total_num_steps = 100 where the arguments give 40"):
            transformers.training(form, facts)
        return
    agrees(transformers.training(form, facts), row)


def test_a_file_that_flags_name_is_followed(tmp_path: Path) -> None:
    (tmp_path / "ds.json").write_text(json.dumps(AUTO))
    text = "deepspeed train.py --deepspeed ds.json --learning_rate 2e-5 --max_steps 40 --warmup_steps 4"
    found = read_training(f"{text} --lr_scheduler_type cosine", "it", Facts(), folder=tmp_path)
    assert found is not None
    training = found[2]
    assert training.framework == "deepspeed"
    assert "the scheduler of ds.json replaces lr_scheduler_type 'cosine'" in training.notes
    assert training.schedule([0, 1, 5]).tolist() == pytest.approx([0, 0, 2e-5])
    gone = read_training(f"{text} --lr_scheduler_type cosine", "it", Facts())
    assert gone is not None
    assert any("'ds.json' is not here" in note for note in gone[2].notes)


def test_what_it_leaves_to_its_program_is_asked_at_once() -> None:
    form = Form("ds.json", "mapping", AUTO)
    with pytest.raises(MissingFactsError) as asked:
        deepspeed.training(form, Facts())
    assert asked.value.names == ("steps", "lr", "warmup_steps")
    found = deepspeed.training(form, Facts(steps=40, lr=2e-5, warmup_steps=4))
    assert found.schedule(5) == pytest.approx(2e-5)


def test_a_file_without_a_scheduler_says_whose_rate_is_used() -> None:
    form = Form("ds.json", "mapping", {"zero_optimization": {"stage": 2}})
    assert deepspeed.recognise(form).level == 2
    with pytest.raises(LrplotError, match="draw its arguments or its script"):
        deepspeed.training(form, Facts())


def test_batch_sizes_multiply() -> None:
    sizes = {"train_batch_size": 64, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2}
    form = Form("ds.json", "mapping", {**AUTO, **sizes})
    with pytest.raises(LrplotError, match=r"must be 4 × 2 × 4 devices = 32, got 64"):
        deepspeed.training(form, Facts(devices=4))


def test_deepspeed_chat_has_transformers_schedule_over_whole_epochs() -> None:
    text = (
        "deepspeed --num_gpus 2 main.py --num_warmup_steps 4 --per_device_train_batch_size 4 --zero_stage 3"
    )
    found = read_training(f"{text} --num_train_epochs 2", "it", Facts(examples=96))
    assert found is not None
    assert (found[0].name, found[2].updates) == ("deepspeed_chat", 24)
    assert found[2].schedule([2, 4, 14]).tolist() == pytest.approx([5e-4, 1e-3, 5e-4])
