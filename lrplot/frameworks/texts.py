"""Texts read with all frameworks that lrplot knows."""

from functools import partial
from typing import Final

from lrplot.frameworks.registry import REGISTRY
from lrplot.python import read as reader

read: Final = partial(reader.read, registry=REGISTRY)
"""The schedules that a text makes; see :func:`lrplot.python.read.read`."""
read_mapping: Final = partial(reader.read_mapping, registry=REGISTRY)
"""The schedule that a configuration's mapping describes; see :func:`lrplot.python.read.read_mapping`."""
