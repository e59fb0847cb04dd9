"""The spelling of a schedule as fvcore's users write it, over the whole run."""

from typing import Final

from lrplot.python.spelling import Spellings, Template

SPELLINGS: Final = {
    "fvcore": Spellings(
        calls={
            "constant": "ConstantParamScheduler({lr})",
            "linear": Template("LinearParamScheduler({lr}, {end_lr})", covers=("T_max",)),
            "polynomial": Template("PolynomialDecayParamScheduler({lr}, {power})", covers=("T_max",)),
            "cosine": Template("CosineParamScheduler({lr}, {eta_min})", covers=("T_max",)),
        }
    )
}
