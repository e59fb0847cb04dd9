"""The formats of a result: a row each, of which ``-f``, the endings of ``-o``, help and errors are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from lrplot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import RenderableType

    from lrplot.render.selection import Drawing

Made = TypeVar("Made")
_LINES: Final = 18
"""Lines of a chart: of a terminal's 24 they leave six for what stands around it."""


@dataclass(frozen=True, slots=True)
class Format(Generic[Made]):
    """One format of what a command makes.

    Parameters
    ----------
    name
        What ``-f`` calls it.
    endings
        The endings of files that are in it; the first is the one a file gets that was not named.
    data
        Writes it as bytes.
    shown
        Makes what a terminal shows, in its width and its colours. A format has this or ``data``.
    binary
        Whether no terminal can show its bytes.
    picture
        Whether it is looked at: what it shows is told beside it, as a table on the terminal.
    filed
        Whether it goes to a file where nobody says where to.
    """

    name: str
    endings: tuple[str, ...]
    data: Callable[[Made], Iterable[bytes]] | None = None
    shown: Callable[[Made], RenderableType] | None = None
    binary: bool = False
    picture: bool = False
    filed: bool = False


def _picture(kind: str) -> Callable[[Drawing], Iterator[bytes]]:
    def write(drawing: Drawing) -> Iterator[bytes]:
        if drawing.selection.at is not None or drawing.selection.every is not None:
            raise UsageError("--at and --every choose rows of a table or a data file; add -f table or -f csv")
        return _drawn(drawing, kind)

    return write


def _drawn(drawing: Drawing, kind: str) -> Iterator[bytes]:
    from lrplot.render.startup import draw

    drawn = draw(drawing.curves, kind)
    for message in drawn.warnings:
        drawing.warn(message)
    yield drawn.data


def _page(drawing: Drawing) -> Iterator[bytes]:
    if drawing.selection.at is not None or drawing.selection.every is not None:
        raise UsageError("--at and --every choose rows of a table or a data file; a page holds the whole run")
    from lrplot.render.html.page import page
    from lrplot.render.html.section import section_of

    yield page([section_of(drawing.curves, drawing.texts())])


def _rows(writer: str) -> Callable[[Drawing], Iterator[bytes]]:
    def write(drawing: Drawing) -> Iterator[bytes]:
        from lrplot.render import data
        from lrplot.render.selection import parse_steps

        selection = drawing.selection
        longest = max(drawing.runs, key=lambda run: run.steps)
        steps: range | tuple[int, ...] = range(0, longest.steps, selection.every or 1)
        if selection.at is not None:
            if selection.every is not None:
                raise UsageError("give --at or --every, not both")
            steps = tuple(sorted(set(parse_steps(longest, selection.at))))
        if len(steps) > data.MOST_ROWS and not selection.all_steps:
            raise UsageError(f"{len(steps)} rows; use --every K for fewer, or --all-steps to have them all")
        made: Iterator[bytes] = getattr(data, writer)(drawing.spread, steps)
        return made

    return write


def _chart(drawing: Drawing) -> RenderableType:
    from lrplot.render.chart import Chart

    log = drawing.runs[0].style.yscale == "log"
    return Chart(drawing.curves, drawing.width, drawing.height or _LINES, log)


def _table(drawing: Drawing) -> RenderableType:
    from lrplot.render.selection import parse_steps
    from lrplot.render.tables import tables

    if drawing.selection.every is not None:
        raise UsageError("--every thins a data file; a table takes --at")
    at = drawing.selection.at
    steps = [() if at is None else parse_steps(run, at) for run in drawing.runs]
    return tables(drawing.runs, steps, _chart(drawing), every_row=drawing.selection.all_steps)


FORMATS: Final[tuple[Format[Drawing], ...]] = (
    Format("png", (".png",), _picture("png"), binary=True, picture=True, filed=True),
    Format("svg", (".svg",), _picture("svg"), picture=True, filed=True),
    Format("pdf", (".pdf",), _picture("pdf"), binary=True, picture=True, filed=True),
    Format("html", (".html", ".htm"), _page, picture=True, filed=True),
    Format("table", (".txt",), shown=_table),
    Format("chart", (".txt",), shown=_chart),
    Format("csv", (".csv",), _rows("write_csv")),
    Format("json", (".json",), _rows("write_json")),
    Format("npy", (".npy",), _rows("write_npy"), binary=True, filed=True),
)
"""The formats of curves."""
