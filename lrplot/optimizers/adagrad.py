from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.optimizers.base import NO_DECAY, Optimizer, Rule, Stepper
from lrplot.optimizers.model import Floats
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Factor


class Adagrad(Optimizer):
    """Divide by the root of all squared gradients so far: the effective rate can only shrink.

        s ← s + g²                     (s = initial_accumulator_value at the start)
        Δθ = -lr(t) / (1 + lr_decay · t) · g / (√s + eps)   (rule: pytorch)
        Δθ = -lr(t) · g / √(s + eps)   (rule: keras)

    Not to be confused with: RMSprop, whose mean forgets old gradients.
    Source: Duchi, Hazan & Singer, JMLR 12, 2011; torch.optim.Adagrad, keras.optimizers.Adagrad.

    >>> Adagrad().updates([0.01], [0.5]).change.round(6).tolist()
    [-0.01]
    >>> Adagrad(rule="keras").updates([0.01], [0.5]).change.round(6).tolist()
    [-0.008452]
    """

    OWN: ClassVar = {
        "pytorch": {"initial_accumulator_value": 0.0, "eps": 1e-10, **NO_DECAY},
        "keras": {"initial_accumulator_value": 0.1, "eps": 1e-7, **NO_DECAY},
    }

    equations: ClassVar = (
        Equation("s", "s + g ** 2", note="s = initial_accumulator_value at the start", becomes=True),
        Equation("Δθ", "-lr(t) / (1 + lr_decay * t) * g / (sqrt(s) + eps)", "rule == 'pytorch'"),
        Equation("Δθ", "-lr(t) * g / sqrt(s + eps)", "rule == 'keras'"),
    )

    type: Literal["adagrad"] = "adagrad"
    rule: Rule = "pytorch"
    """Whose formula and defaults."""
    lr_decay: Factor = 0
    """How fast the rate itself falls, a step; PyTorch only."""
    weight_decay: Factor | None = None
    """Weight decay: added to the gradient (PyTorch), or of the weights themselves (Keras); 0."""
    initial_accumulator_value: Factor | None = None
    """The sum of squares at the start: 0 (PyTorch) or 0.1 (Keras)."""
    eps: Factor | None = None
    """What keeps the divisor above 0: 1e-10 beside the root (PyTorch), 1e-7 under it (Keras)."""

    def mistakes(self) -> Iterator[Problem]:
        yield from super().mistakes()
        if self.rule == "keras" and self.lr_decay:
            yield Problem("lr_decay", "lr_decay is PyTorch's; Keras' Adagrad has none")

    def stepper(self, parameters: int) -> Stepper:
        total = np.full(parameters, self.own("initial_accumulator_value"))
        eps, lr_decay, keras = self.own("eps"), self.lr_decay, self.rule == "keras"

        def change(t: int, rate: float, _momentum: float, gradient: Floats) -> Floats:
            nonlocal total
            total = total + gradient * gradient
            divisor = np.sqrt(total + eps) if keras else np.sqrt(total) + eps
            return -rate / (1 + t * lr_decay) * gradient / divisor

        return change
