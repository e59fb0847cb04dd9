"""Optimizers: pure functions from rates and gradients to updates."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, final

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from lrplot.errors import Problem
from lrplot.optimizers.gradients import check_gradients
from lrplot.optimizers.model import PROGRESS_EVERY, Floats, Model, Progress, numbers_of
from lrplot.schedules.base import Schedule
from lrplot.schedules.fields import Kind
from lrplot.schedules.parameters import Factor

Rule = Literal["pytorch", "keras"]
"""Whose formula and whose defaults."""

Stepper = Callable[[int, float, float, Floats], Floats]
"""What takes step, rate, momentum and gradients to the change of the weights, and remembers its sums."""


Share = Annotated[float, Field(ge=0, le=1), Kind("number")]
"""A part of something, 0 … 1."""

NO_DECAY: Final = {"weight_decay": 0.0}
"""The weight decay of every optimizer but AdamW."""


@dataclass(frozen=True, slots=True, eq=False)
class Updates:
    """The updates that an optimizer makes of gradients of the shape ``(steps,)`` or ``(steps, parameters)``.

    Parameters
    ----------
    change
        Δθ, what each update adds to the weights; the gradients' shape. Weight decay is part of it.
    effective_lr
        |Δθ| / |g|: the rate plain SGD would need for a step as long; the gradients' shape. It is nan where
        the gradient is 0 (even when momentum or decay moves the weight), and where it is beyond float64.
    weights
        θ before each update and, in one row more, after the last: weights[t + 1] = weights[t] + change[t].
    """

    change: Floats
    effective_lr: Floats
    weights: Floats


class Optimizer(Model):
    """A rule that turns rates and gradients into updates of the weights.

    Parameters that are left out are the rule's own: PyTorch's and Keras' formulas and defaults differ.

    Raises
    ------
    OptimizerError
        When the parameters cannot be; it lists every mistake.
    """

    OWN: ClassVar[Mapping[Rule, Mapping[str, float]]]
    """Each rule's own values of the parameters that are None when left out."""

    rule: Rule = "pytorch"
    weight_decay: Factor | None = None
    maximize: bool = False
    """Whether the updates climb instead of descending; PyTorch only."""

    def mistakes(self) -> Iterator[Problem]:
        if self.rule == "keras" and self.maximize:
            yield Problem("maximize", "maximize is PyTorch's; Keras' optimizers have none")

    @abstractmethod
    def stepper(self, parameters: int) -> Stepper:
        """The rule without its weight decay, at the start of a training."""

    @property
    def steady_momentum(self) -> float | None:
        """The momentum (Adam: β₁) that a schedule of momenta replaces, None for an optimizer without."""
        return None

    @property
    def decouples(self) -> bool:
        """True where weight decay shrinks the weights themselves (AdamW, all of Keras), not the gradient."""
        return self.rule == "keras"

    @final
    def own(self, name: str) -> float:
        """A parameter, the rule's own where it was left out."""
        given = getattr(self, name)
        return float(self.OWN[self.rule][name] if given is None else given)

    @final
    def updates(
        self,
        rates: Schedule | ArrayLike,
        gradients: ArrayLike,
        weights: ArrayLike | None = None,
        momenta: Schedule | ArrayLike | None = None,
        progress: Progress | None = None,
    ) -> Updates:
        """Every update that these gradients cause under these rates.

        Parameters
        ----------
        rates
            A schedule, or one rate a step, ≥ 0.
        gradients
            Shape ``(steps,)`` for one parameter or ``(steps, parameters)``; finite, at most 10^7 numbers.
        weights
            Where the weights start: one number, or one a parameter; 0 when left out. It matters to weight
            decay alone.
        momenta
            A schedule, or one a step, 0 … 1, in place of the momentum (Adam: β₁). When left out, a PyTorch
            rule takes those of ``rates``, as OneCycleLR and CyclicLR set them.
        progress
            Called with steps done and steps in all, now and then.

        Raises
        ------
        OptimizerError
            When a series does not fit, or the weights become infinite or nan.

        Examples
        --------
        >>> from lrplot.optimizers import Adagrad
        >>> updates = Adagrad().updates([0.01, 0.01], [0.5, 0.5])
        >>> updates.change.round(6).tolist(), updates.effective_lr.round(6).tolist()
        ([-0.01, -0.007071], [0.02, 0.014142])
        """
        series = check_gradients(gradients)
        steps = len(series)
        columns = series.reshape(steps, -1)
        followed = self._momenta(rates, momenta, steps)
        change, theta = self._run(
            self.series("rates", rates, steps), followed, columns, self._start(weights, columns), progress
        )
        self._check_finite(theta)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            effective = np.abs(change) / np.abs(columns)
        effective[~np.isfinite(effective)] = np.nan
        shape = series.shape
        return Updates(
            change.reshape(shape), effective.reshape(shape), theta.reshape((steps + 1, *shape[1:]))
        )

    def _run(
        self, rates: Floats, momenta: Floats, gradients: Floats, start: Floats, progress: Progress | None
    ) -> tuple[Floats, Floats]:
        steps, parameters = gradients.shape
        theta, change = np.empty((steps + 1, parameters)), np.empty((steps, parameters))
        theta[0] = start
        decay = self.own("weight_decay")
        coupled, decoupled = bool(decay) and not self.decouples, bool(decay) and self.decouples
        move = self.stepper(parameters)
        # Before the weight decay joins it, as PyTorch does.
        gradients = -gradients if self.maximize else gradients
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            for t, (rate, momentum) in enumerate(zip(rates.tolist(), momenta.tolist(), strict=True)):
                gradient = gradients[t] + decay * theta[t] if coupled else gradients[t]
                change[t] = move(t, rate, momentum, gradient)
                if decoupled:
                    change[t] -= rate * decay * theta[t]
                theta[t + 1] = theta[t] + change[t]
                if progress is not None and (t + 1) % PROGRESS_EVERY == 0:
                    progress(t + 1, steps)
        if progress is not None:
            progress(steps, steps)
        return change, theta

    def _momenta(
        self, rates: Schedule | ArrayLike, momenta: Schedule | ArrayLike | None, steps: int
    ) -> Floats:
        if self.steady_momentum is None:
            if momenta is not None:
                self.refuse(f"{self.type} has no momentum that could follow a schedule")
            return np.zeros(steps)
        if momenta is None and isinstance(rates, Schedule) and self.rule == "pytorch":
            momenta = rates.momentum
        if momenta is None:
            return np.full(steps, self.steady_momentum)
        followed = self.series("momenta", momenta, steps)
        below = "betas" in type(self).model_fields
        wrong = np.flatnonzero(followed >= 1 if below else followed > 1)
        if len(wrong):
            self.refuse(
                f"momenta must be {'<' if below else '≤'} 1, got {followed[wrong[0]]:g} at step {wrong[0]}"
            )
        return followed

    def _start(self, weights: ArrayLike | None, gradients: Floats) -> Floats:
        start = numbers_of(0.0 if weights is None else weights)
        parameters = gradients.shape[1]
        if start is None or start.shape not in {(), (parameters,)} or not np.isfinite(start).all():
            self.refuse(f"weights must be one finite number, or one a parameter ({parameters})")
        return start

    def _check_finite(self, theta: Floats) -> None:
        lost = ~np.isfinite(theta).all(axis=1)
        if lost.any():
            self.refuse(f"the weights are no finite numbers after the update of step {np.argmax(lost) - 1}")
