"""Names in a spec, written out as the schedules and optimizers they stand for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lrplot.document.tree import Node, literal
from lrplot.schedules import find


def with_names_written_out(root: Node) -> Node:
    """The spec with names alone under ``schedule``, ``optimizer`` and their plurals written out."""
    for one, several, whole in (
        ("schedule", "schedules", written_out),
        ("optimizer", "optimizers", _optimizer),
    ):
        entries = root.entries
        new = {one: whole(entries[one])} if one in entries else {}
        node = entries.get(several)
        if node is not None and isinstance(node.value, Mapping):
            new[several] = replace(node, value={name: whole(child) for name, child in node.value.items()})
        root = replace(root, value={key: new.get(key.text, child) for key, child in root.value.items()})
    return root


def _optimizer(node: Node) -> Node:
    """An optimizer's name as the mapping it stands for; any other node as it is."""
    if not isinstance(node.value, str):
        return node
    from lrplot.optimizers import TYPES

    known = node.value in TYPES
    return _standing_at(literal({"type": node.value}, node.source.name), node) if known else node


def written_out(node: Node) -> Node:
    """A catalogue name as the schedule it stands for; any other node as it is."""
    entry = find(node.value) if isinstance(node.value, str) else None
    return node if entry is None else _standing_at(literal(entry.fragment, node.source.name), node)


def _standing_at(tree: Node, place: Node) -> Node:
    """The tree as if it were written where ``place`` stands, which says only a name for it."""
    if isinstance(tree.value, Mapping):
        value: Any = {_standing_at(k, place): _standing_at(v, place) for k, v in tree.value.items()}
    elif isinstance(tree.value, list):
        value = [_standing_at(child, place) for child in tree.value]
    else:
        value = tree.value
    return replace(tree, value=value, mark=place.mark, source=place.source, typical=True)
