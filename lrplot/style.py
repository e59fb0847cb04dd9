"""The look of a figure, as a spec's ``figure``, the command line's options and Python say it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from lrplot.clock import Settings
from lrplot.errors import Problem

Theme = Literal["light", "dark", "print", "transparent", "paper", "presentation"]
Scale = Literal["linear", "log"]
Language = Literal["en", "zh", "zh-Hant"]
Unit = Literal["steps", "epochs", "percent", "samples", "tokens"]
Place = Literal["right", "top", "bottom", "inside", "ends", "off"]
Mark = Literal["peak", "min", "end", "drops", "phases"]
Part = Literal["log", "momentum", "metric", "updates", "loss"]

MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
PARTS: Final[tuple[Part, ...]] = get_args(Part)
MARKERS: Final = ("none", "o", "s", "^", "v", "<", ">", "D", "d", "p", "h", "*", "x", "+", ".", "|")
DASHES: Final = ("solid", "dashed", "dotted", "dashdot")

_MOST_PIXELS: Final = 100_000_000
"""Pixels of the largest picture: 400 MB while it is drawn."""
_WIDTHS: Final = {"column": 3.25, "text": 6.75}
"""Inches of one column, and of the text, of a two-column page (ICML's and IEEE's differ by a hundredth)."""
_SIZES: Final[Mapping[str, tuple[float, float]]] = {"paper": (3.25, 2.1), "presentation": (10.0, 5.625)}
"""Inches of a theme's figure where nobody gives a size."""
_RESOLUTIONS: Final[Mapping[str, int]] = {"paper": 300}
"""Pixels an inch, as journals ask for in print."""
_WIDE: Final = 4.5
"""Inches from which on a figure is flatter: two of them would fill a page else."""
_FLAT: Final = {"narrow": 0.64, "wide": 0.42}
"""Height as a share of a width that somebody gives."""


def _named(allowed: tuple[str, ...], none: str = "") -> BeforeValidator:
    """A switch for all of these names or none of them, or a list of some, ``a, b`` included."""

    def read(value: object) -> object:
        if value is None or isinstance(value, bool):
            return None if value is None else allowed if value else ()
        if isinstance(value, str):
            value = [] if value.strip() == none and none else [name.strip() for name in value.split(",")]
        if not isinstance(value, list | tuple) or not all(name in allowed for name in value):
            raise ValueError(f"true, false, or some of {', '.join(allowed)}")
        return tuple(value)

    return BeforeValidator(read)


def _list_schema(allowed: tuple[str, ...]) -> WithJsonSchema:
    names = {"type": "array", "items": {"enum": list(allowed)}}
    return WithJsonSchema({"anyOf": [{"type": "boolean"}, names, {"type": "string"}], "default": None})


def _either(words: tuple[str, ...], what: str, good: Callable[[Any], bool]) -> BeforeValidator:
    """One of the words, or what is good; ``what`` says it."""

    def read(value: object) -> object:
        value = tuple(value) if isinstance(value, list) else value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is None or value in words or good(float(value) if number else value):  # type: ignore[arg-type]
            return value
        raise ValueError(" or ".join(part for part in (", ".join(words), what) if part))

    return BeforeValidator(read)


def _numbers(value: object) -> bool:
    plain = isinstance(value, tuple) and bool(value)
    return plain and all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)  # type: ignore[attr-defined]


def _ends(value: object) -> bool:
    two = isinstance(value, tuple) and len(value) == 2
    return two and all(end is None or _numbers((end,)) for end in value)  # type: ignore[attr-defined]


Limit = Annotated[
    tuple[float | None, float | None], _either((), "two ends, as [0, 100]; null leaves one open", _ends)
]
"""Where an axis begins and ends; None leaves an end to the figure."""
Ticks = Annotated[
    int | tuple[float, ...],
    _either((), "a number of ticks, or a list of places", lambda v: _numbers(v) or v in range(2, 41)),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "number"}}]}),
]
Width = Annotated[
    float | str,
    _either(tuple(_WIDTHS), "inches between 1 and 60", lambda v: isinstance(v, float) and 1 <= v <= 60),
    WithJsonSchema({"anyOf": [{"enum": list(_WIDTHS)}, {"type": "number", "minimum": 1, "maximum": 60}]}),
]
Dash = Annotated[
    str | tuple[float, ...],
    _either(
        DASHES, "points of line and gap, as [4, 2]", lambda v: _numbers(v) and len(v) % 2 == 0 and min(v) > 0
    ),
    WithJsonSchema({"anyOf": [{"enum": list(DASHES)}, {"type": "array", "items": {"type": "number"}}]}),
]
Marker = Annotated[str, _either(MARKERS, "", lambda _: False), WithJsonSchema({"enum": list(MARKERS)})]
Inset = Annotated[
    str | tuple[float, float],
    _either(
        ("warmup", "off"), "two places on the step axis, as [0, 500]", lambda v: _numbers(v) and len(v) == 2
    ),
    WithJsonSchema({"anyOf": [{"enum": ["warmup", "off"]}, {"type": "array", "items": {"type": "number"}}]}),
]


