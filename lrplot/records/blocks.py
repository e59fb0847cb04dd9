"""A text taken in blocks of whole lines, so that a large file is never held as lines at once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lrplot.errors import LrplotError

_BLOCK: Final = 1 << 22
"""Bytes taken at once, 4 MB: the lines of a block take some times that as Python's texts, those of a file do
not."""
_KINDS: Final = (
    (b"\x1f\x8b", "packed with gzip; unpack it first"),
    (b"PK\x03\x04", "a zip archive (as torch.save writes); pickles are not read"),
    (b"\x80", "a pickle; it is not read, since that could run code"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file; export it as CSV"),
    (b"SQLite format", "a SQLite database; export a CSV"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF"),
    (b":W&B", "an offline run of W&B; `wandb sync` it and export a CSV, or log to a CSV as well"),
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def text_of(data: bytes, path: Path) -> bytes:
    """The bytes of a text in UTF-8, without its mark; anything else is refused by its kind.

    Raises
    ------
    LrplotError
        When it is no text.
    """
    for magic, kind in _KINDS:
        if data.startswith(magic):
            raise LrplotError(f"{path}: {kind}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # as PowerShell's > writes
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise LrplotError(f"{path}: not a text in UTF-16") from None
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    at = data.find(b"\0")
    if at >= 0:
        end = data.rstrip(b"\0")
        if len(end) <= at and at:  # what a machine that died leaves: blocks promised and never written
            return end
        raise LrplotError(f"{path}:{data.count(10, 0, at) + 1}: not a text")
    if b"\r" in data and b"\n" not in data:  # lines as old Macs end them
        data = data.replace(b"\r", b"\n")
    head = data[:1000].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html")):
        raise LrplotError(f"{path}:1: a page of HTML, not a log; download the raw file")
    return data


def blocks(data: bytes, size: int = _BLOCK) -> Iterator[str]:
    r"""The text in pieces that end where a line ends, line ends as ``\n``, without terminals' colours.

    >>> list(blocks(b"a\r\nb\nc", 2))
    ['a\n', 'b\n', 'c']
    """
    start = 0
    while start < len(data):
        end = data.find(b"\n", min(start + size, len(data)) - 1) + 1 or len(data)
        text = data[start:end].decode("utf-8", errors="replace")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        yield _COLOURS.sub("", text) if "\x1b" in text else text
        start = end


def first_lines(data: bytes, count: int) -> list[str]:
    r"""The first lines that are not empty, without what ends them.

    >>> first_lines(b"\n a\n\nb\nc", 2)
    [' a', 'b']
    """
    found: list[str] = []
    for block in blocks(data, 1 << 16):
        found += [line for line in block.split("\n") if line.strip()]
        if len(found) >= count:
            break
    return found[:count]
