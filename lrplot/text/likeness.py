"""The look of a file that is no spec, said in a few words of its beginning."""

import json
import re
from collections.abc import Iterable
from typing import Final

from lrplot.text.caret import brief

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (PyTorch's checkpoints and .npz are such)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"(\xb5/\xfd", "a zstd archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "an array of NumPy (--metrics and --gradients read one)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xff\xfe", "text in UTF-16 (save it as UTF-8)"),
    (b"\xfe\xff", "text in UTF-16 (save it as UTF-8)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_PICKLE: Final = re.compile(rb"\x80[\x01-\x05]")
_HEAD: Final = 4096
"""Bytes in which a zero tells that a file is no text."""
_SHOWN: Final = 4
"""Names that are listed; how many more there are is told behind."""


def look_of_bytes(data: bytes) -> str | None:
    r"""The look of bytes that are no text, None where they may be a text.

    >>> look_of_bytes(b"\x89PNG\r\n"), look_of_bytes(b"lr: 0.1")
    ('a PNG picture', None)
    """
    known = next((words for magic, words in _MAGIC if data.startswith(magic)), None)
    if known is not None and (known != "a program" or b"\0" in data[:_HEAD]):
        return known
    if _PICKLE.match(data):
        return "a pickle, which is never read"
    return "binary data" if b"\0" in data[:_HEAD] else None


def look_of_text(text: str) -> str:
    r"""The look of a text that is no spec.

    >>> look_of_text("step,loss\n0,2.5\n1,2.25\n")
    'a table with the columns step, loss (--metrics reads one)'
    """
    start = text.lstrip()
    if not start:
        return "an empty file"
    if re.match(r"<!doctype html|<html", start, re.IGNORECASE):
        return "a page of HTML"
    if start.startswith("<"):
        return "XML"
    if start[0] in "[{":
        return _look_of_json(start)
    lines = [line for line in text.splitlines()[:3] if line.strip()]
    for delimiter in ",\t;":
        counts = {line.count(delimiter) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and 0 not in counts:
            cells = [cell.strip().strip('"') for cell in lines[0].split(delimiter)]
            return f"a table with the columns {some(cells)} (--metrics reads one)"
    return f"a text that begins '{brief(lines[0] if lines else start)}'"


def some(names: Iterable[str]) -> str:
    """The first names of a list, and how many more there are.

    >>> some("abcdef"), some("ab")
    ('a, b, c, d and 2 more', 'a, b')
    """
    listed = list(names)
    first = ", ".join(brief(name, 30) for name in listed[:_SHOWN])
    return f"{first} and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else first


def _look_of_json(text: str) -> str:
    what = "a list in JSON" if text[0] == "[" else "JSON"
    try:
        json.loads(text)
    except ValueError:
        first = text.split("\n", 1)[0]
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return f"a text that begins '{brief(first)}'"
        return "JSON lines (--metrics reads them)"
    except RecursionError:
        pass
    return what
