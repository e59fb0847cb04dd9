"""The spelling of a schedule as Ignite's users write it."""

from typing import Final

from lrplot.python.spelling import Spellings

SPELLINGS: Final = {
    "ignite": Spellings(
        calls={
            "linear": "PiecewiseLinear(optimizer, 'lr', [(0, {lr}), ({T_max}, {end_lr})])",
            "cosine": "CosineAnnealingScheduler(optimizer, 'lr', {lr}, {eta_min}, cycle_size={T_max})",
        }
    )
}
