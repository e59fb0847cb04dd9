"""Notebooks: the code of their cells, without the lines that are no Python."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lrplot.trainers.form import Form
from lrplot.trainers.forms.python import calls_of, parsed

_MAGIC = re.compile(r"^(\s*)[!%].*$", re.MULTILINE)
_LONGEST = 20_000_000
"""Characters of a notebook, whose outputs may hold pictures."""


def notebook(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The calls in the code of a notebook that configure a training, the last first."""
    if text.lstrip()[:1] != "{" or '"cells"' not in text or len(text) > _LONGEST:
        return
    try:
        cells = json.loads(text).get("cells")
    except (ValueError, RecursionError, AttributeError):
        return
    if not isinstance(cells, list):
        return
    body = [statement for cell in cells for statement in _statements(cell)]
    yield from calls_of(ast.Module(body=body, type_ignores=[]), name, folder)


def _statements(cell: Any) -> list[ast.stmt]:
    """The statements of a code cell; a cell that is no Python has none."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return []
    source = cell.get("source", "")
    code = "".join(map(str, source)) if isinstance(source, list) else str(source)
    if code.lstrip().startswith("%%"):
        return []
    return parsed(_MAGIC.sub(r"\1pass", code)).body
