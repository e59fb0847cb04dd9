"""The table of pictures in a page."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lrplot.errors import LrplotError
from lrplot.gallery.pictures import Picture

_MARKERS: Final = ("<!-- gallery -->", "<!-- /gallery -->")


def index(page: str, where: Path, pictures: Sequence[Picture], images: Path) -> str:
    """The page with the table between its markers written anew: picture, title, spec.

    Raises
    ------
    LrplotError
        When the page does not hold the two markers, in order.
    """
    start, end = _MARKERS
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise LrplotError(f"{where}: needs the lines {start} and {end}, between which the table goes")
    rows = ["| picture | title | spec |", "|---|---|---|"]
    for picture in pictures:
        if picture.runs:
            title, name = _escaped(picture.title), _escaped(picture.spec.name)
            source, spec = (_link(path, where) for path in (images / picture.name, picture.spec))
            rows.append(f"| ![{title}]({source}) | {title} | [{name}]({spec}) |")
    return before + start + "\n" + "\n".join(rows) + "\n" + end + after


def _escaped(text: str) -> str:
    """Text that Markdown takes for text."""
    return re.sub(r"([\\|\[\]*_<>`])", r"\\\1", " ".join(text.split()))


def _link(path: Path, page: Path) -> str:
    return quote(Path(os.path.relpath(path, page.parent)).as_posix())
