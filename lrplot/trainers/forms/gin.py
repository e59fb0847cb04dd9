"""Gin bindings: ``NAME = value``, ``function.parameter = value``, and blocks ``function:`` of them."""

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import text_of

_BLOCK: Final = re.compile(r"^([A-Za-z_][\w./]*):\s*(?:#.*)?$")
_BINDING: Final = re.compile(r"^(\s*)([A-Za-z_][\w./]*)\s*=\s*(.*)$")
_LARGEST: Final = 1_000_000
"""Characters of a file of bindings: written by hand, it has some thousand."""
_DEEPEST: Final = 10
"""Files that include each other, and names of names, that are followed, so that a circle ends."""


def gin(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The bindings of a gin text, functions without their modules; none for another text."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if len(text) <= _LARGEST and _read(text, folder, values, places, 0) and values:
        resolved = {key: _resolved(value, values) for key, value in values.items()}
        yield Form(name, "gin", resolved, places, folder=folder)


def _read(text: str, folder: Path | None, values: dict[str, Any], places: dict[str, str], depth: int) -> bool:
    """Put the bindings of a text there; False where a line is none."""
    block, held, at = "", "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if held:
            held = f"{held} {line.strip()}"
        elif not line.strip() or line.lstrip().startswith(("#", "import ", "from ")):
            continue
        elif line.startswith("include "):
            _include(line[len("include ") :].strip().strip("'\""), folder, values, places, depth)
            continue
        elif (found := _BLOCK.match(line)) is not None:
            block = found[1]
            continue
        else:
            held, at = line, number
        if _is_open(held):
            continue
        found = _BINDING.match(held)
        if found is None:
            return False
        held = ""
        block = block if found[1] else ""
        key = _short(f"{block}.{found[2]}" if block else found[2])
        values[key] = _plain(found[3])
        places[key] = f"{at}:{len(found[1]) + 1}"
    return True


def _include(
    file: str, folder: Path | None, values: dict[str, Any], places: dict[str, str], depth: int
) -> None:
    """The bindings of a file beside this one; a file of an installed package is not looked for."""
    beside = Form("", "gin", {}, folder=folder)
    text = text_of(beside, file) if file.endswith(".gin") and depth < _DEEPEST else None
    if text is None or folder is None:
        return
    inner: dict[str, str] = {}
    if len(text) <= _LARGEST:
        _read(text, (folder / file).parent, values, inner, depth + 1)
    for key in inner:
        places.pop(key, None)


def _short(key: str) -> str:
    """``t5x.utils.create(…).factors`` by its function and parameter."""
    return ".".join(re.split(r"[./]", key)[-2:])


def _is_open(text: str) -> bool:
    plain = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    return plain.count("(") + plain.count("[") + plain.count("{") > plain.count(")") + plain.count(
        "]"
    ) + plain.count("}") or text.endswith("\\")


def _plain(text: str) -> Any:
    written = re.sub(r"\s+#.*$", "", text.strip()).rstrip("\\").strip()
    try:
        with warnings.catch_warnings():
            # Another language's text may hold what is no escape to Python.
            warnings.simplefilter("ignore")
            return ast.literal_eval(written)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return written


def _resolved(value: Any, values: dict[str, Any], depth: int = 0) -> Any:
    """``%NAME`` as the value that is bound to it."""
    if isinstance(value, str) and value.startswith("%") and depth < _DEEPEST:
        return _resolved(values.get(_short(value[1:]), value), values, depth + 1) if value[1:] else value
    return value
