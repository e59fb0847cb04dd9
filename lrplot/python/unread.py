"""Calls that bring a schedule of their own and are not read: whose they are, and what to paste instead."""

import ast
from collections.abc import Mapping
from typing import Final

from lrplot.python.nodes import nodes_of

_PASTE: Final = "paste the scheduler it makes"
_ONE_CYCLE: Final = "OneCycleLR(optimizer, max_lr=…, total_steps=…, pct_start=0.25, final_div_factor=1e5)"
_TRAINER: Final = "TrainingArguments(learning_rate=…, lr_scheduler_type=…, warmup_steps=…, max_steps=…)"

_FLAGS: Final = "its arguments come from flags; give them: lrplot render train.py -- --learning_rate 2e-5 …"

UNREAD: Final[Mapping[str, str]] = {
    "fit_one_cycle": f"fastai's one-cycle is not read; paste its like in PyTorch: {_ONE_CYCLE}",
    "fine_tune": f"fastai's two one-cycles are not read; paste their like in PyTorch: {_ONE_CYCLE}",
    "fit_flat_cos": f"fastai's schedule is not read; {_PASTE}",
    "fit_sgdr": f"fastai's restarts are not read; {_PASTE}",
    "SFTConfig": f"TRL's arguments are not read yet; paste what they hand to the Trainer: {_TRAINER}",
    "DPOConfig": f"TRL's arguments are not read yet; paste what they hand to the Trainer: {_TRAINER}",
    "GRPOConfig": f"TRL's arguments are not read yet; paste what they hand to the Trainer: {_TRAINER}",
    "SentenceTransformerTrainingArguments": f"these arguments are not read yet; paste their like: {_TRAINER}",
    "HfArgumentParser": _FLAGS,
    "TrlParser": _FLAGS,
    "YOLO": "Ultralytics' trainer makes its own schedule, which is not read yet",
}
"""By the name that is called."""


def unread_call(tree: ast.AST) -> tuple[ast.Call, str] | None:
    """The first such call of a text, and what to say of it."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in UNREAD:
                return node, UNREAD[name]
    return None
