"""What the script of a page draws: curves as exact numbers, their axes and their colours."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.curve import Panel
from lrplot.errors import LrplotError
from lrplot.render.curve_styles import hexadecimal, styles_of
from lrplot.render.html.numbers import encoded
from lrplot.render.html.points import Drawn, Points
from lrplot.render.html.section import Section
from lrplot.render.kinds import PANELS, within_sight
from lrplot.render.scale import Scale, rate_scale
from lrplot.render.theme import THEMES, dash_of, line_looks
from lrplot.render.titles import label_of
from lrplot.render.words import WORDS
from lrplot.run import Run
from lrplot.schedules.reacting import Change
from lrplot.text.plain import printable

_RATE: Final = "lr"
_FOLLOWS: Final = "light"
"""The theme of pages that are light or dark as their reader's system is."""
_ONE_LOOK: Final = frozenset({"print"})
"""Themes that a page keeps, dark system or not."""
_HEIGHT: Final = (0.38, 1.0)
"""The least and the greatest height of a panel below, as a share of the rate's."""


def section_data(section: Section, drawn: Sequence[Drawn]) -> dict[str, Any]:
    """A section as plain data; arrays of numbers are texts, steps that several curves share stand once."""
    tables = _Arrays()
    kinds = tuple(dict.fromkeys(panel.kind for each in drawn for panel, _ in each.panels))
    runs = [each.curve.run for each in drawn]
    lengths = {run.steps_per_epoch for run in runs}
    looks = _looks(section)
    return {
        "curves": [
            {
                "label": printable(label_of(each.curve.run)),
                "steps": each.curve.run.steps,
                "dots": each.curve.run.logged is not None,
                "swept": [[printable(swept.name), printable(swept.value)] for swept in each.curve.run.swept],
                "panels": {
                    _RATE: _series(each.points, None, tables),
                    **{panel.kind: _series(points, panel, tables) for panel, points in each.panels},
                },
                "changes": [_change(change) for change in each.changes],
                **look,
            }
            for each, look in zip(drawn, looks, strict=True)
        ],
        "panels": [_rate_panel(section, drawn), *(_panel(section, drawn, kind) for kind in kinds)],
        "sliders": _sliders(drawn),
        "perEpoch": lengths.pop() if len(lengths) == 1 else None,
        "axis": printable(section.style.xlabel or WORDS[section.style.lang][_axis(runs)]),
        "relative": all(run.relative for run in runs),
        "last": max(run.steps for run in runs) - 1,
        "log": section.style.yscale == "log",
        "mark": section.parting,
        "arrays": tables.texts,
    }


def _axis(runs: Sequence[Run]) -> str:
    """The word for what the axis of steps counts."""
    if all(run.relative for run in runs):
        return "share"
    return "epoch" if {run.steps_per_epoch for run in runs} == {1} else "steps"


class _Arrays:
    """Arrays by their positions, each held once."""

    def __init__(self) -> None:
        self._found: dict[str, int] = {}

    def position(self, values: NDArray[Any]) -> int:
        """The place of these numbers among the texts."""
        return self._found.setdefault(encoded(values), len(self._found))

    @property
    def texts(self) -> list[str]:
        """All arrays, in order."""
        return list(self._found)


def _series(points: Points, panel: Panel | None, arrays: _Arrays) -> dict[str, Any]:
    band = points.sample.band
    made: dict[str, Any] = {"x": arrays.position(points.steps), "y": arrays.position(points.values)}
    if len(points.jumps):
        made |= {"jumps": arrays.position(points.jumps), "before": arrays.position(points.before)}
    if len(band.starts):
        ends = {"from": band.starts, "to": band.stops, "low": band.low, "high": band.high}
        made["band"] = {name: arrays.position(values) for name, values in ends.items()}
    if panel is not None and panel.low is not None and panel.high is not None:
        made["spread"] = {"low": arrays.position(panel.low), "high": arrays.position(panel.high)}
    return made


def _looks(section: Section) -> Iterator[dict[str, Any]]:
    """Of each curve its colour in the light and in the dark, and its dash in widths of its line."""
    families = [curve.run.family for curve in section.curves]
    themes = [section.style.theme] * 2 if section.style.theme in _ONE_LOOK else [_FOLLOWS, "dark"]
    light, dark = (line_looks(THEMES[theme], families) for theme in themes)
    own = styles_of([curve.run.label for curve in section.curves], section.style.curves)
    for (in_light, dash), (in_dark, _), said in zip(light, dark, own, strict=True):
        points = dash[1] if said.dash is None else dash_of(said.dash)[1]
        look = {"light": in_light, "dark": in_dark, "dash": list(points)}
        if said.color is not None:
            look |= dict.fromkeys(("light", "dark"), hexadecimal(said.color))
        yield look


def _rate_panel(section: Section, drawn: Sequence[Drawn]) -> dict[str, Any]:
    words = WORDS[section.style.lang]
    values = np.concatenate([part for each in drawn for part in _seen(each.points)])
    linear = rate_scale(values, log=False)
    return {
        "kind": _RATE,
        "name": printable(section.style.ylabel or words["learning rate"]),
        "height": 1.0,
        "linear": _scale(linear),
        "log": _log_scale(values),
    }


def _seen(points: Points) -> Iterator[NDArray[np.float64]]:
    yield from (points.values, points.before, points.sample.band.low, points.sample.band.high)


def _panel(section: Section, drawn: Sequence[Drawn], kind: str) -> dict[str, Any]:
    look, words = PANELS[kind], WORDS[section.style.lang]
    values = within_sight(kind, [panel for each in drawn for panel, _ in each.panels if panel.kind == kind])
    values = values if len(values) else np.zeros(1)
    logarithmic = _log_scale(values) if look.log else None
    return {
        "kind": kind,
        "name": words[look.words],
        "height": min(max(look.share, _HEIGHT[0]), _HEIGHT[1]),
        "linear": _scale(rate_scale(values, log=False)),
        "log": logarithmic,
    }


def _log_scale(values: NDArray[np.float64]) -> dict[str, Any] | None:
    """A log axis; None where there is nothing to show on one."""
    try:
        return _scale(rate_scale(values, log=True))
    except LrplotError:
        return None


def _scale(scale: Scale) -> dict[str, Any]:
    """The limits of an axis; on a log one the line at the bottom for what it cannot show, with its label."""
    made: dict[str, Any] = {"low": scale.low, "high": scale.high}
    if scale.floor:
        made |= {"floor": scale.floor, "nothing": scale.nothing, "zero": scale.ticks[0][1]}
    return made


def _change(change: Change) -> dict[str, Any]:
    return {"step": change.step, "before": change.before, "lr": change.lr, "cause": printable(change.cause)}


def _sliders(drawn: Sequence[Drawn]) -> list[dict[str, Any]]:
    """What is swept with its values, where every curve has a value of it."""
    swept: Mapping[str, list[str]] = {each.name: [] for each in drawn[0].curve.run.swept}
    for each in drawn:
        if [value.name for value in each.curve.run.swept] != list(swept):
            return []
        for value in each.curve.run.swept:
            swept[value.name].append(value.value)
    return [
        {"name": printable(name), "values": [printable(value) for value in dict.fromkeys(values)]}
        for name, values in swept.items()
        if len(set(values)) > 1
    ]
