"""The files that a spec reads beside itself."""

from collections.abc import Iterator
from pathlib import Path

from lrplot.document.tree import Node


def files_of(root: Node) -> tuple[Path, ...]:
    r"""The files of its metrics, gradients and style sheet that are there, in this order.

    >>> from lrplot.document.tree import read
    >>> files_of(read("schedule: cosine\nmetrics: exp(-t)", "a.yaml"))
    ()
    """
    return tuple(path for path in _named(root) if path.is_file())


def _named(root: Node) -> Iterator[Path]:
    folder = Path(root.source.name).parent
    for key in ("metrics", "gradients"):
        node = root.entries.get(key)
        if node is not None and isinstance(node.value, str):
            yield folder / node.text
            # What follows the # names a column.
            yield folder / node.text.rpartition("#")[0]
    figure = root.entries.get("figure")
    sheet = figure.entries.get("stylesheet") if figure is not None else None
    if sheet is not None and isinstance(sheet.value, str):
        yield folder / sheet.text
