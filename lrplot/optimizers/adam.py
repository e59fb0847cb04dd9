import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.optimizers.base import NO_DECAY, Optimizer, Rule, Stepper
from lrplot.optimizers.model import Floats
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Factor

Betas = Annotated[
    tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]],
    Field(strict=False),
    Kind("number"),
]
"""How much of its two means each step keeps."""


class Adam(Optimizer):
    """Divide a running mean of the gradients by the root of a running mean of their squares.

        m ← β₁ · m + (1 - β₁) · g    (0 at the start)
        v ← β₂ · v + (1 - β₂) · g²   (0 at the start)
        Δθ = -lr(t) · (m / (1 - β₁ ** n)) / (√(v / (1 - β₂ ** n)) + eps)   (rule: pytorch)
        Δθ = -lr(t) · (√(1 - β₂ ** n) / (1 - β₁ ** n)) · m / (√v + eps)   (rule: keras)
        n = t + 1

    ``amsgrad`` takes the largest v so far in place of v. The first update is lr(0)·g/(|g| + eps), whatever
    the size of g: that is what the divisions by 1 - β ** n, the bias correction, are for.
    Not to be confused with: AdamW, whose weight decay does not pass through the divisor.
    Source: Kingma & Ba, 2015 (arXiv:1412.6980); Reddi, Kale & Kumar, 2018 (arXiv:1904.09237) for AMSGrad;
    torch.optim.Adam, keras.optimizers.Adam.

    >>> Adam().updates([0.01, 0.01], [0.5, -0.5]).change.round(6).tolist()
    [-0.01, 0.000526]
    """

    OWN: ClassVar = {"pytorch": {"eps": 1e-8, **NO_DECAY}, "keras": {"eps": 1e-7, **NO_DECAY}}

    equations: ClassVar = (
        Equation("m", "β_1 * m + (1 - β_1) * g", note="0 at the start", becomes=True),
        Equation("v", "β_2 * v + (1 - β_2) * g ** 2", note="0 at the start", becomes=True),
        Equation(
            "Δθ", "-lr(t) * (m / (1 - β_1 ** n)) / (sqrt(v / (1 - β_2 ** n)) + eps)", "rule == 'pytorch'"
        ),
        Equation(
            "Δθ", "-lr(t) * (sqrt(1 - β_2 ** n) / (1 - β_1 ** n)) * m / (sqrt(v) + eps)", "rule == 'keras'"
        ),
        Equation("n", "t + 1"),
    )

    type: Literal["adam"] = "adam"
    rule: Rule = "pytorch"
    """Whose formula and defaults."""
    betas: Betas = (0.9, 0.999)
    """β₁ and β₂: how much of the two means each step keeps."""
    eps: Factor | None = None
    """What keeps the divisor above 0: 1e-8 (PyTorch) or, before the bias correction, 1e-7 (Keras)."""
    weight_decay: Factor | None = None
    """Weight decay: added to the gradient (PyTorch), or of the weights themselves (Keras); 0."""
    amsgrad: bool = False
    """Whether the divisor never shrinks."""

    @property
    def steady_momentum(self) -> float:
        return self.betas[0]

    def stepper(self, parameters: int) -> Stepper:
        return corrected_moments(
            parameters, self.betas[1], self.own("eps"), amsgrad=self.amsgrad, keras=self.rule == "keras"
        )


def corrected_moments(parameters: int, beta2: float, eps: float, *, amsgrad: bool, keras: bool) -> Stepper:
    """Adam's two running means and their bias correction."""
    mean, square, largest = np.zeros(parameters), np.zeros(parameters), np.zeros(parameters)

    def change(t: int, rate: float, beta1: float, gradient: Floats) -> Floats:
        nonlocal mean, square, largest
        mean = mean + (1 - beta1) * (gradient - mean)
        square = beta2 * square + (1 - beta2) * gradient * gradient
        largest = np.maximum(largest, square) if amsgrad else square
        root = math.sqrt(1 - beta2 ** (t + 1))
        size = rate / (1 - beta1 ** (t + 1))
        if keras:
            return -size * root * mean / (np.sqrt(largest) + eps)
        return -size * mean / (np.sqrt(largest) / root + eps)

    return change
