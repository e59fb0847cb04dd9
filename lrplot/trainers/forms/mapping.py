"""YAML and JSON: one mapping, or several documents of a stream."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from lrplot.trainers.form import Form

TAG = "!"
"""The key of a mapping's tag."""
_DEEPEST = 40
"""Levels of a configuration that are looked into."""
_LARGEST = 1_000_000
"""Nodes of a configuration, aliases expanded: aliases of aliases of aliases would fill any memory."""


# libyaml reads ten times as fast where it is there, as nearly everywhere.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Tags that a program would make objects of (``!new:``, ``!ref``, ``!!python/…``) are plain data here.

    The tag of a mapping stands in it, under :data:`TAG`.
    """


def _tagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {**loader.construct_mapping(node, deep=True), TAG: node.tag}
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return {TAG: node.tag}
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("", _tagged)


def mapping(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The mapping of a YAML or JSON text, commas before a closing bracket let pass; none for another text."""
    if ":" not in text:
        return
    try:
        for document in itertools.islice(yaml.compose_all(text, _Loader), _DEEPEST):
            if isinstance(document, yaml.MappingNode) and _size(document, {}) < _LARGEST:
                values = _as_json(text) or _Loader("").construct_document(document)
                places = dict(_places(document))
                yield Form(name, "mapping", values, places, folder=folder, repeated=dict(_repeated(document)))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError, AttributeError):
        return


def _size(node: yaml.Node, known: dict[int, float]) -> float:
    """The number of its nodes, aliases expanded; infinite where it contains itself."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = math.inf  # until its children are counted: what it finds in itself has no end
        children = itertools.chain(*node.value) if isinstance(node, yaml.MappingNode) else node.value
        known[id(node)] = 1 + sum(_size(child, known) for child in children)
    return known[id(node)]


def _as_json(text: str) -> dict[str, Any] | None:
    """A JSON object, whose ``1e-4`` is a number where YAML 1.1 takes it for a text; None for another text."""
    try:
        values = json.loads(text) if text.lstrip()[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _places(node: yaml.Node, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode) or depth > _DEEPEST:
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            at = f"{path}{key.value}"
            yield at, f"{key.start_mark.line + 1}:{key.start_mark.column + 1}"
            yield from _places(value, f"{at}.", depth + 1)


def _repeated(node: yaml.Node, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Keys that a mapping has twice with different values, and the place of the first."""
    if not isinstance(node, yaml.MappingNode) or depth > _DEEPEST:
        return
    first: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            known, before = first.setdefault(key.value, (key, value))
            if before is not value and yaml.serialize(before) != yaml.serialize(value):
                yield f"{path}{key.value}", f"{known.start_mark.line + 1}:{known.start_mark.column + 1}"
            yield from _repeated(value, f"{path}{key.value}.", depth + 1)


def flattened(values: Mapping[Any, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf by its dotted path.

    >>> list(flattened({"a": {"b": 1}, "c": 2}))
    [('a.b', 1), ('c', 2)]
    """
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
