"""Schedules that are recommended, and what is said for them."""

from dataclasses import replace
from typing import Final

from lrplot.recommend.words import Reason, Way

GOYAL: Final = "Goyal et al. 2017, arXiv:1706.02677"
ADVICE: Final = "document 002, practical advice"

WARMED: Final = Reason(
    "A warm-up, as large rates diverge while the weights are still random", "document 001, warm-up"
)

COSINE: Final = Way(
    "warm-up + cosine",
    {"type": "cosine"},
    (
        Reason("Training at scale does better with a warm-up and cosine annealing", ADVICE),
        Reason(
            "A cosine to 0 instead of a stair gains accuracy in as many epochs",
            "He et al. 2019, arXiv:1812.01187",
        ),
    ),
    0.05,
)
COSINE_TO_TENTH: Final = replace(
    COSINE,
    title="warm-up + cosine to a tenth",
    why=(
        Reason("Training at scale does better with a warm-up and cosine annealing", ADVICE),
        Reason("Down to a tenth of the peak over the whole run", "Brown et al. 2020, arXiv:2005.14165"),
    ),
    warmup=0.01,
    of_lr={"eta_min": 0.1},
)
LINEAR: Final = Way(
    "warm-up + linear",
    {"type": "linear"},
    (
        Reason(
            "BERT's own: up to 1e-4 over 10,000 steps, then straight down to 0 at 1,000,000; a batch of 256",
            "Devlin et al. 2019, arXiv:1810.04805",
        ),
    ),
    0.01,
    lr=1e-4,
)
STAIR: Final = Way(
    "warm-up + three drops",
    {"type": "multistep", "milestones": ["33%", "67%", "89%"], "gamma": 0.1},
    (
        Reason("Ten times less at epochs 30, 60 and 80 of 90, as most image papers report", GOYAL),
        Reason("A stair is crude and still common in image classification", "document 001, step decay"),
    ),
    0.05,
    ramp={"prefix": False},
)
WSD: Final = Way(
    "warm-up, stable, decay",
    {"type": "wsd", "decay_steps": "10%", "decay": "1-sqrt"},
    (
        Reason(
            "The stable part may last as long as you like; the decay, a tenth of the run, begins when "
            "you decide to stop",
            "Hu et al. 2024, arXiv:2404.06395",
        ),
        Reason("A decay of 1 - sqrt does better than a straight one", "Hägele et al. 2024, arXiv:2405.18392"),
    ),
    0.01,
)
INVERSE_SQRT: Final = Way(
    "warm-up + inverse square root",
    {"type": "inverse_sqrt", "timescale": "10%"},
    (
        Reason(
            "The Transformer's own: it needs no end, and can be stopped at any step",
            "Vaswani et al. 2017, arXiv:1706.03762",
        ),
    ),
    0.1,
    as_long="timescale",
)
STEADY: Final = Way(
    "one rate",
    {"type": "constant"},
    (Reason("The simplest that works: a rate to compare every schedule with", "document 001, fixed rate"),),
)
PLATEAU: Final = Way(
    "lower on a plateau",
    {"type": "plateau", "factor": 0.1, "patience": 5},
    (
        Reason("Where training has stalled, lower the rate by ReduceLROnPlateau", ADVICE),
        Reason("ResNet's own: a tenth whenever the error stops falling", "He et al. 2016, arXiv:1512.03385"),
    ),
    reacts=True,
)
CALLBACK: Final = Way(
    "a callback on the loss",
    {
        "type": "callback",
        "rules": [
            {"when": "oscillating", "window": 5, "by": 0.02, "multiply": 0.5},
            {"when": "stalled", "window": 10, "hold": True},
        ],
    },
    (
        Reason(
            "Lower the rate when the loss swings, keep it while the loss is steady", "document 002, callbacks"
        ),
    ),
    reacts=True,
)
FORMULA: Final = Way(
    "your own function",
    {"type": "lambda", "factor": "1.0 if t < 0.1 * {steps} else 0.1 if t < 0.5 * {steps} else 0.01"},
    (Reason("Research and special tasks may try a function or a callback of their own", ADVICE),),
)
RESTARTS: Final = Way(
    "warm restarts",
    {"type": "cosine_restarts", "T_0": "14.3%", "T_mult": 2},
    (
        Reason("Raising the rate again leaves a local optimum", "document 001, cosine annealing"),
        Reason(
            "Cycles that double in length: three fill the run", "Loshchilov and Hutter 2017, arXiv:1608.03983"
        ),
    ),
)
ONECYCLE: Final = Way(
    "one cycle",
    {"type": "onecycle"},
    (
        Reason("One cycle converges faster and often generalises better", "document 001, one-cycle policy"),
        Reason("It moves momentum too, from 0.95 to 0.85 and back", "Smith 2018, arXiv:1803.09820"),
    ),
    None,
)
