"""The kinds of panels below a rate, in pictures and pages, and the values their axes are made for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.curve import Panel
from lrplot.style import Style

Values = NDArray[np.float64]

_SIGHT: Final = 10
"""Times its start that a loss may rise to and stay in the picture: what diverges would flatten all else."""


@dataclass(frozen=True, slots=True)
class Look:
    """The drawing of a kind of panel: its words, its share of the rate's height, whether its axis is log."""

    words: str
    share: float
    log: bool = False


PANELS: Final[Mapping[str, Look]] = MappingProxyType(
    {
        "log": Look("log", 0.7, log=True),
        "momentum": Look("momentum", 1.15 / 3),
        "metric": Look("metric", 0.6),
        "effective_lr": Look("effective rate", 1.6, log=True),
        "change": Look("update", 1.6),
        "weights": Look("weights", 1.6),
        "loss": Look("expected loss", 1.0, log=True),
    }
)


_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {"effective_lr": "updates", "change": "updates", "weights": "updates"}
)
"""What a style calls the kinds that have no name of their own there."""


def wanted(panels: Sequence[Panel], style: Style) -> tuple[Panel, ...]:
    """The panels that a style has not left out."""
    asked = style.panels
    return tuple(each for each in panels if asked is None or _PARTS.get(each.kind, each.kind) in asked)


def within_sight(kind: str, own: Sequence[Panel]) -> Values:
    """The finite values that the axis of one kind is made for, of all curves that have it.

    A loss that leaves ten times its start leaves the picture.
    """
    values = np.concatenate([part for panel in own for part in _values(panel)])
    most = np.inf if kind != "loss" else _SIGHT * max(float(panel.middle.rates[0]) for panel in own)
    seen: Values = values[np.isfinite(values) & (values <= most)]
    return seen


def _values(panel: Panel) -> list[Values]:
    spread = [ends for ends in (panel.low, panel.high) if ends is not None]
    return [panel.middle.rates, panel.middle.band.low, panel.middle.band.high, *spread]


def same_line(panel: Panel, other: Panel) -> bool:
    """True for curves that react to the same metric, and so share its line."""
    return (
        panel.kind == other.kind == "metric"
        and np.array_equal(panel.middle.rates, other.middle.rates, equal_nan=True)
        and np.array_equal(panel.middle.steps, other.middle.steps)
    )
