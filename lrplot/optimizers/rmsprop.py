from typing import ClassVar, Literal

import numpy as np

from lrplot.optimizers.base import NO_DECAY, Optimizer, Rule, Share, Stepper
from lrplot.optimizers.model import Floats
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Factor


class RMSprop(Optimizer):
    """Divide by the root of a running mean of the squared gradients.

        v ← alpha · v + (1 - alpha) · g²   (0 at the start)
        m ← alpha · m + (1 - alpha) · g    (centered: true, v - m ** 2 in place of v below)
        d = g / (√v + eps)                 (rule: pytorch)
        b ← momentum · b + d               (rule: pytorch)
        Δθ = -lr(t) · b                    (rule: pytorch)
        d = g / √(v + eps)                 (rule: keras)
        b ← momentum · b + lr(t) · d       (rule: keras)
        Δθ = -b                            (rule: keras)

    v - m² is kept as a variance of its own, so it is never negative; where it all but vanishes (a gradient
    that stays the same for long) PyTorch's own difference can come out below 0 and give nan.
    Not to be confused with: Adagrad, which forgets nothing; Adam, which corrects its means at the start.
    Source: Tieleman & Hinton, 2012 (lecture 6e); Graves, 2013 (arXiv:1308.0850) for the centred form;
    torch.optim.RMSprop, keras.optimizers.RMSprop.

    >>> RMSprop().updates([0.01], [0.5]).change.round(6).tolist()
    [-0.1]
    >>> RMSprop(rule="keras").updates([0.01], [0.5]).change.round(6).tolist()
    [-0.031623]
    """

    OWN: ClassVar = {
        "pytorch": {"alpha": 0.99, "eps": 1e-8, **NO_DECAY},
        "keras": {"alpha": 0.9, "eps": 1e-7, **NO_DECAY},
    }

    equations: ClassVar = (
        Equation("v", "alpha * v + (1 - alpha) * g ** 2", note="0 at the start", becomes=True),
        Equation(
            "m", "alpha * m + (1 - alpha) * g", "centered", "v - m ** 2 in place of v below", becomes=True
        ),
        Equation("d", "g / (sqrt(v) + eps)", "rule == 'pytorch'"),
        Equation("b", "momentum * b + d", "rule == 'pytorch'", becomes=True),
        Equation("Δθ", "-lr(t) * b", "rule == 'pytorch'"),
        Equation("d", "g / sqrt(v + eps)", "rule == 'keras'"),
        Equation("b", "momentum * b + lr(t) * d", "rule == 'keras'", becomes=True),
        Equation("Δθ", "-b", "rule == 'keras'"),
    )

    type: Literal["rmsprop"] = "rmsprop"
    rule: Rule = "pytorch"
    """Whose formula and defaults."""
    alpha: Share | None = None
    """How much of the mean each step keeps, Keras' ``rho``: 0.99 (PyTorch) or 0.9 (Keras)."""
    eps: Factor | None = None
    """What keeps the divisor above 0: 1e-8 beside the root (PyTorch), 1e-7 under it (Keras)."""
    weight_decay: Factor | None = None
    """Weight decay: added to the gradient (PyTorch), or of the weights themselves (Keras); 0."""
    momentum: Share = 0
    """How much of the last change each step keeps."""
    centered: bool = False
    """Whether to divide by the running variance instead of the running mean square."""

    @property
    def steady_momentum(self) -> float:
        return self.momentum

    def stepper(self, parameters: int) -> Stepper:
        mean, square, buffer = np.zeros(parameters), np.zeros(parameters), np.zeros(parameters)
        alpha, eps, keras = self.own("alpha"), self.own("eps"), self.rule == "keras"

        def change(_t: int, rate: float, momentum: float, gradient: Floats) -> Floats:
            nonlocal mean, square, buffer
            if self.centered:
                away = gradient - mean
                # The variance's own recursion: v - m² would lose its digits to cancellation.
                square = alpha * square + alpha * (1 - alpha) * away * away
                mean = mean + (1 - alpha) * away
            else:
                square = alpha * square + (1 - alpha) * gradient * gradient
            direction = gradient / (np.sqrt(square + eps) if keras else np.sqrt(square) + eps)
            if not momentum:
                return -rate * direction
            buffer = momentum * buffer + (rate * direction if keras else direction)
            return -buffer if keras else -rate * buffer

        return change
