"""TOML, by Python's own reader."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from lrplot.trainers.form import Form

_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")
_TABLE = re.compile(r"^\s*\[\s*([\w.\"'-]+)\s*\]")


def toml(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The tables of a TOML text; none for another text."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    if values:
        yield Form(name, "toml", values, dict(_places(text)), folder=folder)


def _places(text: str) -> Iterator[tuple[str, str]]:
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _TABLE.match(line)) is not None:
            table = f"{found[1]}."
        elif (found := _KEY.match(line)) is not None:
            yield f"{table}{found[1]}", f"{number}:{found.start(1) + 1}"
