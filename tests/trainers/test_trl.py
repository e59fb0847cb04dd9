"""TRL: defaults by the kind of training, and how GRPO counts."""

from pathlib import Path

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers import trl
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training


@pytest.mark.parametrize(
    ("key", "rate"),
    [("packing", 2e-5), ("beta", 1e-6), ("desirable_weight", 1e-6), ("num_generations", 1e-6)],
)
def test_the_rate_that_is_left_out_is_of_the_kind(key: str, rate: float) -> None:
    form = Form("a.yaml", "mapping", {"max_steps": 10, key: 1})
    assert trl.training(form, Facts()).schedule(0) == rate


def test_a_rate_that_nothing_decides_is_asked_for() -> None:
    with pytest.raises(LrplotError, match="2e-05 for SFT"):
        trl.training(Form("a.yaml", "mapping", {"max_steps": 10}), Facts())


def test_grpo_counts_completions() -> None:
    values = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4, "num_generations": 8}
    form = Form("a.yaml", "mapping", {**values, "num_train_epochs": 1})
    # 4 · 2 devices · 4 = 32 completions = 4 prompts at once: 1000 / 4 = 250, each of 4 batches, 4 an update.
    assert trl.training(form, Facts(1000, 2)).updates == 250
    twice = form.with_values({"num_iterations": 2})
    assert trl.training(twice, Facts(1000, 2)).updates == 500
    with pytest.raises(LrplotError, match="must divide the 8 completions"):
        trl.training(form.with_values({"num_generations": 5, "gradient_accumulation_steps": 1}), Facts(9, 2))


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("learning_rate: 1e-4\nmax_steps: 50\npacking: true\n")
    text = "trl sft --config config.yaml --max_steps 20"
    found = read_training(text, "it", Facts(), folder=tmp_path)
    assert found is not None
    assert found[0].name == "trl"
    assert (found[2].updates, found[2].schedule(0)) == (20, 1e-4)
    with pytest.raises(LrplotError, match="is not here to be read"):
        read_training(text, "it", Facts())


def test_packed_sequences_are_estimated_from_tokens() -> None:
    values = {"packing": True, "max_length": 1000, "per_device_train_batch_size": 1, "num_train_epochs": 1}
    found = trl.training(Form("a.yaml", "mapping", values), Facts(tokens=64_500))
    assert found.updates == 65
    assert "an estimate" in found.notes[0]
