"""What the script of a page draws: curves as exact numbers, their axes and their colours."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.curve import Panel
from lrplot.errors import LrplotError
from lrplot.render.html.looks import curve_looks
from lrplot.render.html.numbers import encoded
from lrplot.render.html.points import Drawn, Points
from lrplot.render.html.section import Section
from lrplot.render.kinds import PANELS, within_sight
from lrplot.render.scale import Scale, limited, rate_scale
from lrplot.render.step_axis import WORDS_OF, Ends, step_axis
from lrplot.render.titles import label_of
from lrplot.render.words import WORDS
from lrplot.schedules.reacting import Change
from lrplot.text.plain import printable

_RATE: Final = "lr"
_TICKS: Final = 6
"""Ticks of an axis whose ends somebody gives, about as many as the others have."""
_HEIGHT: Final = (0.38, 1.0)
"""The least and the greatest height of a panel below, as a share of the rate's."""


def section_data(section: Section, drawn: Sequence[Drawn]) -> dict[str, Any]:
    """A section as plain data; arrays of numbers are texts, steps that several curves share stand once."""
    tables = _Arrays()
    kinds = tuple(dict.fromkeys(panel.kind for each in drawn for panel, _ in each.panels))
    runs = [each.curve.run for each in drawn]
    lengths = {run.steps_per_epoch for run in runs}
    axis = step_axis(section.curves, section.style)
    sizes = [axis.size(run) for run in runs]
    limits = section.style.xlim or (None, None)
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
                "size": size,
                **look,
            }
            for each, look, size in zip(drawn, curve_looks(section), sizes, strict=True)
        ],
        "panels": [_rate_panel(section, drawn), *(_panel(section, drawn, kind) for kind in kinds)],
        "sliders": _sliders(drawn),
        "perEpoch": lengths.pop() if len(lengths) == 1 else None,
        "unit": axis.unit,
        "above": axis.above,
        "size": sizes[0] if len(set(sizes)) == 1 else None,
        "axis": printable(section.style.xlabel or WORDS[section.style.lang][WORDS_OF[axis.unit]]),
        "relative": all(run.relative for run in runs),
        "last": max(axis.end(run) for run in runs),
        "view": list(limits),
        "grid": section.style.grid is not False,
        "log": section.style.yscale == "log",
        "mark": section.parting,
        "arrays": tables.texts,
    }


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


def _rate_panel(section: Section, drawn: Sequence[Drawn]) -> dict[str, Any]:
    words = WORDS[section.style.lang]
    values = np.concatenate([part for each in drawn for part in _seen(each.points)])
    ends = section.style.ylim
    return {
        "kind": _RATE,
        "name": printable(section.style.ylabel or words["learning rate"]),
        "height": 1.0,
        "linear": _scale(_limited(rate_scale(values, log=False), values, ends)),
        "log": _log_scale(values, ends if section.style.yscale == "log" else None),
    }


def _limited(scale: Scale, values: NDArray[np.float64], ends: Ends | None) -> Scale:
    return scale if ends is None else limited(scale, values, ends, _TICKS)


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


def _log_scale(values: NDArray[np.float64], ends: Ends | None = None) -> dict[str, Any] | None:
    """A log axis; None where there is nothing to show on one."""
    try:
        scale = rate_scale(values, log=True)
    except LrplotError:
        return None
    return _scale(_limited(scale, values, ends))


def _scale(scale: Scale) -> dict[str, Any]:
    """The limits of an axis; on a log one the line at the bottom for what it cannot show, with its label."""
    made: dict[str, Any] = {"low": scale.low, "high": scale.high}
    if scale.floor:
        made |= {
            "floor": scale.floor,
            "nothing": scale.nothing,
            "zero": dict(scale.ticks).get(scale.nothing, ""),
        }
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
