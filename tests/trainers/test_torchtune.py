"""torchtune: the rates of its recipes, and how they count."""

from pathlib import Path
from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import torchtune
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

RUN = [row for _, row in rows("torchtune.jsonl")]


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_recipe_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    facts = Facts(row["extra"]["examples"], row["extra"]["devices"])
    agrees(torchtune.training(Form(row["id"], "mapping", row["config"]), facts), row)


def test_a_command_overrides_its_file(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "rate: 1e-3\nepochs: 2\nbatch_size: 2\nmax_steps_per_epoch: 10\n"
        "optimizer: {_component_: torch.optim.AdamW, lr: '${rate}'}\n"
        "lr_scheduler: {_component_: a.get_cosine_schedule_with_warmup, num_warmup_steps: 5}\n"
    )
    text = "tune run lora_finetune_single_device --config x.yaml epochs=3 lr_scheduler.num_warmup_steps=10"
    found = read_training(text, "it", Facts(), folder=tmp_path)
    assert found is not None
    assert found[0].name == "torchtune"
    assert found[2].updates == 30
    assert found[2].schedule([5, 10]).tolist() == pytest.approx([5e-4, 1e-3])
    constant = read_training("tune run x --config x.yaml ~lr_scheduler", "it", Facts(), folder=tmp_path)
    assert constant is not None
    assert constant[2].schedule([0, 19]).tolist() == [1e-3, 1e-3]


def test_devices_share_the_examples() -> None:
    config = {"optimizer": {"lr": 1e-4}, "batch_size": 3, "gradient_accumulation_steps": 2}
    # ceil(100 / 3) = 34 examples, 11 whole batches, 5 updates
    assert torchtune.training(Form("a", "mapping", config), Facts(100, 3)).updates == 5
    with pytest.raises(LrplotError, match="an epoch has no update"):
        torchtune.training(Form("a", "mapping", config), Facts(5))


def test_a_warm_up_that_is_longer_than_the_run_is_said() -> None:
    form = Form("a", "mapping", {"optimizer": {"lr": 1e-4}, "lr_scheduler": {"num_warmup_steps": 100}})
    assert "longer than the run" in torchtune.training(form, Facts(31)).notes[0]
