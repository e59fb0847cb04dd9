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


def _read(call: str) -> Any:
    import lrplot

    return lrplot.parse(call, lr=0.1, steps=1).schedule


RANGES: dict[str, Make] = {
    "PyTorch's OneCycleLR": lambda n: _read(f"OneCycleLR(optimizer, max_lr=0.1, total_steps={n})"),
    "PyTorch's PolynomialLR": lambda n: _read(f"PolynomialLR(optimizer, total_iters={n}, power=0.9)"),
    "PyTorch's CyclicLR, exp_range": lambda n: _read(
        f"CyclicLR(optimizer, 0.01, 0.1, mode='exp_range', gamma={1 - 1 / n})"
    ),
    "Keras' PolynomialDecay, cycle": lambda _n: _read(
        "keras.optimizers.schedules.PolynomialDecay(0.1, 1000, 0.001, power=2, cycle=True)"
    ),
    "timm's TanhLRScheduler": lambda n: _read(f"TanhLRScheduler(optimizer, t_initial={n})"),
    "a drop every 7 steps": lambda n: _make("step", lr=0.1, step_size=7.0, gamma=1 - 1 / n),
    "restarts every 10.5 steps": lambda _n: _make("cosine_restarts", lr=0.1, T_0=10.5),
    "shrinking restarts": lambda _n: _make("cosine_restarts", lr=0.1, T_0=1000.0, decay=0.999),
    "halving triangles": lambda n: _make(
        "cyclic", base_lr=0.01, max_lr=0.1, step_size_up=n / 100, mode="triangular2"
    ),
    "a cosine with an exponent": lambda n: _make("cosine", lr=0.1, T_max=float(n), exponent=2.0),
    "a line through 5,000 points": lambda n: _make(
        "piecewise", points=[(i * n // 5000, 0.1 * (1 + i * 7 % 5)) for i in range(5000)], between="linear"
    ),
}
"""Curves that are written by other ways than the seven, each a schedule of ``n`` steps."""


def _warm_up(t: np.ndarray, n: int) -> np.ndarray:
    return np.where(t < 1000, 0.1 * t / 1000, 0.05 * (1 + np.cos(np.pi * (t - 1000) / (n - 1000))))


def _phases(t: np.ndarray, n: int) -> np.ndarray:
    peak, last, low, high, end = 0.3 * n - 1, n - 1, 0.1 / 25, 0.1, 0.1 / 25 / 1e4
    up = high + (low - high) / 2 * (1 + np.cos(np.pi * t / peak))
    return np.where(t <= peak, up, end + (high - end) / 2 * (1 + np.cos(np.pi * (t - peak) / (last - peak))))


def _triangles(t: np.ndarray, _n: int) -> np.ndarray:
    return 0.01 + 0.09 * (1 - np.abs(t % 4000 / 2000 - 1))


ANY_ORDER: dict[str, tuple[Make, Callable[[np.ndarray, int], np.ndarray]]] = {
    "constant": (lambda _n: _make("constant", lr=0.1), lambda t, _n: np.full(len(t), 0.1)),
    "linear": (
        lambda n: _make("linear", lr=0.1, T_max=float(n)),
        lambda t, n: 0.1 * (1 - np.minimum(t, n) / n),
    ),
    "step": (
        lambda n: _make("step", lr=0.1, step_size=n / 10),
        lambda t, n: 0.1 * 0.1 ** (t // (n / 10)),
    ),
    "exponential": (
        lambda _n: _make("exponential", lr=0.1, gamma=0.99999),
        lambda t, _n: 0.1 * 0.99999**t,
    ),
    "polynomial": (
        lambda n: _make("polynomial", lr=0.1, T_max=float(n), power=0.9),
        lambda t, n: 0.1 * (1 - np.minimum(t, n) / n) ** 0.9,
    ),
    "cosine": (
        lambda n: _make("cosine", lr=0.1, T_max=float(n)),
        lambda t, n: 0.05 * (1 + np.cos(np.pi * np.minimum(t, n) / n)),
    ),
    "cosine, warm-up": (
        lambda n: _make("warmup", schedule=_make("cosine", lr=0.1, T_max=n - 1000.0), steps=1000),
        _warm_up,
    ),
    "restarts": (
        lambda _n: _make("cosine_restarts", lr=0.1, T_0=1000.0),
        lambda t, _n: 0.05 * (1 + np.cos(np.pi * (t % 1000) / 1000)),
    ),
    "one-cycle": (lambda n: _make("onecycle", max_lr=0.1, total_steps=n), _phases),
    "triangles": (lambda _n: _make("cyclic", base_lr=0.01, max_lr=0.1), _triangles),
}
"""Curves at steps in any order: the schedule of ``n`` steps, and the same by NumPy as people write it."""

_LOSS = "0.3 + exp(-t / 1000000) + 0.02 * cos(3 * t)"
REACTING: dict[str, Callable[[float], Any]] = {
    "a plateau": lambda lr: _make("plateau", lr=lr, formula=_LOSS, factor=0.9),
    "Keras' plateau": lambda lr: _make("plateau", lr=lr, formula=_LOSS, factor=0.9, rule="keras"),
    "a plateau, once an epoch": lambda lr: _make(
        "plateau", lr=lr, formula="exp(-(t // 1000) / 500)", patience=5000
    ),
    "greedy": lambda lr: _make("greedy", lr=lr, formula=_LOSS),
    "a callback": lambda lr: _make(
        "callback", lr=lr, formula=_LOSS, rules=[{"when": "stalled", "window": 10, "multiply": 0.5}]
    ),
}
"""Schedules that react to 10^7 metrics, of a base rate."""
