"""Names of the frameworks that lrplot writes for: no more, so that a help text imports no framework."""

from typing import Final

WRITTEN: Final = (
    "pytorch",
    "keras",
    "transformers",
    "trainer",
    "optax",
    "timm",
    "mmengine",
    "paddle",
    "composer",
    "deepspeed",
)
"""Those whose code ``export --to`` writes; ``trainer`` is Transformers' ``TrainingArguments``."""

SPELLED: Final = (
    "pytorch",
    "keras",
    "transformers",
    "optax",
    "timm",
    "mmengine",
    "fvcore",
    "ignite",
    "paddle",
    "composer",
    "deepspeed",
)
"""Those whose own call ``compare --as`` draws."""

CONFIGURED: Final = ("axolotl", "megatron", "torchtitan")
"""Trainers whose configuration ``export --to`` writes."""
