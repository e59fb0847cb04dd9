"""Trainers of pretraining and vision: the rates of known runs, and files as they are found."""

import contextlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_rates import rows

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.registry import read_training, trainer
from lrplot.trainers.training import ConfigurationError

EXAMPLES = Path(__file__).parent / "examples"


def flags(program: str) -> Callable[[dict[str, Any]], str]:
    """The command line of a row, without what it says in brackets."""
    return lambda row: f"{program} " + re.sub(r"\s+\(.*\)\s*$", "", row["config"])


def text(row: dict[str, Any]) -> str:
    return str(row["config"])


def exp(row: dict[str, Any]) -> str:
    """The ``Exp`` class that a row tells of."""
    assigned = re.findall(r"self\.\w+ = [^;()]+", row["config"])
    lines = "".join(f"        {each.strip()}\n" for each in assigned)
    return f"class Exp(MyExp):\n    def __init__(self):\n{lines}        self.batch_size = {row['extra']['batch']}\n"


def core(row: dict[str, Any]) -> str:
    """The YAML of a row that tells the rate and the length in words."""
    return re.sub(r"lr: (\S+), (\d+) steps", r"lr: \1\nmax_steps: \2", row["config"])


TEXTS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "megatron": flags("python pretrain_gpt.py"),
    "timm": flags("python train.py"),
    "torchvision": flags("python train.py"),
    "ultralytics": flags(""),
    "yolov5": flags(""),
    "open_clip": flags("python -m open_clip_train.main"),
    "mae": flags("python main_pretrain.py"),
    "yolox": exp,
    "olmo_core": core,
}
"""How a row's configuration is written, where it is not a file."""
FLOAT32 = {"maxtext", "levanter", "big_vision", "t5x"}
"""Trainers that compute the rate in float32."""


def facts(row: dict[str, Any]) -> Facts:
    """What a row gives besides its configuration."""
    extra = row["extra"]
    names = ("batches_per_epoch", "iterations_per_epoch", "steps_per_epoch", "updates_per_epoch")
    batches = next((extra[name] for name in names if name in extra), None)
    version = (8, 3) if extra.get("version") == "old" else None
    return Facts(extra.get("examples"), extra.get("devices"), batches, extra.get("nc"), version=version)


STEMS = (
    "megatron",
    "gpt_neox",
    "nemo",
    "torchtitan",
    "litgpt",
    "nanogpt",
    "timm",
    "torchvision",
    "ultralytics",
    "yolov5",
    "detectron2",
    "mmcv1",
    "mmengine",
    "composer",
    "olmo",
    "olmo_core",
    "nanotron",
    "maxtext",
    "levanter",
    "big_vision",
    "t5x",
    "tf_model_garden",
    "tf_od",
    "open_clip",
    "mae",
    "dinov2",
    "yolox",
    "lightning_cli",
    "paddledet",
    "paddleclas",
)
CHOSEN = {"mmcv1": "mmengine", "olmo_core": "olmo"}
"""The trainer that reads a format, where it has another name."""
KNOWN = [(stem, row) for stem in STEMS for _, row in rows(f"{stem}.jsonl")]


@pytest.mark.parametrize(("stem", "row"), KNOWN, ids=[row["id"] for _, row in KNOWN])
def test_a_training_has_the_rates_it_is_known_to_have(stem: str, row: dict[str, Any]) -> None:
    written = TEXTS.get(stem, text)(row)
    if "error" in row:
        with pytest.raises(LrplotError):
            read_training(written, row["id"], facts(row), chosen=CHOSEN.get(stem, stem))
        return
    found = read_training(written, row["id"], facts(row), chosen=CHOSEN.get(stem, stem))
    assert found is not None
    assert found[0] is trainer(CHOSEN.get(stem, stem))
    assert found[2].updates == row["steps"]
    rates = found[2].schedule(np.array(row["sampled_at"], dtype=np.float64))
    close = 2e-6 if stem in FLOAT32 else 1e-9
    assert rates == pytest.approx(row["lr"], rel=close, abs=close * max(row["lr"]))


