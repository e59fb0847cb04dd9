from typing import ClassVar, Literal

from lrplot.optimizers.adam import Betas, corrected_moments
from lrplot.optimizers.base import Optimizer, Rule, Stepper
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Factor


class AdamW(Optimizer):
    """Adam with decoupled weight decay: the weights shrink by themselves, past the divisor.

        Δθ = Δθ_Adam - lr(t) · weight_decay · θ

    Δθ_Adam is Adam's update of the gradient alone.
    Not to be confused with: Adam's own ``weight_decay``, which PyTorch adds to the gradient.
    Source: Loshchilov & Hutter, 2019 (arXiv:1711.05101); torch.optim.AdamW, keras.optimizers.AdamW.

    >>> AdamW().updates([0.001], [1.0], weights=0.5).change.round(9).tolist()
    [-0.001005]
    """

    OWN: ClassVar = {
        "pytorch": {"eps": 1e-8, "weight_decay": 0.01},
        "keras": {"eps": 1e-7, "weight_decay": 0.004},
    }

    equations: ClassVar = (Equation("Δθ", "Δθ_Adam - lr(t) * weight_decay * θ"),)

    type: Literal["adamw"] = "adamw"
    rule: Rule = "pytorch"
    """Whose formula and defaults."""
    betas: Betas = (0.9, 0.999)
    """β₁ and β₂: how much of the two means each step keeps."""
    eps: Factor | None = None
    """What keeps the divisor above 0: 1e-8 (PyTorch) or, before the bias correction, 1e-7 (Keras)."""
    weight_decay: Factor | None = None
    """What share of the weights, times the rate, each step takes away: 0.01 (PyTorch) or 0.004 (Keras)."""
    amsgrad: bool = False
    """Whether the divisor never shrinks."""

    @property
    def steady_momentum(self) -> float:
        return self.betas[0]

    @property
    def decouples(self) -> bool:
        return True

    def stepper(self, parameters: int) -> Stepper:
        return corrected_moments(
            parameters, self.betas[1], self.own("eps"), amsgrad=self.amsgrad, keras=self.rule == "keras"
        )
