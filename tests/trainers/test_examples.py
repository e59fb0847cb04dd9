"""Every example is recognised as what it is, and drawn when the facts that it asks for are given."""

import contextlib
from pathlib import Path

import numpy as np
import pytest

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.registry import read_training

EXAMPLES = Path(__file__).parent / "examples"

# The trainer of each folder; of a file where it is another's.
TRAINERS = {
    "axolotl": "axolotl",
    "deepspeed": "deepspeed",
    "diffusers": "diffusers",
    "torchtune": "torchtune",
    "hf_flags": "transformers",
    "hf_json": "transformers",
    "hf_yaml": "transformers",
    "espnet": "espnet",
    "fairseq": "fairseq",
    "speechbrain": "speechbrain",
    "kohya": "kohya",
    "llamafactory": "llamafactory",
    "hf_python": "transformers",
    "model_card": "model_card",
    "ms_swift": "ms_swift",
    "unsloth_ipynb": "trl",
    "accelerate": "accelerate",
    "sentence_transformers": "sentence_transformers",
    "trainer_state": "trainer_state",
    "trl_yaml": "trl",
}
# What holds no schedule, and what is said of it.
WITHOUT = {
    "deepspeed/llava_zero2_noscheduler.json": "has no scheduler",
    "accelerate/zero3_8gpu.yaml": "num_processes: 8",
    "sentence_transformers/fit.py": "--set epochs=VALUE",
    "kohya/dataset.toml": "holds no schedule",
}
FACTS = Facts(examples=52002, devices=2, steps=900, images=1200, lr=2e-5, warmup_steps=30)

FILES = [
    path.relative_to(EXAMPLES)
    for folder in sorted(TRAINERS)
    for path in sorted((EXAMPLES / folder).iterdir())
    if path.name != "no_trainer.py"  # a script with a scheduler call, which python/ reads
]


@pytest.mark.parametrize("file", FILES, ids=map(str, FILES))
def test_an_example_is_recognised_and_drawn(file: Path) -> None:
    path = EXAMPLES / file
    text = path.read_text(encoding="utf-8")
    said = WITHOUT.get(file.as_posix())
    if said is not None:
        with pytest.raises(LrplotError, match=said):
            read_training(text, path.name, FACTS, folder=path.parent)
        return
    found = read_training(text, path.name, FACTS, folder=path.parent)
    assert found is not None
    trainer, _, training = found
    assert trainer.name == TRAINERS[file.parts[0]]
    assert training.derivation
    rates = training.schedule(np.arange(min(training.updates, 10_000), dtype=np.float64))
    assert np.isfinite(rates).all()
    assert rates.max() > 0


@pytest.mark.parametrize("file", [file for file in FILES if file.as_posix() not in WITHOUT], ids=str)
def test_an_example_without_facts_is_drawn_or_asks(file: Path) -> None:
    path = EXAMPLES / file
    with contextlib.suppress(MissingFactsError):
        asked = read_training(path.read_text(encoding="utf-8"), path.name, Facts(), folder=path.parent)
        assert asked is not None
