"""The range and the step in which a parameter can be moved: a sensible scale for each kind of field."""

import math
from dataclasses import dataclass, replace
from typing import Final

from pydantic.fields import FieldInfo

from lrplot.clock import MOST_STEPS
from lrplot.describe.parameters import marks_of
from lrplot.schedules.fields import Kind

_PRESSES: Final = 100
"""Presses of a key from one end of a linear slider to the other, before they are rounded."""
_PRESSES_A_DECADE: Final = 20
"""Presses of a key that make a value ten times as large: one adds 12 %."""
_FINER: Final = 10
"""Presses with shift held that make one without."""
_DIGITS: Final = 2
"""Digits a press leaves; one more where it is fine."""
_NICE: Final = (1, 2, 5, 10)
_NEAR_ZERO: Final = 0.01
"""Defaults below it are of another order than 1, such as an eps: their slider is logarithmic."""
_LONGEST: Final = (1e6, 1e12, float(MOST_STEPS))
"""Ends of the slider of a run's length: the shortest that the run fits, so that a press stays small."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A range of values and the way through it.

    Parameters
    ----------
    low, high
        The ends.
    log
        Whether equal ways multiply by equal factors.
    zero
        Whether the left end of a logarithmic one is 0.
    whole
        Whether the values are whole numbers.

    Examples
    --------
    >>> rate = Slider(1e-6, 1.0, log=True, zero=True)
    >>> rate.moved(0.1, 1), rate.moved(0.1, -1), rate.moved(1e-6, -1), rate.at(0.5)
    (0.11, 0.089, 0, 0.001)
    >>> run = Slider(0, 450_450, whole=True)
    >>> run.moved(5005, 1), run.moved(5005, 1, fine=True), run.at(0.5), run.at(1)
    (10000, 5500, 225000, 450450)
    """

    low: float
    high: float
    log: bool = False
    zero: bool = False
    whole: bool = False

    def share(self, value: float) -> float:
        """The place of a value: 0 at the left end, 1 at the right."""
        if self.log:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))

    def at(self, share: float) -> float:
        """The round value at a place."""
        if share <= 0:
            return 0 if self.zero else self._tidy(self.low)
        if share >= 1:
            return self._tidy(self.high)
        if self.log:
            return self._tidy(_rounded(self.low * (self.high / self.low) ** share, _DIGITS))
        unit = self._unit(fine=False)
        return self._tidy(round((self.low + share * (self.high - self.low)) / unit) * unit)

    def moved(self, value: float | None, by: int, *, fine: bool = False) -> float:
        """The value ``by`` presses of an arrow key away; ``fine`` is a tenth of a press."""
        if value is None:
            return self.at(0)
        if self.log:
            if value < self.low or (self.zero and by < 0 and value <= self.low):
                return self.at(0) if by < 0 else self._tidy(self.low)
            presses = by / _PRESSES_A_DECADE / (_FINER if fine else 1)
            new = _rounded(value * 10**presses, _DIGITS + fine)
            return self._tidy(value + by if self.whole and int(new) == int(value) else new)
        unit = self._unit(fine=fine)
        # From between two units to the next one.
        units = math.floor(value / unit + 1e-9) if by > 0 else math.ceil(value / unit - 1e-9)
        return self._tidy((units + by) * unit)

    def _unit(self, *, fine: bool) -> float:
        """The amount a press adds on a linear scale: 1, 2 or 5 of a decade, about a hundredth of the way."""
        raw = (self.high - self.low) / _PRESSES
        decade = 10.0 ** math.floor(math.log10(raw))
        unit = next(n * decade for n in _NICE if n * decade >= raw * (1 - 1e-9)) / (_FINER if fine else 1)
        return max(1.0, round(unit)) if self.whole else unit

    def _tidy(self, value: float) -> float:
        """Inside the ends, and without the last digits that arithmetic leaves."""
        inside = min(self.high, max(self.low, value))
        return round(inside) if self.whole else _rounded(inside, 12)


def _rounded(value: float, digits: int) -> float:
    number = float(f"{value:.{digits}g}")
    return int(number) if number.is_integer() else number


def slider_of(info: FieldInfo, kind: Kind, value: float | None, steps: int) -> Slider:
    """The slider of a number's field, in a run of so many steps.

    Examples
    --------
    >>> from lrplot.schedules.fields import kind_of, parameters
    >>> from lrplot.schedules.onecycle import OneCycle
    >>> fields = parameters(OneCycle)
    >>> for name in ("max_lr", "total_steps", "pct_start", "div_factor"):
    ...     print(slider_of(fields[name], kind_of(fields[name]), None, 1000))
    Slider(low=1e-06, high=1.0, log=True, zero=True, whole=False)
    Slider(low=1, high=1000, log=False, zero=False, whole=True)
    Slider(low=0.0, high=1.0, log=False, zero=False, whole=False)
    Slider(low=0.01, high=10000.0, log=True, zero=False, whole=False)
    """
    made = _scale(info, kind, steps)
    return made if value is None else _reaching(made, value)


def horizon_slider(steps: int) -> Slider:
    """The slider of a run's length."""
    return Slider(10, next(longest for longest in _LONGEST if steps <= longest), log=True, whole=True)


def _scale(info: FieldInfo, kind: Kind, steps: int) -> Slider:
    if kind.holds == "rate":
        return Slider(1e-6, 1.0, log=True, zero=True)
    if kind.holds in {"length", "lengths"}:
        shortest = 0 if kind.zero or kind.holds == "lengths" else 1
        return Slider(shortest, max(steps, shortest + 1), whole=True)
    usual = info.default if isinstance(info.default, int | float) else None
    least, most = _ends(info)
    if kind.whole:
        return Slider(least or 0, max(10.0, 10.0 * (usual or 1)), whole=True)
    return _between(least, most) or _upwards(least or 0.0, usual)


def _between(least: float | None, most: float | None) -> Slider | None:
    """The scale of a number with both ends or none."""
    if least is None:
        return Slider(-10.0, 10.0)
    return None if most is None else Slider(least, most)


def _upwards(least: float, usual: float | None) -> Slider:
    """The scale of a number that has no upper end: around its default, else a share."""
    if usual is not None and (usual > 1 or 0 < usual < _NEAR_ZERO):
        return Slider(10.0 ** min(-2, math.log10(usual) - 2), max(1e4, usual * 100), log=True)
    if least >= 1:
        return Slider(least, 4 * least)
    return Slider(0.01, 100.0, log=True) if usual == 1 else Slider(least, 1.0)


def _ends(info: FieldInfo) -> tuple[float | None, float | None]:
    """A field's least and greatest value; of an open end, one just inside."""
    found = {
        name: float(bound)
        for mark in marks_of(info)
        for name in ("ge", "gt", "le", "lt")
        if (bound := getattr(mark, name, None)) is not None
    }
    least = found.get("ge", found["gt"] + 0.001 if "gt" in found else None)
    most = found.get("le", found["lt"] - 0.001 if "lt" in found else None)
    return least, most


def _reaching(slider: Slider, value: float) -> Slider:
    """The slider, made longer where a typed value lies outside."""
    if slider.log:
        low = slider.low if value <= 0 else min(slider.low, 10.0 ** math.floor(math.log10(value)))
        high = max(slider.high, 10.0 ** math.ceil(math.log10(value))) if value > 0 else slider.high
        return replace(slider, low=low, high=high)
    return replace(slider, low=min(slider.low, value), high=max(slider.high, value))
