"""timm's noise on a rate, and whether a scheduler counts epochs: the last parameters of its schedulers."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from lrplot.python import combine
from lrplot.python.parameters import Refusal, Span
from lrplot.python.signatures import Decorator, Making, Result, with_tail
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.noisy import Noisy

Noise = float | Span | None


def _shaken(
    make: Making,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    *,
    around: Context,
) -> Schedule:
    curve = with_noise(make(), noise_range_t, noise_pct, noise_std, noise_seed)
    return combine.by_epoch(curve, around) if t_in_epochs else curve


def _initialized(make: Making, initialize: bool = True) -> Schedule:
    if not initialize:
        raise Refusal(
            "initialize=False resumes from an optimizer's initial_lr; leave it out to see the whole curve",
            "initialize",
        )
    made: Schedule = make()
    return made


def shaken(then: Sequence[str] = ()) -> Decorator:
    """A scheduler with noise and a clock; ``then`` are its own parameters that stand behind the noise."""
    noise = with_tail(_shaken, then)

    def decorated(call: Callable[..., Result]) -> Callable[..., Result]:
        return initialized(noise(call))

    return decorated


initialized: Final = with_tail(_initialized)
"""A scheduler that can be resumed; its whole curve alone is drawn."""


def with_noise(curve: Schedule, noise: Noise, limit: float, std: float, seed: int | None) -> Schedule:
    """The curve with timm's noise; the constructor's own value, at step 0, never has any."""
    if noise is None:
        return curve
    if isinstance(noise, list) and len(noise) < 2:
        raise Refusal(f"noise_range_t needs a start and a stop, got {noise}", "noise_range_t")
    if limit <= 0:
        raise Refusal(f"timm draws for ever for noise smaller than {limit:g}", "noise_pct")
    start, stop = (noise[0], math.ceil(noise[1])) if isinstance(noise, list) else (noise, None)
    first = max(1, math.ceil(start))
    if stop is not None and stop <= first:
        return curve
    # PyTorch's generator is seeded with 32 bits of seed + t.
    whose = (42 if seed is None else seed) % 2**32
    return Noisy(schedule=curve, std=std, limit=limit, seed=whose, start=first, stop=stop)
