"""Curves to a matplotlib figure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lrplot.curve import Curve
from lrplot.errors import LrplotError, ParameterError
from lrplot.render.annotate import annotate, make_room
from lrplot.render.composition import fit_words, label_curves, stack
from lrplot.render.drawn import Drawn
from lrplot.render.fonts import families, missing
from lrplot.render.looks import Looks
from lrplot.render.mathematics import check, ems, put
from lrplot.render.panels import MOST_CAUSES, draw_panel, mark_changes
from lrplot.render.rates import draw_log, draw_rates
from lrplot.render.saving import Picture, blaming, save
from lrplot.render.scene import Scene
from lrplot.render.settings import settings
from lrplot.render.sheet import Sheet, read_sheet
from lrplot.render.step_axis import step_axis
from lrplot.render.step_labels import label_steps
from lrplot.render.theme import THEMES, Letters, Palette
from lrplot.render.titles import title_of
from lrplot.render.words import WORDS
from lrplot.style import Language, Style
from lrplot.text.plain import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "figure", "save"]

_SMALLEST: Final = 6.0
"""Points of the smallest title."""
_PAD: Final = 0.95
"""Room below the title, in sizes of the axes' letters."""
_WIDTH: Final = 0.86
"""Share of the figure's width that a title may take: it begins where the axes do."""
_SMALL: Final = 0.6
"""Share of a theme's own width from which on letters have the theme's size."""
_LEAST: Final = 0.7
"""Share of the theme's size that letters keep in the smallest figure."""
_NARROW: Final = 0.28
"""Ems of a narrow character."""


def figure(curves: Sequence[Curve], style: Style | None = None, *, upright: Sequence[int] = ()) -> Picture:
    """Draw curves on one pair of axes; what belongs to them in panels below.

    Parameters
    ----------
    curves
        At least one; each over its own horizon.
    style
        How it looks; the first run's style when left out.
    upright
        Steps of the first run at which a dashed line stands.

    Returns
    -------
    matplotlib.figure.Figure
        It can be edited further; :func:`save` turns it into a file's bytes.

    Raises
    ------
    LrplotError
        When a log scale is asked for and every rate is zero, a unit of the step axis is not known of a run,
        a text's mathematics cannot be set, the style contradicts itself, or a style sheet cannot be read.
    """
    if not curves:
        raise LrplotError("a figure needs at least one curve")
    style = style or curves[0].run.style
    if problems := tuple(style.mistakes()):
        raise ParameterError("figure", problems)
    words = _words(style.lang)
    # A catalogue's name is in the language of the words around it.
    curves = [_in_language(curve, "en" if words is WORDS["en"] else style.lang) for curve in curves]
    palette = THEMES[style.theme]
    sheet = read_sheet(style.stylesheet)
    style = _sized(style, sheet)
    axis = step_axis(curves, style)
    columns = int(style.inches[0] * style.resolution)
    drawn = Looks(palette, sheet, style, axis).drawn(curves, columns)
    letters = Letters(_letters(style, sheet, palette))
    own_title = title_of(curves) if style.titled else ""
    title = _visible(own_title if style.title is None else style.title, style)
    style = style.model_copy(
        update={name: _visible(getattr(style, name) or "", style) for name in ("xlabel", "ylabel")}
    )
    _check(title, style, drawn)
    own = [title, style.xlabel or "", style.ylabel or "", *(d.label for d in drawn)]
    # One warning, for the wanted language's words too when English stands in for them.
    fonts = families([*map(printable, own), *WORDS[style.lang].values()], style.font)
    with matplotlib.rc_context(_settings(palette, letters, fonts, sheet, style)), blaming(style.stylesheet):
        made = Picture(figsize=style.inches, dpi=style.resolution, layout="constrained")
        made.stylesheet, made.sheet = style.stylesheet, sheet
        made.saved = sheet.saved(palette.settings)
        FigureCanvasAgg(made)
        changes = [(d, each.step) for d in drawn for panel in d.panels for each in panel.marks[:MOST_CAUSES]]
        lines = [(drawn[0], step) for step in upright]
        places = tuple(float(d.across(step)) for d, step in (*lines, *changes))
        scene = Scene(made, style, palette, letters, words, axis, places)
        _draw(scene, drawn, curves, title, sheet)
        for place in places[: len(upright)]:
            line: Any = {"color": palette.muted, "linewidth": 1.0, "linestyle": (0, (4, 3)), "zorder": 1}
            made.axes[0].axvline(place, **line)
    return made