class CurveStyle(Settings):
    """The look of one curve: what is left out stays as the theme or the style sheet has it.

    >>> CurveStyle(color="crimson", dash="dashed").dash
    'dashed'
    """

    color: str | None = None
    """Any colour of matplotlib: a name, ``#0072B2``, ``C1``, ``0.5`` for grey."""
    width: Annotated[float, Field(gt=0, le=40)] | None = None
    """Width of the line in points."""
    dash: Dash | None = None
    """solid, dashed, dotted, dashdot, or points of line and gap: ``[4, 2]``."""
    marker: Marker | None = None
    """A marker of matplotlib, set along the line: ``o``, ``s``, ``^``, …, or ``none``."""


class Style(Settings):
    """The look of a figure: the ``figure`` of a spec.

    >>> Style(yscale="log").yscale
    'log'
    >>> Style(theme="paper", width="text").inches
    (6.75, 2.835)
    """

    title: str | None = None
    """Title above the figure; the spec's own title when left out, and none in a paper."""
    xlabel: str | None = None
    """Label of the step axis."""
    ylabel: str | None = None
    """Label of the rate axis."""
    xaxis: Unit | None = None
    """Unit of the step axis; ``percent`` aligns runs of unequal length; left out: steps, epochs above."""
    yscale: Scale = "linear"
    """Scale of the rate axis."""
    xlim: Limit | None = None
    """First and last place of the step axis, in its unit; null leaves one to the figure."""
    ylim: Limit | None = None
    """Lowest and highest rate shown; null leaves one to the figure."""
    xticks: Ticks | None = None
    """About how many ticks the step axis has, or where."""
    yticks: Ticks | None = None
    """About how many ticks the rate axis has, or where."""
    grid: bool | None = None
    """Whether lines mark the ticks; left out: they do, unless a style sheet says otherwise."""
    legend: Place | None = None
    """Place of the curves' names: left out, beside them where they part, else below."""
    curves: Mapping[str, CurveStyle] = Field(default_factory=dict)
    """The look of curves by their labels, in which * stands for anything."""
    panels: Annotated[tuple[Part, ...], _named(PARTS, "none"), _list_schema(PARTS)] | None = None
    """Panels below the rate: momentum, metric, updates, loss; log, the rate again; left out: all it has."""
    inset: Inset | None = None
    """A stretch drawn again, larger: ``warmup``, or from where to where; ``off`` in the gallery too."""
    size: (
        Annotated[
            tuple[Annotated[float, Field(ge=1, le=60)], Annotated[float, Field(ge=1, le=60)]],
            Field(strict=False),
        ]
        | None
    ) = None
    """Width and height in inches."""
    width: Width | None = None
    """Width alone: ``column`` (3.25 in) or ``text`` (6.75 in) of a two-column page, or inches."""
    dpi: Annotated[int, Field(ge=20, le=1200)] | None = None
    """Pixels an inch."""
    theme: Theme = "light"
    """Colours and sizes: ``print`` is safe in greyscale, ``paper`` is a column, ``presentation`` a slide."""
    font: str | None = None
    """Font family of all texts, where it is installed: ``serif``, ``Times New Roman``."""
    font_size: Annotated[float, Field(ge=3, le=60)] | None = None
    """Points of the axes' texts; the others follow."""
    stylesheet: str | None = None
    """A matplotlib style sheet laid over the theme: a path, from where the spec stands."""
    annotate: Annotated[tuple[Mark, ...], _named(MARKS), _list_schema(MARKS)] | None = None
    """What is named: true, or some of peak, min, end, drops, phases; left out: all, in the gallery only."""
    lang: Language = "en"
    """Language of the figure's own words."""
    updates: Literal["effective_lr", "change", "weights"] = "effective_lr"
    """What the panel of an optimizer shows: |Δθ|/|g|, the update Δθ, or the weights θ."""
    output: Annotated[str, Field(pattern=r"^[^/\\\x00]+\.(png|svg|pdf)$")] | None = None
    """File name of the picture, without a folder."""

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height: the given ones, those of the given width, or the theme's."""
        if self.size is not None:
            return self.size
        if self.width is None:
            return _SIZES.get(self.theme, (8.0, 4.5))
        width = float(_WIDTHS.get(str(self.width), 0) or self.width)
        return width, round(max(1.0, width * _FLAT["wide" if width >= _WIDE else "narrow"]), 4)

    @property
    def titled(self) -> bool:
        """Whether a figure without a title of its own gets one: in a paper its caption says it."""
        return self.theme != "paper"

    @property
    def resolution(self) -> int:
        """Pixels an inch: the given ones, or the theme's."""
        return self.dpi or _RESOLUTIONS.get(self.theme, 150)

    def mistakes(self) -> Iterator[Problem]:
        """The problems of settings that are each right on their own."""
        pixels = self.inches[0] * self.inches[1] * self.resolution**2
        if pixels > _MOST_PIXELS:
            yield Problem(
                "size", f"size and dpi make {pixels:.3g} pixels; at most {_MOST_PIXELS:.0e} are drawn"
            )
        if self.size is not None and self.width is not None:
            yield Problem("width", "width and size both say how wide it is; give one")
        for name in ("xlim", "ylim", "inset"):
            ends = getattr(self, name)
            if isinstance(ends, tuple) and None not in ends and ends[0] >= ends[1]:
                yield Problem(name, f"{name} must rise, got {ends[0]:g} … {ends[1]:g}")
        if (
            self.yscale == "log"
            and self.ylim is not None
            and any(end is not None and end <= 0 for end in self.ylim)
        ):
            yield Problem("ylim", "ylim must be > 0 on a log axis")
