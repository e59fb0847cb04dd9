"""Schedulers of PyTorch on a group that holds an ``initial_lr``, and the rates of release 2.13 for their updates."""

KEPT = "'initial_lr': 0.3"
OF_ONE_CYCLE = (
    "'initial_lr': 0.04, 'max_lr': 1.0, 'min_lr': 4e-6, 'max_momentum': 0.95, 'base_momentum': 0.85"
)

CASES: tuple[tuple[str, float, str, tuple[float, ...]], ...] = (
    (KEPT, 0.243, "ExponentialLR(opt, 0.9, last_epoch=2)", (0.243, 0.2187, 0.19683)),
    (KEPT, 0.2187, "ExponentialLR(opt, 0.9, last_epoch=2)", (0.2187, 0.19683, 0.177147)),
    (
        KEPT,
        0.3,
        "CosineAnnealingLR(opt, 5, last_epoch=0)",
        (0.3, 0.2170820393, 0.1145898034, 0.0316718427, 0.0),
    ),
    (KEPT, 0.18, "LinearLR(opt, last_epoch=2)", (0.18, 0.2127272727, 0.2454545455, 0.2454545455)),
    (KEPT, 0.18, "PolynomialLR(opt, last_epoch=2)", (0.18, 0.09, 0.0, 0.0)),
    (KEPT, 0.243, "MultiplicativeLR(opt, lambda e: 0.9, last_epoch=2)", (0.243, 0.2187, 0.19683)),
    (KEPT, 0.3, "StepLR(opt, 3, last_epoch=2)", (0.03, 0.03, 0.03, 0.003)),
    (KEPT, 0.1, "LambdaLR(opt, lambda e: 0.9 ** e, last_epoch=2)", (0.2187, 0.19683)),
    (KEPT, 0.3, "SWALR(opt, 0.01, 2, 'linear', last_epoch=7)", (0.3, 0.155, 0.01, 0.01)),
    (KEPT, 0.3, "CyclicLR(opt, 0.01, 0.1, 3, last_epoch=0)", (0.2333333333, 0.07, 0.1, 0.07)),
    (KEPT, 0.3, "CosineAnnealingWarmRestarts(opt, 10, 2, last_epoch=24)", (0.2560660172, 0.23816778784)),
    (KEPT, 0.3, "CosineAnnealingWarmRestarts(opt, 2, 2, last_epoch=5)", (0.3, 0.2560660172, 0.15)),
    (OF_ONE_CYCLE, 0.5, "OneCycleLR(opt, 1.0, 10, last_epoch=0)", (0.52, 1.0, 0.9504846320)),
    # Without last_epoch: the rate in the group is where it begins, and the initial_lr is kept as its base.
    ("'initial_lr': 0.1", 0.3, "StepLR(opt, 2)", (0.3, 0.3, 0.03)),
    ("'initial_lr': 0.1", 0.3, "LinearLR(opt)", (0.1, 0.14, 0.18)),
    ("'initial_lr': 0.1", 0.3, "CosineAnnealingLR(opt, 3)", (0.3, 0.225, 0.075, 0.0, 0.025, 0.075, 0.1)),
    ("'initial_lr': 0.1", 0.3, "CyclicLR(opt, 0.01, 0.1, 3)", (0.1, 0.04, 0.07, 0.1)),
    ("'initial_lr': 0.3", 0.3, "CyclicLR(opt, 0.01, 0.1, 3)", (0.3, 0.04, 0.07, 0.1)),
    ("'initial_lr': 0.1", 0.3, "LambdaLR(opt, lambda e: 0.9 ** e)", (0.1, 0.09)),
    (
        "'initial_lr': 0.1",
        0.3,
        "ChainedScheduler([LinearLR(opt), ExponentialLR(opt, 0.9)])",
        (0.1, 0.126, 0.1458),
    ),
    (
        "'initial_lr': 0.1",
        0.3,
        "SequentialLR(opt, [CyclicLR(opt, 0.01, 0.1, 3), CosineAnnealingLR(opt, 4)], [3])",
        (0.01, 0.04, 0.07, 0.1, 0.0853553391),
    ),
)
"""What the group holds beside its parameters, the optimizer's rate, the call, and the first rates."""


def script(entries: str, lr: float, call: str, steps: int) -> str:
    return (
        "from torch.optim.lr_scheduler import *\n"
        "from torch.optim.swa_utils import SWALR\n"
        f"opt = SGD([{{'params': [a], {entries}}}], lr={lr}, momentum=0.9)\n"
        f"s = {call}\nfor e in range({steps}):\n    opt.step()\n    s.step()\n"
    )
