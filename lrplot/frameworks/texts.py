"""Texts read with all frameworks that lrplot knows."""

from functools import partial
from typing import Any, Final

from lrplot.frameworks.registry import REGISTRY
from lrplot.python import read as reader
from lrplot.python.reading import Reading
from lrplot.python.source import parse
from lrplot.schedules.base import Context

read_source: Final = partial(reader.read, registry=REGISTRY)
"""The schedules that a parsed text makes; see :func:`lrplot.python.read.read`."""
read_mapping: Final = partial(reader.read_mapping, registry=REGISTRY)
"""The schedule that a configuration's mapping describes; see :func:`lrplot.python.read.read_mapping`."""


def read(text: str, name: str, around: Context, **options: Any) -> tuple[Reading, ...]:
    """The schedules that a text makes, which errors call ``name``; options as of ``read_source``."""
    return read_source(parse(text, name), around, **options)
