"""Configurations in Python, notebooks, model cards and commands of what is built on Transformers' Trainer."""

import json

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts
from lrplot.trainers.registry import read_training
from lrplot.trainers.training import Training


def read(text: str, facts: Facts | None = None) -> tuple[str, Training]:
    found = read_training(text, "it", facts or Facts())
    assert found is not None
    return found[0].name, found[2]


def cells(*sources: str) -> str:
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": source} for source in sources], "nbformat": 4}
    )


def test_names_that_are_assigned_once_and_arithmetic_are_read() -> None:
    text = """
        import torch
        BATCH = 8
        rate = 1e-4 / 2
        more = {"max_steps": 10}
        args = TrainingArguments("out", learning_rate=rate, per_device_train_batch_size=BATCH * 2, **more,
                                 lr_scheduler_type=SchedulerType.COSINE)
    """.replace("\n        ", "\n")
    name, found = read(text)
    assert (name, found.updates, found.call) == ("transformers", 10, "cosine")
    assert found.schedule([0, 5]).tolist() == pytest.approx([5e-5, 2.5e-5])


@pytest.mark.parametrize(
    ("argument", "said"),
    [("learning_rate=args.lr", "--set learning_rate=VALUE"), ("**extra", "whose contents are not read")],
)
def test_what_is_not_in_the_text_is_not_guessed(argument: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        read(f"TrainingArguments(output_dir='x', max_steps=10, {argument})")


def test_nothing_is_executed() -> None:
    text = "import os\nTrainingArguments(max_steps=__import__('os').getpid(), learning_rate=1)"
    with pytest.raises(LrplotError, match="which is not computed here"):
        read(text)


def test_the_last_configuration_of_a_notebook_counts() -> None:
    text = cells(
        "!pip install trl\nimport math",
        "SFTConfig(max_steps=5, learning_rate=1e-4)",
        "if True:\n    %time\nSFTConfig(max_steps=7)",
        "this is no Python",
    )
    name, found = read(text)
    assert (name, found.updates, found.schedule(0)) == ("trl", 7, 2e-5)


def test_unsloth_changes_the_defaults() -> None:
    name, found = read(cells("from unsloth import FastLanguageModel", "SFTConfig(max_steps=100)"))
    assert name == "unsloth"
    assert found.schedule([5, 10]).tolist() == pytest.approx([2.5e-5, 5e-5])
    _, epochs = read("import unsloth\nSFTConfig(num_train_epochs=1)", Facts(examples=80))
    assert epochs.updates == 10


def test_unsloth_raises_grpos_batch_and_has_a_rate_for_embeddings() -> None:
    _, found = read("import unsloth\nGRPOConfig(num_generations=6, num_train_epochs=1)", Facts(examples=100))
    # A batch of 6 completions, 2 at once: 2 prompts a generation.
    assert found.updates == 50
    assert any("raises per_device_train_batch_size 4 to" in note for note in found.notes)
    _, embedding = read(
        "UnslothTrainingArguments(max_steps=10, embedding_learning_rate=1e-5, warmup_steps=0)"
    )
    ((label, second),) = [(group.label, group.schedule) for group in embedding.groups]
    assert (label, second(0)) == ("embeddings", 1e-5)


def test_a_card_tells_the_last_step() -> None:
    card = (
        "# x\n### Training hyperparameters\n- learning_rate: 2e-05\n- train_batch_size: 16\n- num_devices: 8\n"
        "- lr_scheduler_type: linear\n- lr_scheduler_warmup_ratio: 0.1\n- num_epochs: 1\n\n"
        "| Loss | Epoch | Step |\n|:--:|:--:|:--:|\n| 0.9 | 0.5 | 250 |\n| 0.8 | 1.0 | 500 |\n"
    )
    name, found = read(card)
    assert (name, found.updates) == ("model_card", 500)
    assert found.schedule([50, 275]).tolist() == pytest.approx([2e-5, 1e-5])
    # 16 · 8 = 128 examples an update
    assert read(card, Facts(examples=1281))[1].updates == 11


def test_swift_takes_examples_by_the_name_of_a_dataset() -> None:
    text = "swift sft --dataset 'a#500' 'b#300' --per_device_train_batch_size 4 --num_train_epochs 2"
    # 800 / 4 = 200 batches, 4 an update so that it has 16 examples
    name, found = read(text)
    assert (name, found.updates, found.call, found.schedule(0)) == ("ms_swift", 100, "cosine", 1e-4)
    with pytest.raises(LrplotError, match="not both"):
        read(f"{text} --warmup_ratio 0.1 --warmup_steps 5")
