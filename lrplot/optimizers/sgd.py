from collections.abc import Iterator
from typing import ClassVar, Literal

from lrplot.errors import Problem
from lrplot.optimizers.base import NO_DECAY, Optimizer, Rule, Share, Stepper
from lrplot.optimizers.model import Floats
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Factor, Number


class SGD(Optimizer):
    """Follow the gradient, with or without momentum.

        b ← momentum · b + (1 - dampening) · g   (rule: pytorch, b = g at first)
        Δθ = -lr(t) · b                          (rule: pytorch)
        Δθ = -lr(t) · (g + momentum · b)         (rule: pytorch, nesterov: true)
        b ← momentum · b - lr(t) · g             (rule: keras)
        Δθ = b                                   (rule: keras)
        Δθ = momentum · b - lr(t) · g            (rule: keras, nesterov: true)

    The two agree while the rate stays the same; when it falls, PyTorch's momentum falls with it at once,
    Keras' keeps the old rate in it.
    Source: Sutskever et al., ICML 2013; torch.optim.SGD, keras.optimizers.SGD.

    >>> SGD(momentum=0.9).updates([0.1, 0.01], [1.0, 1.0]).change.round(6).tolist()
    [-0.1, -0.019]
    >>> SGD(momentum=0.9, rule="keras").updates([0.1, 0.01], [1.0, 1.0]).change.round(6).tolist()
    [-0.1, -0.1]
    """

    OWN: ClassVar = {"pytorch": NO_DECAY, "keras": NO_DECAY}

    equations: ClassVar = (
        Equation(
            "b", "momentum * b + (1 - dampening) * g", "rule == 'pytorch'", "b = g at first", becomes=True
        ),
        Equation("Δθ", "-lr(t) * b", "rule == 'pytorch'"),
        Equation("Δθ", "-lr(t) * (g + momentum * b)", "rule == 'pytorch' and nesterov"),
        Equation("b", "momentum * b - lr(t) * g", "rule == 'keras'", becomes=True),
        Equation("Δθ", "b", "rule == 'keras'"),
        Equation("Δθ", "momentum * b - lr(t) * g", "rule == 'keras' and nesterov"),
    )

    type: Literal["sgd"] = "sgd"
    rule: Rule = "pytorch"
    """Whose formula."""
    momentum: Share = 0
    """How much of the last change each step keeps."""
    dampening: Number = 0
    """What is held back of each gradient under momentum; PyTorch only."""
    weight_decay: Factor | None = None
    """Weight decay: added to the gradient (PyTorch), or of the weights themselves (Keras); 0."""
    nesterov: bool = False
    """Whether to look one step of momentum ahead."""

    def mistakes(self) -> Iterator[Problem]:
        yield from super().mistakes()
        if self.rule == "keras" and self.dampening:
            yield Problem("dampening", "dampening is PyTorch's; Keras' SGD has none")
        if self.rule == "pytorch" and self.nesterov and (not self.momentum or self.dampening):
            yield Problem("nesterov", "nesterov needs a momentum > 0 and no dampening, as in PyTorch")

    @property
    def steady_momentum(self) -> float:
        return self.momentum

    def stepper(self, parameters: int) -> Stepper:  # noqa: ARG002 (the first gradient is the first sum)
        buffer: Floats | None = None
        keras, nesterov, passed = self.rule == "keras", self.nesterov, 1 - self.dampening

        def change(_t: int, rate: float, momentum: float, gradient: Floats) -> Floats:
            nonlocal buffer
            if not momentum:
                return -rate * gradient
            if keras:
                buffer = (0.0 if buffer is None else momentum * buffer) - rate * gradient
                return momentum * buffer - rate * gradient if nesterov else buffer
            buffer = gradient if buffer is None else momentum * buffer + passed * gradient
            return -rate * (gradient + momentum * buffer) if nesterov else -rate * buffer

        return change
