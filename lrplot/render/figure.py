"""Curves to a matplotlib figure: the only module that imports matplotlib's drawing."""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.annotate import annotate
from lrplot.render.drawn import Drawn
from lrplot.render.fonts import families, missing
from lrplot.render.kinds import PANELS
from lrplot.render.labels import legend, line_ends
from lrplot.render.lines import draw_curve
from lrplot.render.panels import draw_panel, mark_changes
from lrplot.render.scale import rate_scale, step_ticks
from lrplot.render.sheet import Sheet, read_sheet
from lrplot.render.steps import share_ticks
from lrplot.render.theme import THEMES, Palette, line_looks
from lrplot.render.titles import cut, title_of
from lrplot.render.words import WORDS
from lrplot.run import Style
from lrplot.text.caret import brief
from lrplot.text.plain import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.scale import Scale

_METADATA: Final[dict[str, dict[str, None]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_DOTS: Final = {"linestyle": "none", "marker": "o", "markersize": 3.6, "markeredgewidth": 0}
"""Rows of a log: nothing is known between them."""
_TITLE: Final = 12.5
_SMALLEST: Final = 6.0
"""Points of the smallest title."""
_NARROW: Final = 0.28
"""Ems of a narrow character."""


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook, pyplot or not."""

    stylesheet: str | None = None
    """The style sheet it was made with."""
    sheet: Sheet = Sheet()
    """What that says."""
    laid_out = False
    """True where its axes already have their places, to which labels were fitted."""

    def _repr_png_(self) -> bytes:
        return save(self, "png")


def figure(curves: Sequence[Curve], style: Style | None = None) -> Picture:
    """Draw curves on one pair of axes; what belongs to them in panels below.

    Parameters
    ----------
    curves
        At least one; each over its own horizon.
    style
        How it looks; the first run's style when left out.

    Returns
    -------
    matplotlib.figure.Figure
        It can be edited further; :func:`save` turns it into a file's bytes.

    Raises
    ------
    LrplotError
        When a log scale is asked for and every rate is zero, or a style sheet cannot be read.
    """
    if not curves:
        raise LrplotError("a figure needs at least one curve")
    style = style or curves[0].run.style
    palette = THEMES[style.theme]
    sheet = read_sheet(style.stylesheet)
    style = _sized(style, sheet)
    drawn = _sampled(curves, palette, sheet, int(style.size[0] * style.dpi))
    title = _visible(style.title if style.title is not None else title_of(curves), style)
    words = _words(style.lang)
    own = [title, *(_visible(each or "", style) for each in (style.xlabel, style.ylabel))]
    own += [d.label for d in drawn]
    # One warning, for the wanted language's words too when English stands in for them.
    fonts = families([*map(printable, own), *WORDS[style.lang].values()])
    settings = _settings(palette, fonts) | dict(sheet.settings) | {"text.usetex": False}
    with matplotlib.rc_context(settings), _blaming(style.stylesheet):
        made = Picture(figsize=style.size, dpi=style.dpi, layout="constrained")
        made.stylesheet, made.sheet = style.stylesheet, sheet
        FigureCanvasAgg(made)
        kinds = tuple(dict.fromkeys(panel.kind for d in drawn for panel in d.panels))
        panels = _panels(made, kinds)
        scale = _draw_rates(panels[0], drawn, style, words)
        _entitle(panels[0], title, style, sheet)
        for axes, kind in zip(panels[1:], kinds, strict=True):
            draw_panel(made, axes, kind, drawn, palette, words)
        mark_changes(panels[0], drawn)
        _label_steps(panels[0], panels[-1], curves, style, words)
        if len(drawn) > 1 and not line_ends(panels[0], drawn, scale, style):
            legend(made, drawn, style)
        if style.annotate and len(drawn) == 1:
            annotate(made, panels[0], drawn[0], scale, palette, words)
            made.laid_out = True
            made.stale = False  # any change from here on makes it stale again
    return made


def save(made: Figure, kind: str) -> bytes:
    """The bytes of a figure as ``png``, ``svg`` or ``pdf``: the same on every run.

    Raises
    ------
    LrplotError
        When a style sheet asks for what cannot be drawn.
    """
    stream = io.BytesIO()
    own = made.sheet.saved if isinstance(made, Picture) else {}
    fixed = _defaults() | {"svg.fonttype": "path", "pdf.fonttype": 42} | own | {"svg.hashsalt": "lrplot"}
    sheet = made.stylesheet if isinstance(made, Picture) else None
    settings = matplotlib.rc_context(fixed)
    with settings, _blaming(sheet), _undated(), _quiet(), _as_laid_out(made):
        made.savefig(stream, format=kind, metadata=_METADATA[kind])
    return stream.getvalue()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, matplotlib says nothing of what a person has been told, or cannot mend."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        # A figure too small for its own labels is drawn all the same.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        yield


@contextlib.contextmanager
def _as_laid_out(made: Figure) -> Iterator[None]:
    """Lay a figure out, and while it lasts, nobody does so again.

    While a figure has a layout engine, matplotlib draws it twice to save it. A picture that nobody has
    changed since its labels were fitted has its layout already; another would move the axes under them.
    """
    engine = made.get_layout_engine()
    if engine is None:
        yield
        return
    fitted = isinstance(made, Picture) and made.laid_out and not made.stale
    if not fitted:
        engine.execute(made)
    made.set_layout_engine(None)
    try:
        yield
    finally:
        made.set_layout_engine(engine)
        made.stale = not fitted  # what saving changed it has put back


@contextlib.contextmanager
def _blaming(stylesheet: str | None) -> Iterator[None]:
    """While it lasts, what matplotlib cannot draw is the style sheet's fault, where there is one."""
    try:
        with np.errstate(all="ignore") if stylesheet is not None else contextlib.nullcontext():
            yield
    except LrplotError:
        raise
    except Exception as error:
        if stylesheet is None:
            raise
        message = f"matplotlib cannot draw with this style sheet: {' '.join(str(error).split())}"
        raise LrplotError(f"{stylesheet}: {brief(message, 200)}") from None


@contextlib.contextmanager
def _undated() -> Iterator[None]:
    """While it lasts, no date in the environment is read; our pictures have none."""
    date = os.environ.pop("SOURCE_DATE_EPOCH", None)
    try:
        yield
    finally:
        if date is not None:
            os.environ["SOURCE_DATE_EPOCH"] = date


def _entitle(axes: "Axes", title: str, style: Style, sheet: Sheet) -> None:
    """The title on the left, as large as fits, or where and as large as the style sheet says."""
    place = sheet.asks_for("axes.titlelocation", "left")
    size = sheet.asks_for("axes.titlesize", title_size(title, style))
    pad = sheet.asks_for("axes.titlepad", 10)
    axes.set_title(title, loc=place, pad=pad, fontsize=size).set_parse_math(False)


def _sized(style: Style, sheet: Sheet) -> Style:
    """The style with the sheet's size and resolution, where nobody gave others."""
    size, dpi = sheet.asks_for("figure.figsize", style.size), sheet.asks_for("figure.dpi", style.dpi)
    wanted = {"size": tuple(map(float, size)), "dpi": int(dpi)}
    usual = Style()
    said = {name: value for name, value in wanted.items() if getattr(style, name) == getattr(usual, name)}
    return style.model_copy(update=said)


def _visible(text: str, style: Style) -> str:
    """A text without control characters, no longer than a figure shows at the smallest size."""
    most = int(max(style.size) * 72 / (_SMALLEST * _NARROW))
    return printable(text if len(text) <= most else f"{text[: most - 1]}…")


def title_size(title: str, style: Style) -> float:
    """As large as usual, or as small as the figure's width asks for."""
    ems = sum(1.05 if east_asian_width(c) in "WF" else 0.66 for c in title)
    fits = style.size[0] * 0.86 * 72 / max(ems, 1)
    return float(np.clip(fits, _SMALLEST, _TITLE))


def _words(lang: str) -> Mapping[str, str]:
    """The words of a language, or English where no installed font draws them."""
    return WORDS["en"] if missing(WORDS[lang].values()) else WORDS[lang]


def _sampled(curves: Sequence[Curve], palette: Palette, sheet: Sheet, columns: int) -> list[Drawn]:
    found = []
    looks = line_looks(palette, [curve.run.family for curve in curves])
    for i, (curve, (hue, dash)) in enumerate(zip(curves, looks, strict=True)):
        look = sheet.line(i, hue, dash)
        look |= _DOTS if curve.run.logged is not None else {}
        label = cut(printable(curve.run.label))
        found.append(Drawn(label, curve, curve.sample(columns), curve.panels(columns), look))
    return found


def _defaults() -> Any:
    """Every setting a figure depends on, so that nobody's matplotlibrc changes a picture."""
    others = ("backend", "interactive", "toolbar")
    return {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(others)}


def _settings(palette: Palette, fonts: list[str]) -> Any:
    return _defaults() | {
        "font.family": fonts,
        "font.size": 10.5,
        "text.color": palette.text,
        "axes.labelcolor": palette.text,
        "axes.edgecolor": palette.muted,
        "axes.facecolor": "none",
        "figure.facecolor": palette.background,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.titlesize": 12.5,
        "axes.titleweight": "bold",
        "axes.unicode_minus": False,
        "grid.color": palette.grid,
        "grid.linewidth": 0.8,
        "xtick.color": palette.muted,
        "ytick.color": palette.muted,
        "xtick.labelcolor": palette.text,
        "ytick.labelcolor": palette.text,
        "legend.frameon": False,
        "legend.handlelength": 2.6,
    }


def _panels(made: Figure, kinds: Sequence[str]) -> "list[Axes]":
    ratios = {"height_ratios": [3, *(3 * PANELS[kind].share for kind in kinds)]} if kinds else {}
    grid = made.subplots(1 + len(kinds), 1, sharex=True, squeeze=False, gridspec_kw=ratios)
    return list(grid[:, 0])


def _draw_rates(axes: "Axes", drawn: Sequence[Drawn], style: Style, words: Mapping[str, str]) -> "Scale":
    rates = np.concatenate([d.rate.rates for d in drawn])
    inches = style.size[1]
    scale = rate_scale(rates, log=style.yscale == "log", ticks=max(2, min(6, round(inches * 1.4))))
    for d in drawn:
        draw_curve(axes, d.rate, scale, d.look)
    if scale.log:
        axes.set_yscale("log")
    axes.set_ylim(scale.low, scale.high)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick, _ in scale.ticks]))
    axes.yaxis.set_major_formatter(FixedFormatter([text for _, text in scale.ticks]))
    axes.yaxis.set_minor_locator(FixedLocator(scale.minor))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(_visible(style.ylabel or words["learning rate"], style)).set_parse_math(False)
    return scale


