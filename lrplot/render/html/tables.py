"""Key figures as HTML, and the tables below the curves of a page."""

from collections.abc import Mapping, Sequence
from html import escape

from lrplot.curve import Curve
from lrplot.render.html.points import Drawn
from lrplot.render.html.section import Listed
from lrplot.render.table import COMPARED, key_figures
from lrplot.render.titles import label_of
from lrplot.text.numbers import short
from lrplot.text.plain import printable


def figures_table(curves: Sequence[Curve]) -> str:
    """Peak, final, mean, warm-up length and steps above half the peak, a row a curve, for notebooks."""
    rows = [["schedule", *COMPARED]]
    rows += [[printable(curve.run.label), *key_figures(curve)] for curve in curves]
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    head = cells[0].replace("td>", "th>")
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in (head, *cells[1:])) + "</table>"


def figures_of(curves: Sequence[Curve], words: Mapping[str, str]) -> Listed:
    """The key figures of plans; between the rows of a log nothing is known, so it has none."""
    heads = [words[name] for name in ("schedule", *COMPARED)]
    plans = [curve for curve in curves if curve.run.logged is None]
    return Listed(words["figures"], heads, [[label_of(curve.run), *key_figures(curve)] for curve in plans])


def losses_of(curves: Sequence[Curve], words: Mapping[str, str]) -> Listed:
    """The final and the lowest expected loss of simulated runs."""
    rows = []
    for curve in curves:
        found = curve.run.simulation
        if found is not None:
            at, lowest = found.best
            gone = found.diverged
            final = short(found.final, 4) if gone is None else words["diverged"].format(step=gone)
            rows.append([label_of(curve.run), final, short(lowest, 4), str(at)])
    heads = [words[name] for name in ("schedule", "final loss", "lowest", "at")]
    return Listed(words["loss"], heads, rows)


def changes_of(drawn: Sequence[Drawn], words: Mapping[str, str]) -> Listed:
    """The changes of the rate that metrics caused, and why."""
    rows = [
        [str(change.step), label_of(each.curve.run), short(change.before), short(change.lr), change.cause]
        for each in drawn
        for change in each.changes
    ]
    heads = [words[name] for name in ("step", "schedule", "from", "to", "why")]
    return Listed(words["changes"], heads, rows)
