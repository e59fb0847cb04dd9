"""Keys of a trainer's configuration that do not what they seem to say."""

import re
from collections.abc import Iterator

from lrplot.checks.rules.base import Finding, Rule, Subject

_KEY = re.compile(r"\w+_\w+|lr\d")


class TrainerTrap(Rule):
    """A trainer passes over a key of its configuration, or does something else than the key seems to say.

    The trainer says nothing: ``lr_scheduler_type: constant`` has no warm-up whatever ``warmup_ratio`` says,
    Ultralytics' ``optimizer: auto`` passes over ``lr0``, a scheduler in a DeepSpeed file replaces the one of
    the arguments, a misspelt key is no key. What is drawn is what the trainer does.

    Way out: as the sentence says; a key that is meant so is silenced with ``# lrplot: ignore[LR024]`` in the
    file.

    Seen in: artidoro/qlora (``constant`` with a ``warmup_ratio``), ultralytics/ultralytics#8400,
    hiyouga/LLaMA-Factory#3100, NVIDIA/Megatron-LM#2258.
    """

    code = "LR024"
    name = "trainer-trap"
    example = (
        '"python run_glue.py --learning_rate 2e-5 --lr_scheduler_type constant --warmup_steps 100 '
        '--max_steps 1000 --output_dir out"'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for trap in subject.run.traps:
            key = _KEY.search(trap)
            yield self.found(trap, None, key[0] if key else "", **({"key": key[0]} if key else {}))
