"""The scripts of Diffusers: the rates of their schedulers in Accelerate."""

from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.trainers import diffusers
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

RUN = [row for _, row in rows("diffusers_accelerate.jsonl") if row["format"] == "diffusers"]


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_script_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    extra = row["extra"]
    facts = Facts(extra["examples"], extra["devices"])
    form = Form(row["id"], "flags", row["config"])
    agrees(diffusers.scripted(form, facts, extra["script_variant"]), row)


@pytest.mark.parametrize(
    ("script", "rate"),
    [
        ("train_text_to_image.py", 1e-4),
        ("train_dreambooth.py", 5e-6),
        ("train_dreambooth_lora.py", 5e-4),
        ("train_controlnet.py", 5e-6),
    ],
)
def test_defaults_are_of_the_script(script: str, rate: float) -> None:
    found = read_training(f"python {script} --train_batch_size=1 --max_train_steps=9", "it", Facts())
    assert found is not None
    assert found[0].name == "diffusers"
    assert found[2].schedule(0) == rate
    assert "learning_rate" in found[2].notes[0]


def test_a_script_that_does_not_multiply_ends_early() -> None:
    text = "accelerate launch --num_processes 4 train_lcm_distill_sd_wds.py --train_batch_size 1 --max_train_steps 40"
    found = read_training(
        f"{text} --lr_scheduler linear --lr_warmup_steps 8 --learning_rate 1", "it", Facts()
    )
    assert found is not None
    # Stepped four times an update: 12 scheduler steps at update 3, 4 of 32 down; 0 from update 10 on.
    assert found[2].schedule([2, 3, 10]).tolist() == pytest.approx([1, 28 / 32, 0])
    assert any("does not allow for" in note for note in found[2].notes)


def test_epochs_need_the_examples() -> None:
    with pytest.raises(MissingFactsError) as asked:
        read_training("python train_text_to_image.py --train_batch_size 4 --lr_warmup_steps 0", "it", Facts())
    assert asked.value.names == ("examples",)
