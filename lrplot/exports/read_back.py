"""Exported code, read again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from lrplot.errors import LrplotError
from lrplot.exports.scripts import Target
from lrplot.frameworks.texts import read, read_mapping
from lrplot.schedules.base import Context, Schedule

Found = tuple[Schedule, tuple[str, ...]]
"""A schedule, and what reading it told."""


def read_back(code: str, target: Target, around: Context) -> Found:
    """The schedule that exported code makes, on the clock that its scheduler is stepped on.

    Raises
    ------
    LrplotError
        When the framework refuses the code.
    """
    return _READERS.get(target.spellings.form, _script)(code, around)


def _script(code: str, around: Context) -> Found:
    (reading,) = read(code, "export", around, assumed_lr=None)
    return reading.schedule, reading.notes


def _json(code: str, around: Context) -> Found:
    config = json.loads(code)
    here = replace(around, lr=config["optimizer"]["params"]["lr"])
    reading = read_mapping(config["scheduler"], "export", here)
    if reading is None:
        raise LrplotError("there is no scheduler in the configuration")
    return reading.schedule, reading.notes


_READERS: Final[Mapping[str, Callable[[str, Context], Found]]] = {"json": _json}
