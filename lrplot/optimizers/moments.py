"""Second moments of SGD on a quadratic bowl with noisy gradients, one update after the other."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from lrplot.optimizers.model import Floats
from lrplot.optimizers.spectrum import power_law_nodes

BLOCK: Final = 32
"""Updates whose factors are computed together: 32 rows of 1000 eigenvalues stay in the processor's cache,
and progress, told every 1024 steps, falls between two blocks."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The second moments of weights θ and velocities v at each node of the spectrum, before one step."""

    step: int
    weights: Floats
    """E[θ²]."""
    cross: Floats
    """E[θ·v]; not followed where there is no momentum."""
    velocity: Floats
    """E[v²]; likewise."""


@dataclass(frozen=True, slots=True, eq=False)
class Bowl:
    """The nodes of a spectrum and what belongs to each; arrays of one length."""

    nodes: Floats
    """Eigenvalues h."""
    variance: Floats
    """Variance of the gradient's noise, c / batch_size."""
    halves: Floats
    """½ h times the eigenvalues a node stands for: the loss is their product with E[θ²]."""

    def begin(self, start: float) -> State:
        """The state at step 0, where E[θ²] is ``start`` everywhere."""
        nothing = np.zeros(len(self.nodes))
        return State(0, np.full(len(self.nodes), start), nothing, nothing)

    def loss(self, weights: Floats) -> float:
        """The expected loss ½ Σ h E[θ²]."""
        return float(self.halves @ weights)

    def follow(self, state: State, rates: Floats, momenta: Floats | None) -> tuple[Floats, State]:
        """The loss after each of a few updates, and the state after the last; None is no momentum at all.

        What has left float64 is inf or nan; the caller says how NumPy is to take it.
        """
        losses = np.empty(len(rates))
        if momenta is None:
            rows = self._without_momentum(state.weights, rates)
            losses[:] = [self.loss(row) for row in rows]
            return losses, State(state.step + len(rates), rows[-1].copy(), state.cross, state.velocity)
        for i, (rate, momentum) in enumerate(zip(rates.tolist(), momenta.tolist(), strict=True)):
            state = self._with_momentum(state, rate, momentum)
            losses[i] = self.loss(state.weights)
        return losses, state

    def _with_momentum(self, state: State, rate: float, momentum: float) -> State:
        """One update of the three moments, as the docstring of ``Quadratic`` has it."""
        h = self.nodes
        kept_cross = momentum * state.cross
        pulled = h * state.weights
        pulled += kept_cross
        # μ²V + 2μhC + h²A = μ(μV + hC) + h(μC + hA)
        velocity = momentum * momentum * state.velocity
        velocity += h * kept_cross
        velocity += h * pulled
        velocity += self.variance
        cross = pulled - rate * velocity
        pulled += cross
        pulled *= rate
        return State(state.step + 1, state.weights - pulled, cross, velocity)

    def _without_momentum(self, weights: Floats, rates: Floats) -> Floats:
        """E[θ²] after each update, A' = (1 - ηh)²A + η²c/batch_size, a row an update."""
        column = rates[:, None]
        rows = np.square(1 - column * self.nodes)
        noise = np.square(column) * self.variance
        for row, added in zip(rows, noise, strict=True):
            np.multiply(weights, row, out=row)
            weights = np.add(row, added, out=row)
        return rows


@lru_cache(maxsize=4)
def bowl(
    dimension: int, spectrum: float, curvature: float, groups: int | None, noise: float, batch_size: int
) -> Bowl:
    """The bowl of these parameters of ``Quadratic``, kept for the next schedule under the same model."""
    nodes, weights = power_law_nodes(dimension, spectrum, curvature, groups)
    return Bowl(nodes, nodes**noise / batch_size, nodes * weights / 2)
