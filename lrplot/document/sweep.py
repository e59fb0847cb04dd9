"""A spec once for every combination of its ``sweep``."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Final

from lrplot.document.path import check_path, put
from lrplot.document.tree import Complaint, Node
from lrplot.errors import SpecError
from lrplot.run import Swept

_CURVES: Final = 10_000
"""Curves of a sweep: a product of a few lists soon has more than memory holds, and no picture shows as
many."""


def variants(root: Node, complaints: list[Complaint]) -> Iterator[tuple[tuple[Swept, ...], Node]]:
    """The values of every combination of a spec's ``sweep``, and the spec with them."""
    sweep = root.entries.get("sweep")
    if sweep is None:
        yield (), root
        return
    if not _sweep_is_sound(sweep, complaints):
        return
    for combination in itertools.product(*(values.items for values in sweep.value.values())):
        variant, said = root, []
        for key, value in zip(sweep.value, combination, strict=True):
            try:
                check_path(key.text, "sweep")
                variant = put(variant, key.text, value, key)
            except SpecError as error:
                complaints.append(Complaint(str(error).split(": ", 1)[1], key))
                return
            said.append(Swept(short(key.text), value.text or value.kind))
        yield tuple(said), variant


def short(path: str) -> str:
    """A path as a label shows it."""
    return path.removeprefix("schedule.")


def _sweep_is_sound(sweep: Node, complaints: list[Complaint]) -> bool:
    before = len(complaints)
    if not isinstance(sweep.value, Mapping) or not sweep.value:
        complaints.append(Complaint("sweep must be a mapping of paths to lists: {gamma: [0.9, 0.95]}", sweep))
        return False
    for key, values in sweep.value.items():
        if not isinstance(values.value, list) or not values.value:
            complaints.append(Complaint(f"sweep: '{key.text}' must be a list of at least one value", values))
    count = math.prod(len(values.items) for values in sweep.value.values())
    if count > _CURVES:
        complaints.append(Complaint(f"sweep makes {count} curves; at most {_CURVES} are drawn", sweep))
    return len(complaints) == before
