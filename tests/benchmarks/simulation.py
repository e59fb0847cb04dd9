"""The noisy quadratic model by lrplot, by NumPy as people write it, and by Numba."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from benchmarks.measures import Comparison, Rival, later, lrplot, seconds

_STEPS: Final = 20_000
_DIMENSION: Final = 10_000
_SETTINGS: Final = 1000


def _rates() -> np.ndarray:
    return 0.45 * (1 + np.cos(np.pi * np.arange(_STEPS) / _STEPS))


def _loop(rates: np.ndarray, h: np.ndarray, moments: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Every eigenvalue by itself; compiled by Numba as it stands."""
    for t in range(len(rates)):
        rate = rates[t]
        loss = 0.0
        for i in range(len(h)):
            moments[i] = (1 - rate * h[i]) ** 2 * moments[i] + rate * rate * h[i]
            loss += h[i] * moments[i]
        losses[t] = loss / 2
    return losses


def _numpy() -> np.ndarray:
    h = 1 / np.arange(1, _DIMENSION + 1)
    moments, losses = np.ones(_DIMENSION), []
    for rate in _rates():
        moments = (1 - rate * h) ** 2 * moments + rate**2 * h
        losses.append(h @ moments / 2)
    return np.array(losses)


def _numba() -> Callable[[], Any]:
    import numba

    compiled = numba.njit(fastmath=True)(_loop)
    h = 1 / np.arange(1, _DIMENSION + 1)

    def run() -> np.ndarray:
        return compiled(_rates(), h, np.ones(_DIMENSION), np.empty(_STEPS))

    run()
    return run


def _ours() -> np.ndarray:
    from lrplot.optimizers import Quadratic

    return Quadratic(dimension=_DIMENSION).expected_loss(_rates())


def _over(count: int) -> str:
    return "lr=" + ",".join(f"{(i + 1) / count:.4f}" for i in range(count))


SIMULATION: Final = {
    "simulation of 2·10^4 steps, dimension 10^4": Comparison(
        partial(seconds, _ours),
        {
            "a NumPy loop": Rival(partial(seconds, _numpy)),
            "Numba, one core": Rival(later(_numba), None, ("numba",)),
        },
        rounds=5,
    ),
    f"rank of {_SETTINGS} settings, 1000 steps": Comparison(
        lrplot("rank", "cosine", "--steps", "1000", "--over", _over(_SETTINGS)),
        {"lrplot, 2 settings": Rival(lrplot("rank", "cosine", "--steps", "1000", "--over", _over(2)))},
        rounds=3,
    ),
}
