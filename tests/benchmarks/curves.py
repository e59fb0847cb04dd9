"""The same seven curves by lrplot, by NumPy as people write it, and by Optax."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Make = Callable[[int], Any]


@dataclass(frozen=True)
class Curve:
    """A curve of ``n`` steps: lrplot's schedule, a function of all steps, and an Optax schedule."""

    ours: Make
    numpy: Callable[[int], np.ndarray]
    optax: Make


def _make(kind: str, **parameters: object) -> Any:
    from lrplot.schedules import schedule_class

    return schedule_class(kind)(**parameters)  # type: ignore[arg-type]


def _one_cycle(n: int) -> np.ndarray:
    t, peak, last = np.arange(n), 0.3 * n - 1, n - 1
    low, high, end = 0.1 / 25, 0.1, 0.1 / 25 / 1e4
    up = high + (low - high) / 2 * (1 + np.cos(np.pi * t / peak))
    down = end + (high - end) / 2 * (1 + np.cos(np.pi * (t - peak) / (last - peak)))
    return np.where(t <= peak, up, down)


def _optax(name: str, *arguments: object, **named: object) -> Any:
    import optax

    return getattr(optax, name)(*arguments, **named)


def _sgdr(n: int) -> Any:
    cycle = {"init_value": 0.1, "peak_value": 0.1, "warmup_steps": 0, "decay_steps": n // 10}
    return _optax("sgdr_schedule", [cycle] * 10)


def _drops(steps: list[int]) -> Any:
    return _optax("piecewise_constant_schedule", 0.1, dict.fromkeys(steps, 0.1))


CURVES = {
    "cosine": Curve(
        lambda n: _make("cosine", lr=0.1, T_max=float(n)),
        lambda n: 0.05 * (1 + np.cos(np.pi * np.arange(n) / n)),
        lambda n: _optax("cosine_decay_schedule", 0.1, n),
    ),
    "exponential": Curve(
        lambda n: _make("exponential", lr=0.1, gamma=1 - 10 / n),
        lambda n: 0.1 * (1 - 10 / n) ** np.arange(n),
        lambda n: _optax("exponential_decay", 0.1, 1, 1 - 10 / n),
    ),
    "onecycle": Curve(
        lambda n: _make("onecycle", max_lr=0.1, total_steps=n),
        _one_cycle,
        lambda n: _optax("cosine_onecycle_schedule", n, 0.1),
    ),
    "step": Curve(
        lambda n: _make("step", lr=0.1, step_size=n / 10),
        lambda n: 0.1 * 0.1 ** (np.arange(n) // (n // 10)),
        lambda n: _drops([i * n // 10 for i in range(1, 10)]),
    ),
    "multistep": Curve(
        lambda n: _make("multistep", lr=0.1, milestones=[0.3 * n, 0.6 * n, 0.9 * n]),
        lambda n: 0.1 * 0.1 ** np.searchsorted([0.3 * n, 0.6 * n, 0.9 * n], np.arange(n), side="right"),
        lambda n: _drops([3 * n // 10, 6 * n // 10, 9 * n // 10]),
    ),
    "linear": Curve(
        lambda n: _make("linear", lr=0.1, T_max=float(n)),
        lambda n: 0.1 * (1 - np.arange(n) / n),
        lambda n: _optax("linear_schedule", 0.1, 0.0, n),
    ),
    "restarts": Curve(
        lambda n: _make("cosine_restarts", lr=0.1, T_0=n / 10),
        lambda n: 0.05 * (1 + np.cos(np.pi * (np.arange(n) % (n // 10)) / (n // 10))),
        _sgdr,
    ),
}
