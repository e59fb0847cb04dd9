"""kohya's scripts: the rates of their scheduler, and how they and the GUI count."""

from pathlib import Path
from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers import kohya
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.registry import read_training

RUN = [row for _, row in rows("kohya.jsonl")]


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_scheduler_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    extra = row["extra"]
    facts = Facts(devices=extra["devices"], images=extra["images_times_repeats_one_bucket"])
    form = Form(row["id"], "toml", row["config"])
    if "error" in row:
        with pytest.raises(LrplotError):
            kohya.training(form, facts)
        return
    agrees(kohya.training(form, facts), row)


def test_a_warm_up_is_a_number_a_share_or_per_cent() -> None:
    def warmed(text: str, kind: str = "toml") -> float:
        config = {"max_train_steps": 100, "lr_scheduler": "cosine", "learning_rate": 1.0}
        form = Form("it", kind, {**config, "lr_warmup_steps": text})  # type: ignore[arg-type]
        return float(kohya.training(form, Facts()).schedule(1))

    assert warmed(20) == 1 / 20  # type: ignore[arg-type]
    assert warmed(0.1) == 1 / 10  # type: ignore[arg-type]
    assert warmed("10%", "flags") == 1 / 10
    # Ten times the run: it only rises.
    assert warmed(10.0) == 1 / 1000  # type: ignore[arg-type]
    with pytest.raises(LrplotError, match="must be whole from 1 on"):
        warmed(10.0, "flags")  # type: ignore[arg-type]
    with pytest.raises(LrplotError, match="for the command line"):
        warmed("10%")


def test_constant_takes_no_warm_up() -> None:
    with pytest.raises(LrplotError, match="does not take lr_warmup_steps"):
        kohya.training(Form("it", "toml", {"lr_warmup_steps": 10}), Facts())


def test_epochs_win_and_count_the_images_of_the_dataset_file(tmp_path: Path) -> None:
    (tmp_path / "data.toml").write_text(
        "[[datasets]]\nbatch_size = 4\n[[datasets.subsets]]\nnum_repeats = 2\n"
    )
    (tmp_path / "run.toml").write_text(
        "[a]\nmax_train_steps = 9\nmax_train_epochs = 3\n[b]\ndataset_config = 'data.toml'\nlearning_rate = 1e-4\n"
    )
    text = "accelerate launch --num_processes 2 train_network.py --config_file run.toml"
    found = read_training(text, "it", Facts(images=100), folder=tmp_path)
    assert found is not None
    assert found[0].name == "kohya"
    # ceil(100 / 4) = 25 batches, ceil(25 / 2) = 13 updates
    assert found[2].updates == 39
    with pytest.raises(MissingFactsError) as asked:
        read_training(text, "it", Facts(), folder=tmp_path)
    assert asked.value.names == ("images",)


def test_the_text_encoder_has_a_curve_of_its_own() -> None:
    values = {"learning_rate": 1e-4, "unet_lr": 2e-4, "text_encoder_lr": 5e-5, "network_module": "x"}
    found = kohya.training(Form("it", "toml", values), Facts())
    assert found.schedule(0) == 2e-4
    assert [(group.label, group.schedule(0)) for group in found.groups] == [
        ("unet", 2e-4),
        ("text encoder", 5e-5),
    ]


def test_two_text_encoders_have_two_rates() -> None:
    values = {"learning_rate": 1e-4, "text_encoder_lr": [5e-5, 1e-5], "network_module": "x"}
    found = kohya.training(Form("it", "toml", values), Facts())
    assert [(group.label, group.schedule(0)) for group in found.groups] == [
        ("unet", 1e-4),
        ("text encoder 1", 5e-5),
        ("text encoder 2", 1e-5),
    ]


def test_a_preset_of_the_gui() -> None:
    preset = {"epoch": 4, "lr_scheduler": "cosine_with_restarts", "lr_warmup": 10, "learning_rate": 1e-4}
    empty = {"lr_scheduler_num_cycles": "", "max_train_steps": "100", "unet_lr": 1e-4, "optimizer": "Prodigy"}
    form = Form("it.json", "mapping", {**preset, **empty})
    assert kohya.recognise(form).level == 2
    found = kohya.training(form, Facts())
    # Ten steps up, then one cycle an epoch: (100 - 10) / 4 = 22.5 steps each.
    assert found.schedule([5, 10, 33]).tolist() == pytest.approx([5e-5, 1e-4, 1e-4], rel=5e-3)
    assert any("multiplies" in note for note in found.notes)


def test_its_own_flags_of_a_scheduler_tell_it_from_diffusers() -> None:
    text = (
        "accelerate launch train_network.py --learning_rate=1e-4 --lr_scheduler=cosine_with_restarts "
        "--lr_scheduler_num_cycles=2 --lr_warmup_steps=100 --max_train_steps=1600"
    )
    found = read_training(text, "it", Facts())
    assert found is not None
    assert found[0].name == "kohya"
    # Half of each of two cycles of 750 updates after the warm-up.
    assert found[2].schedule([475, 850, 1225]).tolist() == pytest.approx([5e-5, 1e-4, 5e-5])
