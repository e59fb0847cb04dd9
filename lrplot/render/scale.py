"""Axes as numbers: limits, ticks and places, the same for a figure and a terminal chart."""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.text.numbers import short, steps

Values = NDArray[np.float64]
Tick = tuple[float, str]

_NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps between ticks that people count in."""
_SAME: Final = 1e-5
"""Rates closer than this share are drawn as one: no label could tell them apart."""
_MARGIN: Final = 0.05
"""Share of an axis that is left above the highest rate, and below the lowest."""
_AT_ZERO: Final = 0.4
"""Share of that which is left below 0: no curve goes on there."""
_LOG_MARGIN: Final = 0.04
"""Share of a logarithmic axis that is left above the highest rate."""
_FLAT: Final = 0.1
"""Decades of rates that are so near each other that such a share would be no room."""
_OVER_FLAT: Final = 1.5
"""How many times the highest of these rates the axis ends at."""
_TO_DECADES: Final = 1.2
"""Decades from which on a logarithmic axis begins at one, not just below the lowest rate."""
_UNDER: Final = 1.15
"""How many times larger the lowest rate is than the axis' beginning."""
_TO_NOTHING: Final = 0.07
"""Share of a logarithmic axis between its lowest tick and the place for 0."""
_LEAST_TO_NOTHING: Final = 0.35
"""Decades between these at least, or their labels touch."""
_BELOW_NOTHING: Final = 0.8
"""Share of the place for 0 at which the axis begins."""
_SELDOM: Final = 0.01
"""The share of the rates whose lowest may lie below a logarithmic axis: the last steps of a cosine to 0."""
_DECADES: Final = 1e-9
"""Only rates below this share of the highest may: nine decades are still drawn."""
_MOST_DECADES: Final = 8
"""Ticks of a logarithmic axis; over more decades only every second or third is one."""
_LEAST: Final = 1e-290
"""The lowest end of a logarithmic axis: a tick below it still is a number of float64, which ends at
2e-308."""
_DEEPEST: Final = 1e-20
"""The share of the highest rate at which a logarithmic axis ends, whatever lies below."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A rate axis from ``low`` to ``high``.

    On a log axis rates below ``floor`` are drawn at ``nothing``, a line of their own at the bottom.
    """

    log: bool
    low: float
    high: float
    ticks: tuple[Tick, ...]
    minor: tuple[float, ...] = ()
    floor: float = 0.0
    nothing: float = 0.0

    def drawn(self, rates: Values) -> Values:
        """The rates as they are drawn: what a log axis cannot show, at its bottom."""
        return np.where(rates < self.floor, self.nothing, rates) if self.log else rates

    def place(self, rates: Values) -> Values:
        """The places of rates on the axis: 0 at its foot, 1 at its top."""
        if not self.log:
            return (rates - self.low) / (self.high - self.low)
        low, high = math.log(self.low), math.log(self.high)
        return (np.log(self.drawn(rates)) - low) / (high - low)


def rate_scale(rates: Values, *, log: bool, ticks: int = 6) -> Scale:
    """The axis for these rates, with about ``ticks`` ticks.

    Raises
    ------
    LrplotError
        When a log scale is asked for and every rate is zero.
    """
    return _log_scale(rates, ticks + 2) if log else _linear_scale(rates, ticks)


def limited(scale: Scale, rates: Values, ends: tuple[float | None, float | None], count: int) -> Scale:
    """The axis between two rates, of which None leaves one as it was.

    Raises
    ------
    LrplotError
        When no rate lies between them.
    """
    low = scale.low if ends[0] is None else ends[0]
    high = scale.high if ends[1] is None else ends[1]
    drawn = scale.drawn(rates)
    if low >= high or not ((drawn >= low) & (drawn <= high)).any():
        least, most = short(float(rates.min()), 3), short(float(rates.max()), 3)
        raise LrplotError(
            f"ylim: no rate lies between {short(low)} and {short(high)}; they go from {least} to {most}"
        )
    if not scale.log:
        return replace(scale, low=low, high=high, ticks=_labelled(nice(low, high, count)))
    ticks = tuple(tick for tick in scale.ticks if low <= tick[0] <= high)
    if len(ticks) < 2:
        ticks = _labelled(nice(low, high, count))
    return replace(scale, low=low, high=high, ticks=ticks)


def with_ticks(scale: Scale, wanted: tuple[float, ...]) -> Scale:
    """The axis with ticks at these rates."""
    return replace(scale, ticks=_labelled(list(wanted)), minor=())


