"""Catalogue names in a spec, written out as the schedules they stand for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lrplot.schedules import find
from lrplot.spec.document import Node, literal


def with_names_written_out(root: Node) -> Node:
    """The spec with catalogue names under ``schedule`` and ``schedules`` written out."""
    entries = root.entries
    for key in ("schedule", "schedules"):
        node = entries.get(key)
        if node is None:
            continue
        if key == "schedule":
            new = written_out(node)
        elif isinstance(node.value, Mapping):
            new = replace(node, value={name: written_out(child) for name, child in node.value.items()})
        else:
            continue
        root = replace(root, value={k: new if k.text == key else v for k, v in root.value.items()})
    return root


def written_out(node: Node) -> Node:
    """A catalogue name as the schedule it stands for; any other node as it is."""
    entry = find(node.value) if isinstance(node.value, str) else None
    return node if entry is None else _standing_at(literal(entry.fragment, node.source.name), node)


def _standing_at(tree: Node, place: Node) -> Node:
    """The tree as if it were written where ``place`` stands."""
    if isinstance(tree.value, Mapping):
        value: Any = {_standing_at(k, place): _standing_at(v, place) for k, v in tree.value.items()}
    elif isinstance(tree.value, list):
        value = [_standing_at(child, place) for child in tree.value]
    else:
        value = tree.value
    return replace(tree, value=value, mark=place.mark, source=place.source)
