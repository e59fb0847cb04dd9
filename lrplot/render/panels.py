"""The panels below a rate: momentum, the metric it reacts to, an optimizer's updates, the expected loss."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from lrplot.curve import Panel
from lrplot.render.kinds import PANELS, same_line, within_sight
from lrplot.render.labels import apart, at_the_end
from lrplot.render.lines import draw_curve
from lrplot.render.mathematics import put
from lrplot.render.rates import set_scale
from lrplot.render.scale import Scale, rate_scale, uncrowded
from lrplot.schedules.reacting import Change
from lrplot.text.numbers import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene


_MOST_ENDS: Final = 8
"""Final values that are named: below a rate, a panel has room for so many under one another."""
_LINE: Final = 1.1
"""Height that a tick's text takes, in sizes of its letters."""
_GAP: Final = 1.3
"""Distance between the lines of two final values, in sizes of their letters."""
_HEIGHT: Final = 0.3
"""Share of the figure's height that a panel below a rate has, about."""
_WIDTH: Final = 0.84
"""Share of the figure's width that the axes have, about: the labels at the left have the rest."""
_LETTER: Final = 0.56
"""Width of a letter, in its sizes, about."""
_FEWEST_COLUMNS: Final = 6
"""Letters of the narrowest line in which a cause is written: a shorter one holds no word."""
_HEADROOM: Final = 0.34
"""The share of an axis' height that is added above: two lines of words in a panel."""
MOST_CAUSES: Final = 40
"""Most changes of a rate that are marked."""


def draw_panel(scene: "Scene", axes: "Axes", kind: str, drawn: "Sequence[Drawn]") -> Scale:
    """Draw one kind of panel for every curve that has it, and answer its scale."""
    look = PANELS[kind]
    own = [(d, panel) for d in drawn for panel in d.panels if panel.kind == kind]
    finite = within_sight(kind, [panel for _, panel in own])
    log = look.log and bool((finite > 0).any())
    scale = rate_scale(finite if len(finite) else np.zeros(1), log=log, ticks=4 if look.share > 0.5 else 3)
    scale = uncrowded(scale, scene.letters.base * _LINE / scene.height_of(axes))
    alone = len(drawn) == 1
    for d, panel in _different(own):
        style = d.look if kind != "metric" else {**d.look, "color": scene.palette.muted, "linewidth": 1.3}
        if panel.low is not None and panel.high is not None:
            low, high = (scale.drawn(ends) for ends in (panel.low, panel.high))
            across = d.across(panel.middle.steps)
            axes.fill_between(across, low, high, color=d.look["color"], alpha=0.16, linewidth=0)
        draw_curve(axes, d, panel.middle, scale, style)
        _mark_end(axes, panel, scale, d)
    if kind == "loss":
        _name_ends(scene, axes, own, scale)
    if alone and any(panel.marks for _, panel in own):
        scale = _with_headroom(scale)
    set_scale(axes, scale)
    put(axes.yaxis.label, scene.words[look.words])
    if alone:
        _name_causes(scene, axes, own[0][1].marks, drawn[0])
    elif kind == "metric":
        mark_changes(axes, drawn)
    return scale


def _with_headroom(scale: Scale) -> Scale:
    """The scale with room above the values, for what is written there."""
    if scale.log:
        return replace(scale, high=scale.high * (scale.high / scale.low) ** _HEADROOM)
    return replace(scale, high=scale.high + (scale.high - scale.low) * _HEADROOM)


def _name_ends(scene: "Scene", axes: "Axes", own: "Sequence[tuple[Drawn, Panel]]", scale: Scale) -> None:
    """The final value of each curve, at its end."""
    ends = [(d, float(panel.middle.rates[-1])) for d, panel in own]
    shown = [(d, value) for d, value in ends if np.isfinite(value)]
    if not 1 < len(shown) <= _MOST_ENDS:
        return
    places = scale.place(np.array([value for _, value in shown]))
    size = scene.letters.small
    gap = size * _GAP / 72 / (scene.size[1] * _HEIGHT)
    for (d, value), place in zip(shown, apart(places, gap), strict=True):
        at_the_end(scene, axes, short(value, 3), float(place), d, size)


def mark_changes(axes: "Axes", drawn: "Sequence[Drawn]") -> None:
    """A thin line where a metric changed the rate."""
    for d in drawn:
        marks = next((panel.marks for panel in d.panels if panel.marks), ())
        for change in marks if len(marks) <= MOST_CAUSES else ():
            axes.axvline(
                d.across(change.step),
                color=d.look["color"],
                linewidth=0.8,
                linestyle=(0, (2, 2)),
                alpha=0.6,
                zorder=0,
            )


def _different(own: "Sequence[tuple[Drawn, Panel]]") -> "list[tuple[Drawn, Panel]]":
    """Curves that share their metric share its line."""
    kept: list[tuple[Drawn, Panel]] = []
    for d, panel in own:
        if not any(same_line(panel, other) for _, other in kept):
            kept.append((d, panel))
    return kept


def _mark_end(axes: "Axes", panel: Panel, scale: Scale, drawn: "Drawn") -> None:
    """A cross where a loss has diverged."""
    if panel.kind != "loss" or np.isfinite(panel.middle.rates[-1]):
        return
    left = panel.middle.rates > scale.high
    gone = int(np.argmax(left)) if left.any() else int(np.flatnonzero(np.isfinite(panel.middle.rates))[-1])
    y = min(float(panel.middle.rates[gone]), scale.high)
    cross = {"color": drawn.look["color"], "markersize": 8, "zorder": 4, "clip_on": False}
    axes.plot(drawn.across(panel.middle.steps[[gone]]), [y], "X", **cross)


def _name_causes(scene: "Scene", axes: "Axes", marks: Sequence[Change], drawn: "Drawn") -> None:
    """Write each change and its reason above the metric, where it fits before the next."""
    if not 0 < len(marks) <= MOST_CAUSES:
        return
    size = scene.letters.small
    inches = scene.size[0] * _WIDTH / max(1, drawn.curve.run.steps)
    ends = [*(change.step for change in marks[1:]), drawn.curve.run.steps]
    for change, end in zip(marks, ends, strict=True):
        at, colour = float(drawn.across(change.step)), drawn.look["color"]
        axes.axvline(at, color=colour, linewidth=0.8, linestyle=(0, (2, 2)), alpha=0.6)
        ratio = change.lr / change.before if change.before else np.inf
        times = f"×{short(ratio, 3)}"
        room = (end - change.step) * inches * 72 / (size * _LETTER)
        said = _broken(change.cause, int(room) - 1)
        text = f"{times}\n{said}" if said else times if len(times) < room else ""
        axes.annotate(
            text,
            xy=(at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            ha="left",
            va="top",
            color=scene.palette.text,
            fontsize=size,
            linespacing=1.05,
        ).set_parse_math(False)


def _broken(text: str, columns: int) -> str:
    """The text in at most two lines of so many columns, nothing where it does not fit."""
    from textwrap import wrap

    lines = wrap(text, columns, break_long_words=False) if columns >= _FEWEST_COLUMNS else []
    return "\n".join(lines) if len(lines) <= 2 and all(len(line) <= columns for line in lines) else ""
