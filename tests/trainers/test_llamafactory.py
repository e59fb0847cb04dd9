"""LLaMA-Factory: its files and commands, how it counts examples, and its own WSD."""

from pathlib import Path

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers import llamafactory
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

SFT = {
    "stage": "sft",
    "finetuning_type": "lora",
    "dataset": "identity,alpaca",
    "max_samples": 1000,
    "val_size": 0.1,
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 8,
    "learning_rate": 1e-4,
    "num_train_epochs": 3.0,
}


def test_samples_are_capped_for_each_dataset_and_then_split() -> None:
    found = llamafactory.training(Form("a.yaml", "mapping", SFT), Facts(examples=52002))
    # 2 · 1000 - 200 = 1800 examples, 225 updates an epoch.
    assert found.updates == 675
    assert found.derivation[0].endswith("become 1800")
    assert llamafactory.training(Form("a.yaml", "mapping", SFT), Facts(examples=800)).updates == 300


def test_wsd_without_arguments_is_stable_for_a_third() -> None:
    wsd = {**SFT, "max_steps": 110, "warmup_steps": 20, "lr_scheduler_type": "warmup_stable_decay"}
    found = llamafactory.training(Form("a.yaml", "mapping", wsd), Facts()).schedule
    assert found([20, 49, 50, 80]).tolist() == pytest.approx([1e-4, 1e-4, 1e-4, 5e-5])


def test_the_command_follows_its_file(tmp_path: Path) -> None:
    (tmp_path / "sft.yaml").write_text(
        "stage: sft\nfinetuning_type: full\nlearning_rate: 1e-4\nmax_steps: 9\n"
    )
    text = "llamafactory-cli train sft.yaml learning_rate=2e-5"
    found = read_training(text, "it", Facts(), folder=tmp_path)
    assert found is not None
    assert found[0].name == "llamafactory"
    assert (found[2].updates, found[2].schedule(0)) == (9, 2e-5)
    alone = read_training("llamafactory-cli train sft.yaml", "it", Facts(), folder=tmp_path)
    assert alone is not None
    assert alone[2].schedule(0) == 1e-4
    with pytest.raises(LrplotError, match=r"'sft\.yaml' is not here"):
        read_training(text, "it", Facts())
