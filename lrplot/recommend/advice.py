"""The advice of the documents and of well-known papers, by task, optimizer and symptom."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from lrplot.recommend.plans import (
    ADVICE,
    CALLBACK,
    COSINE,
    COSINE_TO_TENTH,
    FORMULA,
    GOYAL,
    INVERSE_SQRT,
    LINEAR,
    ONECYCLE,
    PLATEAU,
    RESTARTS,
    STAIR,
    STEADY,
    WARMED,
    WSD,
)
from lrplot.recommend.words import Optimizer, Reason, Remedy, Task, Way

TASKS: Final[Mapping[str, Task]] = MappingProxyType(
    {
        "baseline": Task(
            "First experiment",
            "adamw",
            1e-3,
            256,
            (Reason("Adam or AdamW for a first experiment: fast and steady convergence; 0.001", ADVICE),),
            (COSINE, STEADY),
            (PLATEAU, STEADY),
        ),
        "vision": Task(
            "Image classification",
            "sgd",
            0.1,
            256,
            (Reason("0.1 for SGD at a batch of 256, with five of ninety epochs of warm-up", GOYAL),),
            (COSINE, STAIR),
            (replace(PLATEAU, warmup=0.05), replace(WSD, warmup=0.05)),
        ),
        "nlp": Task(
            "Language model",
            "adamw",
            6e-4,
            256,
            (
                WARMED,
                Reason(
                    "6e-4 for 125M parameters at half a million tokens a batch (256 sequences of 2048); "
                    "larger models want less",
                    "Brown et al. 2020, arXiv:2005.14165",
                ),
            ),
            (COSINE_TO_TENTH, LINEAR),
            (WSD, INVERSE_SQRT),
        ),
        "large": Task(
            "Large model",
            "adamw",
            3e-4,
            2048,
            (
                WARMED,
                Reason(
                    "3e-4 for 7B parameters at four million tokens a batch (2048 sequences of 2048)",
                    "Touvron et al. 2023, arXiv:2302.13971",
                ),
            ),
            (COSINE_TO_TENTH, WSD),
            (WSD, INVERSE_SQRT),
        ),
        "finetune": Task(
            "Fine-tuning",
            "adamw",
            2e-5,
            32,
            (
                Reason(
                    "2e-5 at a batch of 32; 3e-5 and 5e-5 are worth a try",
                    "Devlin et al. 2019, arXiv:1810.04805",
                ),
            ),
            (
                replace(
                    LINEAR,
                    why=(
                        Reason(
                            "A tenth of the run to warm up, then straight to 0, makes fine-tuning stable",
                            "Mosbach et al. 2021, arXiv:2006.04884",
                        ),
                    ),
                    warmup=0.1,
                    lr=None,
                ),
                replace(COSINE, warmup=0.1),
            ),
            (PLATEAU, replace(WSD, warmup=0.1)),
            5_000,
        ),
        "speech": Task(
            "Speech recognition",
            "adam",
            2e-3,
            256,
            (
                Reason(
                    "0.05 / sqrt(d) at the peak, after 10,000 steps of warm-up: 2e-3 for d = 512",
                    "Gulati et al. 2020, arXiv:2005.08100",
                ),
            ),
            (
                INVERSE_SQRT,
                replace(
                    LINEAR,
                    why=(
                        Reason(
                            "wav2vec 2.0 BASE: up over 8 % of the run to 5e-4, then straight down",
                            "Baevski et al. 2020, arXiv:2006.11477",
                        ),
                    ),
                    warmup=0.08,
                    lr=5e-4,
                ),
            ),
            (INVERSE_SQRT, replace(WSD, warmup=0.1)),
        ),
        "rl": Task(
            "Reinforcement learning",
            "adam",
            3e-4,
            256,
            (Reason("3e-4 for Adam", "Haarnoja et al. 2018, arXiv:1801.01290"),),
            (
                replace(
                    LINEAR,
                    title="linear",
                    why=(
                        Reason(
                            "PPO's own on Atari: 2.5e-4, straight down to 0",
                            "Schulman et al. 2017, arXiv:1707.06347",
                        ),
                    ),
                    warmup=0.0,
                    lr=2.5e-4,
                ),
                STEADY,
            ),
            (STEADY, INVERSE_SQRT),
        ),
        "gan": Task(
            "Generative adversarial network",
            "adam",
            2e-4,
            128,
            (
                Reason(
                    "2e-4 for Adam with beta1 = 0.5, for both networks",
                    "Radford et al. 2016, arXiv:1511.06434",
                ),
            ),
            (
                Way(
                    "steady, then linear",
                    {"type": "wsd", "decay_steps": "50%"},
                    (
                        Reason(
                            "CycleGAN's own: one rate for half the run, then straight down to 0",
                            "Zhu et al. 2017, arXiv:1703.10593",
                        ),
                    ),
                ),
                STEADY,
            ),
            (STEADY, replace(WSD, warmup=0.0)),
        ),
        "research": Task(
            "Special task",
            "adamw",
            1e-3,
            256,
            (Reason("Adam or AdamW where nothing is known yet; 0.001", ADVICE),),
            (FORMULA, CALLBACK),
            (CALLBACK, STEADY),
        ),
    }
)
"""What may be trained."""

_LINEAR_SCALING: Final = Reason(
    "SGD: the rate grows as the batch does, up to about 8,192, with a warm-up of five epochs", GOYAL
)
_ROOT_SCALING: Final = Reason(
    "Adaptive optimizers: the rate grows as the square root of the batch",
    "Malladi et al. 2022, arXiv:2205.10287",
)

OPTIMIZERS: Final[Mapping[str, Optimizer]] = MappingProxyType(
    {
        "sgd": Optimizer("SGD with momentum 0.9", 0.1, 1.0, _LINEAR_SCALING),
        "adam": Optimizer("Adam", 1e-3, 0.5, _ROOT_SCALING),
        "adamw": Optimizer("AdamW", 1e-3, 0.5, _ROOT_SCALING),
        "rmsprop": Optimizer("RMSprop", 0.01, 0.5, _ROOT_SCALING),
        "adagrad": Optimizer(
            "Adagrad",
            0.01,
            0.5,
            _ROOT_SCALING,
            Reason(
                "Adagrad's own rate only ever falls, and may stop learning too early: no schedule "
                "on top of it; RMSprop and Adam do not stop so",
                "document 002, Adagrad",
            ),
        ),
    }
)
"""What may train it."""

SYMPTOMS: Final[Mapping[str, Remedy]] = MappingProxyType(
    {
        "stalled": Remedy((), known=(PLATEAU, RESTARTS), unknown=(PLATEAU, RESTARTS)),
        "diverges": Remedy(
            (
                Reason("Too large a rate diverges: a third of it", "document 001, opening"),
                Reason(
                    "Early gradients are unstable: at least a tenth of the run to warm up",
                    "document 001, warm-up",
                ),
            ),
            lr=1 / 3,
            warmup=0.1,
        ),
        "oscillates": Remedy(
            (
                Reason(
                    "A large rate swings around the optimum late in training: half of it",
                    "document 003, section 1.2",
                ),
                Reason("Small updates at the end settle it", "document 001, cosine annealing"),
            ),
            lr=0.5,
            known=(COSINE, CALLBACK),
            unknown=(CALLBACK, WSD),
        ),
        "slow": Remedy(
            (
                Reason(
                    "Too small a rate is slow and may stick in a local optimum: three times as much",
                    "document 001, opening",
                ),
                Reason(
                    "Find the largest rate that works by a range test first",
                    "Smith 2017, arXiv:1506.01186; configs/lr_range_test.yaml",
                ),
            ),
            lr=3.0,
            known=(None, ONECYCLE),
        ),
    }
)
"""What may be wrong, and what helps."""

BUDGETS: Final = ("known", "unknown")
"""Whether the number of steps is known beforehand."""
