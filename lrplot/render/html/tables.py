"""Curves' key figures as HTML, for notebooks."""

from collections.abc import Sequence
from html import escape

from lrplot.curve import Curve
from lrplot.render.table import COMPARED, key_figures
from lrplot.text.plain import printable


def figures_table(curves: Sequence[Curve]) -> str:
    """Peak, final, mean, warm-up length and steps above half the peak, a row a curve."""
    rows = [["schedule", *COMPARED]]
    rows += [[printable(curve.run.label), *key_figures(curve)] for curve in curves]
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    head = cells[0].replace("td>", "th>")
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in (head, *cells[1:])) + "</table>"