def uncrowded(scale: Scale, gap: float) -> Scale:
    """The axis with its first and last tick alone, where two of them lie nearer than a share of it."""
    places = scale.place(np.array([tick for tick, _ in scale.ticks]))
    if len(places) <= 2 or np.diff(places).min() >= gap:
        return scale
    return replace(scale, ticks=(scale.ticks[0], scale.ticks[-1]))


def without_crowded_zero(scale: Scale, gap: float) -> Scale:
    """The axis without the ticks that lie nearer than a share of it above the line of zeros."""
    if not scale.nothing or not scale.ticks or scale.ticks[0][0] != scale.nothing:
        return scale
    places = scale.place(np.array([tick for tick, _ in scale.ticks]))
    near = places < places[0] + gap
    kept = tuple(tick for i, tick in enumerate(scale.ticks) if i == 0 or not near[i])
    return replace(scale, ticks=kept)


def _linear_scale(rates: Values, ticks: int) -> Scale:
    low, high = float(rates.min()), float(rates.max())
    base = min(low, 0.0) if low < high / 2 or high - low <= high * _SAME else low
    room = (high - base) * _MARGIN or _MARGIN
    foot = base - (room if base else room * _AT_ZERO)
    top = high + room
    return Scale(log=False, low=foot, high=top, ticks=_labelled(nice(foot, top, ticks)))


def _log_scale(rates: Values, ticks: int) -> Scale:
    positive = rates[rates > 0]
    if not len(positive):
        raise LrplotError("a log scale shows no zeros, and every rate is 0; use a linear scale")
    high = float(positive.max())
    if high < _LEAST:
        raise LrplotError(f"rates of at most {high:g} are too small for a log scale")
    # A curve that dips below for a moment only (the last step of a cosine) does not stretch the axis.
    seldom = min(float(np.quantile(positive, _SELDOM)), high * _DECADES)
    low = max(float(positive.min()), seldom, high * _DEEPEST, _LEAST)
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    floor = 10.0**first
    decades = max(math.log10(high / floor), 1e-9)
    top = high * (high / floor) ** _LOG_MARGIN if decades > _FLAT else high * _OVER_FLAT
    stride = max(1, math.ceil(decades / min(ticks, _MOST_DECADES)))
    major = [10.0**e for e in range(first, last + 1, stride) if 10.0**e <= top]
    within = range(2, 10) if stride == 1 else (1,)
    minor = tuple(m * 10.0**e for e in range(first, last + 1) for m in within if m * 10.0**e <= top)
    if len(major) < 3:
        major = sorted({m * 10.0**e for e in range(first, last + 1) for m in (1, 2, 5) if m * 10.0**e <= top})
    if not (rates < floor).any():
        foot = min(floor, low / _UNDER) if decades > _TO_DECADES else low / _UNDER
        major, fine = [tick for tick in major if tick >= foot], tuple(m for m in minor if m >= foot)
        if len(major) < 2:
            major = nice(foot, top, ticks - 2)
        return Scale(log=True, low=foot, high=top, ticks=_labelled(major), minor=fine, nothing=floor)
    nothing = floor / 10 ** max(_LEAST_TO_NOTHING, decades * _TO_NOTHING)
    all_zero = not ((rates > 0) & (rates < floor)).any()
    zero = (nothing, "0" if all_zero else "≈0")
    return Scale(
        log=True,
        low=nothing * _BELOW_NOTHING,
        high=top,
        ticks=(zero, *_labelled(major)),
        minor=minor,
        floor=floor,
        nothing=nothing,
    )


def _labelled(ticks: list[float]) -> tuple[Tick, ...]:
    return tuple((tick, short(tick)) for tick in ticks)


def nice(low: float, high: float, count: int) -> list[float]:
    """At most ``count`` + 1 round numbers between ``low`` and ``high``, evenly spaced.

    >>> nice(-0.002, 0.105, 6)
    [0.0, 0.02, 0.04, 0.06, 0.08, 0.1]
    """
    raw = (high - low) / max(1, count)
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in _NICE if size * factor >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def step_ticks(last: int, count: int = 8) -> list[Tick]:
    """Round steps from 0 to ``last``, with their labels."""
    whole = [tick for tick in nice(0, max(last, 1), count) if tick == int(tick)]
    return [(tick, steps(tick)) for tick in whole]