def _draw(scene: Scene, drawn: Sequence[Drawn], curves: Sequence[Curve], title: str, sheet: Sheet) -> None:
    panels = stack(scene, drawn)
    top, bottom = next(iter(panels.values())), list(panels.values())[-1]
    scales = {"rate": draw_rates(scene, top, drawn)}
    _entitle(scene, top, title, sheet)
    for kind, axes in list(panels.items())[1:]:
        draw = draw_log if kind == "log" else draw_panel
        scales[kind] = draw(scene, axes, kind, drawn)
    fit_words(scene, panels)
    mark_changes(top, drawn)
    label_steps(scene, top, bottom, curves)
    make_room(scene, top, scales["rate"])
    label_curves(scene, panels, drawn, scales)
    annotate(scene, panels, drawn, scales)


def _settings(palette: Palette, letters: Letters, fonts: list[str], sheet: Sheet, style: Style) -> Any:
    own: dict[str, Any] = {"text.usetex": False}
    if style.grid is not None:
        own["axes.grid"] = style.grid
    told = dict(sheet.settings) | ({} if style.font_size is None else {"font.size": letters.base})
    if style.font is not None:
        told.pop("font.family", None)
    return settings(palette, letters, fonts) | told | own


def _letters(style: Style, sheet: Sheet, palette: Palette) -> float:
    """The asked size, the style sheet's, or the theme's; in a figure that is small for the theme less."""
    if style.font_size is not None:
        return style.font_size
    if "font.size" in sheet.settings:
        return float(sheet.settings["font.size"])
    usual = Style(theme=style.theme).inches[0]
    small = style.inches[0] / usual / _SMALL
    return palette.letters * float(np.clip(small, _LEAST, 1))


def _check(title: str, style: Style, drawn: Sequence[Drawn]) -> None:
    """Refuse mathematics that cannot be set, with the place of the text."""
    check(
        [
            ("figure.title", title),
            ("figure.xlabel", style.xlabel or ""),
            ("figure.ylabel", style.ylabel or ""),
            *((f"the label {d.label!r}", d.label) for d in drawn),
        ]
    )


def _entitle(scene: Scene, axes: "Axes", title: str, sheet: Sheet) -> None:
    """The title on the left, as large as fits, or where and as large as the style sheet says."""
    place = sheet.asks_for("axes.titlelocation", "left")
    size = sheet.asks_for("axes.titlesize", title_size(title, scene.size[0], scene.letters))
    pad = sheet.asks_for("axes.titlepad", scene.letters.base * _PAD)
    put(axes.set_title("x", loc=place, pad=pad, fontsize=size), title)


def _sized(style: Style, sheet: Sheet) -> Style:
    """The style with the sheet's size and resolution, where nobody gave others."""
    said: dict[str, object] = {}
    if style.size is None and style.width is None and "figure.figsize" in sheet.settings:
        said["size"] = tuple(map(float, sheet.settings["figure.figsize"]))
    if style.dpi is None and "figure.dpi" in sheet.settings:
        said["dpi"] = int(sheet.settings["figure.dpi"])
    return style.model_copy(update=said)


def _visible(text: str, style: Style) -> str:
    """A text without control characters, no longer than a figure shows at the smallest size."""
    most = int(max(style.inches) * 72 / (_SMALLEST * _NARROW))
    return printable(text if len(text) <= most else f"{text[: most - 1]}…")


def title_size(title: str, width: float, letters: Letters) -> float:
    """As large as usual, or as small as a figure of so many inches asks for."""
    fits = width * _WIDTH * 72 / max(ems(title), 1)
    return float(np.clip(fits, _SMALLEST, max(letters.title, _SMALLEST)))


def _in_language(curve: Curve, lang: Language) -> Curve:
    run = curve.run
    if run.style.lang == lang:
        return curve
    return Curve(replace(run, style=run.style.model_copy(update={"lang": lang})))


def _words(lang: str) -> Mapping[str, str]:
    """The words of a language, or English where no installed font draws them."""
    return WORDS["en"] if missing(WORDS[lang].values()) else WORDS[lang]
