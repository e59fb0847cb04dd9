"""What stands where in a figure: its panels under one another, and the names of its curves."""

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.render.kinds import PANELS
from lrplot.render.labels import legend, legend_inside
from lrplot.render.lines import on_screen
from lrplot.render.mathematics import ems
from lrplot.render.naming import MOST_NAMED, Bundle, bundles, name_at_ends, name_curves
from lrplot.render.rates import hides_a_drop
from lrplot.render.room import Room
from lrplot.render.scale import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene

_RATE: Final = 3.0
"""Height of the rates beside panels of their shares of it."""
_LEAST: Final = 5.0
"""Points of the smallest words beside an axis."""
_OVER: Final = 1.45
"""Lengths of its axis that words may take: as they are reckoned, a letter is wider than it is."""
_FLAT: Final = 1.0
"""The same where every rate is constant; half of them moving make it the height of the others."""


def stack(scene: "Scene", drawn: "Sequence[Drawn]") -> "dict[str, Axes]":
    """The axes of a figure from the top, by what they show: the rates first."""
    kinds = dict.fromkeys(panel.kind for d in drawn for panel in d.panels)
    below = ["log"] if _wants_log(scene, drawn) else []
    below += kinds
    moving = sum(not _is_flat(d) for d in drawn) / len(drawn)
    top = _FLAT + (_RATE - _FLAT) * min(1, 2 * moving) if below else _RATE
    ratios = {"height_ratios": [top, *(_RATE * PANELS[kind].share for kind in below)]} if below else {}
    grid = scene.made.subplots(1 + len(below), 1, sharex=True, squeeze=False, gridspec_kw=ratios)
    return dict(zip(["rate", *below], grid[:, 0], strict=True))


def _is_flat(drawn: "Drawn") -> bool:
    return bool(np.ptp(drawn.rate.rates) == 0)


def _wants_log(scene: "Scene", drawn: "Sequence[Drawn]") -> bool:
    """Whether the rates stand on a log axis too: as asked, or where a named drop would be unseen."""
    style = scene.style
    if style.yscale == "log" or not any((d.rate.rates > 0).any() for d in drawn):
        return False
    if style.panels is not None:
        return "log" in style.panels
    return "drops" in (style.annotate or ()) and any(hides_a_drop(d.curve.run) for d in drawn)


def fit_words(scene: "Scene", panels: "Mapping[str, Axes]") -> None:
    """Make the words beside each axis as small as the axis is high, that they do not run into each other."""
    for axes in panels.values():
        label = axes.yaxis.label
        # A letter is taken as wider than most are, and words may be a little longer than their axis.
        fits = _OVER * scene.height_of(axes) / max(ems(label.get_text()), 1)
        if label.get_fontsize() == scene.letters.base:
            label.set_fontsize(min(scene.letters.base, max(_LEAST, fits)))


def lay_out(made: Any) -> None:
    """Give the axes the places that they will have in the picture; labels are measured against them."""
    engine = made.get_layout_engine()
    with warnings.catch_warnings():
        # A figure too small for its own labels is drawn all the same.
        warnings.simplefilter("ignore")
        engine.execute(made)


def label_curves(
    scene: "Scene", panels: "Mapping[str, Axes]", drawn: "Sequence[Drawn]", scales: Mapping[str, Scale]
) -> None:
    """Name the curves: where the style says, or beside them where they part, or in a legend."""
    place = scene.style.legend
    if place == "off" or (len(drawn) < 2 and place is None):
        return
    if place in ("right", "top", "bottom"):
        legend(scene, drawn, place)
        return
    if place is None and scene.style.theme != "paper" and len(drawn) > MOST_NAMED:
        # Twice, as where names are looked for: what is found then depends on what was there before.
        lay_out(scene.made)
        lay_out(scene.made)
        legend(scene, drawn)
        return
    kind = _telling(panels, drawn)
    axes = panels[kind]

    def look() -> tuple[Room, list[Bundle]]:
        lay_out(scene.made)
        return _room_of(scene, axes, drawn, kind, scales[kind])

    room, found = look()
    if place == "ends":
        name_at_ends(scene, axes, room, found)
    elif place == "inside":
        legend_inside(scene, axes, drawn, room, surely=True)
    elif not name_curves(scene, axes, look) and not (
        scene.style.theme == "paper" and legend_inside(scene, axes, drawn, room, surely=False)
    ):
        legend(scene, drawn)


def _telling(panels: "Mapping[str, Axes]", drawn: "Sequence[Drawn]") -> str:
    """The axes in which curves are named: those of the rates, unless all of them stand still."""
    shared = [kind for kind in panels if all(any(p.kind == kind for p in d.panels) for d in drawn)]
    return shared[0] if shared and all(map(_is_flat, drawn)) else "rate"


def _room_of(
    scene: "Scene", axes: "Axes", drawn: "Sequence[Drawn]", kind: str, scale: Scale
) -> tuple[Room, list[Bundle]]:
    room = Room(axes)
    for place in scene.lines:
        room.upright(axes.transData.transform((place, 1.0))[0])
    samples = [{"rate": d.rate} | {panel.kind: panel.middle for panel in d.panels} for d in drawn]
    lines = [(d, on_screen(axes, d, each[kind], scale)) for d, each in zip(drawn, samples, strict=True)]
    for _, points in lines:
        room.fill(points)
    return room, bundles(room, lines)
