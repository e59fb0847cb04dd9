"""Accelerate: how often a prepared scheduler is stepped, compared with loops of real processes."""

from pathlib import Path
from typing import Any

import pytest
from known_rates import rows

from lrplot.errors import LrplotError
from lrplot.schedules.linear import Linear
from lrplot.schedules.warmup import Warmup
from lrplot.trainers import accelerate
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

LOOPS = [
    row
    for pattern in ("accelerate*.jsonl", "diffusers_accelerate.jsonl")
    for _, row in rows(pattern)
    if row["format"] == "accelerate"
]


@pytest.mark.parametrize("row", LOOPS, ids=[row["id"] for row in LOOPS])
def test_a_prepared_scheduler_is_stepped_once_a_process(row: dict[str, Any]) -> None:
    config = row["config"]
    warmup = config.get("num_warmup_steps", 0)
    line = Linear(lr=config["learning_rate"], T_max=config["num_training_steps"] - warmup)
    made = accelerate.stepped(
        Warmup(schedule=line, steps=warmup),
        row["extra"]["devices"],
        split_batches=config.get("split_batches", False),
        with_optimizer=config.get("step_scheduler_with_optimizer", config.get("step_with", True)),
        accumulated=config.get("gradient_accumulation_steps", 1),
    )
    assert made(row["sampled_at"]) == pytest.approx(row["lr"], rel=1e-9, abs=1e-9 * max(row["lr"]))


def test_each_call_counts_where_the_scheduler_is_not_stepped_with_the_optimizer() -> None:
    made = accelerate.stepped(Linear(lr=1, T_max=10), 2, with_optimizer=False, accumulated=2)
    assert made([0, 1, 2]).tolist() == pytest.approx([0.9, 0.7, 0.5])


def test_a_script_without_a_trainer() -> None:
    text = (
        "accelerate launch --num_processes 2 run_clm_no_trainer.py --num_warmup_steps 2 --max_train_steps 10"
    )
    found = read_training(text, "it", Facts())
    assert found is not None
    training = found[2]
    assert training.updates == 10
    assert training.schedule([0, 1, 2, 6]).tolist() == pytest.approx([0, 2.5e-5, 5e-5, 2.5e-5])


def test_epochs_are_shared_out_among_the_processes() -> None:
    text = "accelerate launch --num_processes 4 run_clm_no_trainer.py --num_train_epochs 2"
    found = read_training(text, "it", Facts(examples=1003))
    assert found is not None
    # ceil(1003 / 8) = 126 batches, ceil(126 / 4) = 32 a process; the scheduler is 2 · 126 steps long.
    assert found[2].updates == 64
    assert found[2].schedule(63) == pytest.approx(5e-5 * (252 - 252) / 252)


def test_its_own_file_says_the_devices_and_no_schedule(tmp_path: Path) -> None:
    (tmp_path / "zero3.yaml").write_text("num_processes: 8\n")
    text = "accelerate launch --config_file zero3.yaml train.py --num_train_epochs 1 --learning_rate 1e-4"
    found = read_training(text, "it", Facts(examples=640), folder=tmp_path)
    assert found is not None
    assert found[2].updates == 10
    form = Form("a.yaml", "mapping", {"num_processes": 8, "num_machines": 1, "distributed_type": "FSDP"})
    with pytest.raises(LrplotError, match="num_processes: 8"):
        accelerate.training(form, Facts())