GROUPED = [(stem, row) for stem, row in KNOWN if "groups" in row]


@pytest.mark.parametrize(("stem", "row"), GROUPED, ids=[row["id"] for _, row in GROUPED])
def test_biases_momentum_and_updates_of_a_yolo_are_known_too(stem: str, row: dict[str, Any]) -> None:
    found = read_training(TEXTS[stem](row), row["id"], facts(row), chosen=stem)
    assert found is not None
    groups = {group.label: group.schedule for group in found[2].groups}
    assert found[2].momentum is not None
    groups["momentum"] = found[2].momentum
    steps = np.array(row["sampled_at"], dtype=np.float64)
    for name, values in row["groups"].items():
        assert groups[name](steps) == pytest.approx(values, rel=1e-9)
    updates = row["extra"]["optimizer_updates"]
    assert any(line.startswith(f"{updates} optimizer updates") for line in found[2].derivation)


FOLDERS = {
    "big_vision": "big_vision",
    "composer": "composer",
    "detectron2": "detectron2",
    "dinov2": "dinov2",
    "gpt_neox": "gpt_neox",
    "hydra": "hydra",
    "levanter": "levanter",
    "lightning_cli": "lightning_cli",
    "litgpt": "litgpt",
    "mae": "mae",
    "maxtext": "maxtext",
    "megatron": "megatron",
    "mmcv1": "mmengine",
    "mmengine": "mmengine",
    "nanogpt": "nanogpt",
    "nanotron": "nanotron",
    "nemo": "nemo",
    "olmo": "olmo",
    "open_clip": "open_clip",
    "paddleclas": "paddleclas",
    "paddledet": "paddledet",
    "t5x": "t5x",
    "tf_model_garden": "tf_model_garden",
    "tf_od": "tf_od",
    "timm": "timm",
    "torchtitan": "torchtitan",
    "torchvision": "torchvision",
    "ultralytics": "ultralytics",
    "yolov5": "yolov5",
    "yolox": "yolox",
}
"""The trainer of each folder of examples."""
REFUSED = {
    "megatron/train_gpt3_175b.sh": "Megatron refuses step_batch_size_schedule together with global_batch_size",
    "hydra/mnist_model.yaml": "reacts to a metric",
}
"""What cannot be drawn by facts, and what is said of it."""
FACTS = Facts(examples=200_000, devices=8, batches_per_epoch=500, classes=80, steps=1000)
FILES = [
    path.relative_to(EXAMPLES)
    for folder in sorted(FOLDERS)
    for path in sorted((EXAMPLES / folder).iterdir())
    if path.is_file()
]


@pytest.mark.parametrize("file", FILES, ids=map(str, FILES))
def test_an_example_is_recognised_and_drawn_with_the_facts_it_asks_for(file: Path) -> None:
    path = EXAMPLES / file
    written = path.read_text(encoding="utf-8")
    said = REFUSED.get(file.as_posix())
    if said is not None:
        with pytest.raises(LrplotError, match=said):
            read_training(written, path.name, FACTS, folder=path.parent)
        return
    found = read_training(written, path.name, FACTS, folder=path.parent)
    assert found is not None
    assert found[0].name == FOLDERS[file.parts[0]]
    assert found[2].derivation
    rates = found[2].schedule(np.arange(min(found[2].updates, 10_000), dtype=np.float64))
    assert np.isfinite(rates).all()
    assert rates.max() > 0


@pytest.mark.parametrize("file", FILES, ids=map(str, FILES))
def test_an_example_without_its_facts_asks_for_all_of_them_at_once(file: Path) -> None:
    path = EXAMPLES / file
    try:
        read_training(path.read_text(encoding="utf-8"), path.name, Facts(), folder=path.parent)
    except MissingFactsError as error:
        given = {name: getattr(FACTS, name) for name in error.names}
        with contextlib.suppress(ConfigurationError):
            read_training(path.read_text(encoding="utf-8"), path.name, Facts(**given), folder=path.parent)
    except ConfigurationError:
        assert file.as_posix() in REFUSED
