"""Curves to a matplotlib figure: the only module that imports matplotlib's drawing."""

import io
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

from lrplot.curve import Curve, Sample
from lrplot.errors import LrplotError
from lrplot.render.fonts import families
from lrplot.render.numbers import printable, short, steps
from lrplot.render.theme import DASHES, THEMES, Palette
from lrplot.run import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_METADATA: Final[dict[str, dict[str, None]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_LEGEND: Final = 24
_DECADES: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sampled curve and how it is drawn."""

    label: str
    rate: Sample
    momentum: Sample | None
    look: dict[str, Any]


def figure(curves: Sequence[Curve], style: Style | None = None) -> Figure:
    """Draw curves on one pair of axes; momentum, where a schedule has it, in a panel below.

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
        When a log scale is asked for and every rate is zero.
    """
    style = style or curves[0].run.style
    palette = THEMES[style.theme]
    columns = int(style.size[0] * style.dpi)
    drawn = [_sampled(i, curve, palette, columns) for i, curve in enumerate(curves)]
    title = printable(style.title if style.title is not None else " · ".join(d.label for d in drawn[:4]))
    texts = [title, style.xlabel or "", style.ylabel or "", *(d.label for d in drawn)]
    with matplotlib.rc_context(_settings(palette, families(map(printable, texts)))):
        made = Figure(figsize=style.size, dpi=style.dpi, layout="constrained")
        FigureCanvasAgg(made)
        has_momentum = any(d.momentum is not None for d in drawn)
        ratios = {"height_ratios": [3, 1.15]} if has_momentum else {}
        panels = made.subplots(2 if has_momentum else 1, 1, sharex=True, squeeze=False, gridspec_kw=ratios)[
            :, 0
        ]
        top = panels[0]
        _plain(top.set_title(title, loc="left", pad=10, wrap=False))
        _draw_rates(top, drawn, style)
        if has_momentum:
            _draw_momentum(panels[1], drawn)
        _label_steps(top, panels[-1], curves, style)
        if len(drawn) > 1:
            _legend(top, drawn)
    return made


def save(made: Figure, kind: str) -> bytes:
    """The bytes of a figure as ``png``, ``svg`` or ``pdf``: the same on every run."""
    stream = io.BytesIO()
    fixed = _defaults() | {"svg.hashsalt": "lrplot", "svg.fonttype": "path", "pdf.fonttype": 42}
    with matplotlib.rc_context(fixed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        made.savefig(stream, format=kind, metadata=_METADATA[kind])
    return stream.getvalue()


def _sampled(index: int, curve: Curve, palette: Palette, columns: int) -> _Drawn:
    look = {
        "color": palette.curves[index % len(palette.curves)],
        "linestyle": DASHES[index % len(DASHES)],
        "linewidth": 1.8,
        "solid_joinstyle": "round",
        "solid_capstyle": "butt",
    }
    label = printable(curve.run.label)
    return _Drawn(label, curve.sample(columns), curve.momentum(columns), look)


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


def _draw_rates(axes: "Axes", drawn: Sequence[_Drawn], style: Style) -> None:
    rates = np.concatenate([d.rate.rates for d in drawn])
    scale = _log_scale(axes, rates) if style.yscale == "log" else _linear_scale(axes, rates)
    for d in drawn:
        axes.plot(d.rate.steps, scale(d.rate.rates), label=_literal(d.label), **d.look)
    _plain(axes.set_ylabel(printable(style.ylabel or "learning rate")))


Scaled = Callable[[np.ndarray[Any, np.dtype[np.float64]]], np.ndarray[Any, np.dtype[np.float64]]]


def _linear_scale(axes: "Axes", rates: np.ndarray[Any, np.dtype[np.float64]]) -> Scaled:
    low, high = float(rates.min()), float(rates.max())
    from_zero = low < high / 2 or low == high
    base = min(low, 0.0) if from_zero else low
    room = (high - base) * 0.05 or 0.05
    axes.set_ylim(base - (room if base else room * 0.4), high + room)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    return lambda values: values


def _log_scale(axes: "Axes", rates: np.ndarray[Any, np.dtype[np.float64]]) -> Scaled:
    """Decades; exact zeros are drawn on a line of their own at the bottom, which is labelled 0."""
    positive = rates[rates > 0]
    if not len(positive):
        raise LrplotError("a log scale shows no zeros, and every rate is 0; use a linear scale")
    high = float(positive.max())
    seldom = min(float(np.quantile(positive, 0.01)), high * _DECADES)
    low = max(float(positive.min()), seldom)
    bottom = 10.0 ** math.floor(math.log10(low) + 1e-9)
    top = high * (high / bottom) ** 0.04 if high > bottom else high * 2
    zeros = bool((rates < bottom).any())
    axes.set_yscale("log")
    decades = math.log10(high / bottom)
    step = max(1, math.ceil(decades / 8))
    ticks = [10.0**e for e in range(round(math.log10(bottom)), math.ceil(math.log10(high)) + 1, step)]
    if zeros:
        nothing = bottom / (10 ** max(0.35, decades * 0.07))
        axes.yaxis.set_major_locator(FixedLocator([nothing, *(tick for tick in ticks if tick <= top)]))
        words = "0" if (rates == 0).any() and not ((rates > 0) & (rates < bottom)).any() else "≈0"
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: words if value <= nothing * 1.01 else short(value))
        )
        axes.set_ylim(nothing * 0.8, top)
    else:
        nothing = bottom
        labelled = ticks if decades > 1.2 else sorted({m * tick for tick in ticks for m in (1, 2, 5)})
        axes.yaxis.set_major_locator(FixedLocator(labelled))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axes.set_ylim(min(bottom, low / 1.15) if decades > 1.2 else low / 1.1, top)
    fine = range(2, 10) if step == 1 else (1,)
    between = [
        m * 10.0**e for e in range(round(math.log10(bottom)), math.ceil(math.log10(high)) + 1) for m in fine
    ]
    axes.yaxis.set_minor_locator(FixedLocator([tick for tick in between if tick <= top]))
    axes.yaxis.set_minor_formatter(NullFormatter())
    return lambda values: np.where(values < bottom, nothing, values) if zeros else values


def _draw_momentum(axes: "Axes", drawn: Sequence[_Drawn]) -> None:
    for d in drawn:
        if d.momentum is not None:
            axes.plot(d.momentum.steps, d.momentum.rates, **d.look)
    axes.margins(y=0.12)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    _plain(axes.set_ylabel("momentum"))


def _label_steps(top: "Axes", bottom: "Axes", curves: Sequence[Curve], style: Style) -> None:
    last = max(curve.run.steps for curve in curves) - 1
    lengths = {curve.run.steps_per_epoch for curve in curves}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    room = max(last, 1) * 0.02
    top.set_xlim(-room, max(last, 1) + room)
    bottom.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 2.5, 5, 10]))
    bottom.xaxis.set_major_formatter(FuncFormatter(lambda value, _: steps(value)))
    words = "epoch" if per_epoch == 1 else "step (optimizer updates)"
    _plain(bottom.set_xlabel(printable(style.xlabel or words)))
    if per_epoch is not None and per_epoch > 1:
        each = per_epoch
        to_epochs: Any = (lambda step: step / each, lambda epoch: epoch * each)
        above = top.secondary_xaxis("top", functions=to_epochs)
        above.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]))
        above.xaxis.set_major_formatter(FuncFormatter(lambda value, _: steps(value)))
        above.set_xlabel("epoch")
        above.spines["top"].set_visible(True)


def _legend(axes: "Axes", drawn: Sequence[_Drawn]) -> None:
    handles = list(axes.get_lines())
    names = [d.label for d in drawn]
    if len(handles) > _LEGEND:
        handles, names = handles[:_LEGEND], [*names[: _LEGEND - 1], f"… {len(drawn) - _LEGEND + 1} more"]
    outside = len(handles) > 6 or max(map(len, names)) > 40
    where: dict[str, Any] = (
        {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} if outside else {"loc": "best"}
    )
    legend = axes.legend(handles, [_literal(name) for name in names], **where)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)
        _plain(text)


def _literal(label: str) -> str:
    """A label matplotlib does not take for one to hide."""
    return f" {label}" if label.startswith("_") else label


def _plain(text: "Text") -> None:
    """Show ``$`` and ``_`` as they are."""
    text.set_parse_math(False)