def _label_steps(
    top: "Axes", bottom: "Axes", curves: Sequence[Curve], style: Style, words: Mapping[str, str]
) -> None:
    last = max(curve.run.steps for curve in curves) - 1
    lengths = {curve.run.steps_per_epoch for curve in curves}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    count = max(2, min(8, round(style.size[0])))
    room = max(last, 1) * 0.02
    top.set_xlim(-room, max(last, 1) + room)
    relative = all(curve.run.relative for curve in curves)
    _set_ticks(bottom.xaxis, share_ticks(curves[0].run, count) if relative else step_ticks(last + 1, count))
    said = words["share"] if relative else words["epoch"] if per_epoch == 1 else words["steps"]
    bottom.set_xlabel(_visible(style.xlabel or said, style)).set_parse_math(False)
    if per_epoch is not None and per_epoch > 1:
        each = per_epoch
        to_epochs: Any = (lambda step: step / each, lambda epoch: epoch * each)
        above = top.secondary_xaxis("top", functions=to_epochs)
        _set_ticks(above.xaxis, step_ticks(round((last + 1) / each), count))
        above.set_xlabel(words["epoch"])
        above.spines["top"].set_visible(True)


def _set_ticks(axis: Any, ticks: Sequence[tuple[float, str]]) -> None:
    axis.set_major_locator(FixedLocator([tick for tick, _ in ticks]))
    axis.set_major_formatter(FixedFormatter([text for _, text in ticks]))
